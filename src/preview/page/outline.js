// @ts-check
// The left column: the last editions with their state, and the entries under their topics.

import { snippet } from './inbox-pane.js'
import { actionButton, count, find, longDate, make, setText } from './make.js'
import { page } from './page.js'

/** @typedef {import('../studio.ts').ShownEditionState} EditionState */

const MOST_EDITIONS = 5

/** @type {Record<EditionState['state'], string>} */
export const STATE_WORDS = { draft: 'draft', ready: 'ready', sending: 'sending', done: 'accepted', broken: 'broken' }

/** @type {Map<string, EditionState>} */
export const editionStates = new Map()

/** "draft · 2", "5,310 accepted". @param {EditionState | undefined} one */
export function stateWords(one) {
  if (one === undefined) return ''
  const unknown = one.unknown > 0 ? ` · ${one.unknown.toLocaleString('en')} unknown` : ''
  if (one.state === 'done' || one.state === 'sending')
    return `${one.accepted.toLocaleString('en')} ${one.state === 'done' ? 'accepted' : 'so far'}${unknown}`
  return one.state === 'broken' ? 'broken' : `${STATE_WORDS[one.state]} · ${one.entries}`
}

export function drawEditions() {
  const { state } = page
  if (state === null) return
  const known = state.editions.includes(state.edition) ? state.editions : [state.edition, ...state.editions]
  const at = known.indexOf(state.edition)
  const from = Math.max(0, Math.min(at - 2, known.length - MOST_EDITIONS))
  find('editions').replaceChildren(
    ...known.slice(from, from + MOST_EDITIONS).map((date) => {
      const one = editionStates.get(date)
      const button = actionButton('edition.show', '', { value: date, className: 'line' })
      button.append(
        make('span', `dot ${one?.state ?? ''}`),
        make(
          'span',
          'name',
          longDate(date, { day: 'numeric', month: 'short', year: sameYear(date, known[0]) ? undefined : 'numeric' }),
        ),
        make('span', 'more', stateWords(one)),
      )
      if (date === state.edition) button.setAttribute('aria-current', 'true')
      return button
    }),
  )
  setText('edition', longDate(state.edition))
}

/** @param {string} date @param {string | undefined} other */
const sameYear = (date, other) => date.slice(0, 4) === other?.slice(0, 4)

export function drawOutline() {
  const { state, view } = page
  if (state === null) return
  const groups = state.topics.flatMap((topic) => {
    const entries = state.entries.filter((one) => one.topic === topic.id)
    if (entries.length === 0) return []
    return [
      make('h2', '', topic.name),
      ...entries.map((entry) => {
        const button = actionButton('entry.show', '', { value: String(entry.number), className: 'line' })
        const worst = worstOf(entry.number)
        button.append(
          make('span', `dot ${worst ?? 'none'}`),
          make('span', 'name', entry.headline),
          make('span', 'more', `L${entry.line}`),
        )
        if (worst !== null)
          button.append(make('span', 'unseen', ` has ${worst === 'error' ? 'an error' : 'a warning'}`))
        if (entry.number === view.entry) button.setAttribute('aria-current', 'true')
        return button
      }),
    ]
  })
  find('outline').replaceChildren(...groups)
  drawInboxRow()
  const entries =
    state.email === null ? 0 : state.entries.filter((one) => state.email?.topics.includes(one.topic)).length
  setText(
    'facts',
    state.email === null ? '' : `${count(state.email.topics.length, 'topic')} · ${count(entries, 'entry', 'entries')}`,
  )
}

function drawInboxRow() {
  const email = page.state?.email ?? null
  const [sender, subject, words] = find('inbox-row').children
  if (sender === undefined || subject === undefined || words === undefined) return
  sender.textContent = email?.from.name ?? ''
  subject.textContent = email?.subject ?? ''
  words.textContent = email === null ? '' : snippet(email.html, email.preheader)
}

/** @param {number} entry */
function worstOf(entry) {
  const findings = page.state?.findings.filter((one) => one.entry === entry) ?? []
  return findings.some((one) => one.severity === 'error') ? 'error' : findings.length > 0 ? 'warning' : null
}
