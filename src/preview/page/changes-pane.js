// @ts-check
// What changed since git HEAD or the edition before: before and after, side by side.
import { getJson } from './ask.js'
import { actionButton, count, make } from './make.js'
import { Pane } from './pane.js'
import { wordDifferences } from './word-differences.js'

/** @typedef {import('../studio.ts').ShownChanges} ShownChanges */

export class ChangesPane extends Pane {
  /** @param {'head' | 'previous'} against */
  constructor(against) {
    super('changes', 'Changes')
    this.width = 640
    /** @type {string} */
    this.against = against
    this.asked = 0
    const tabs = make('span', 'joined small')
    tabs.setAttribute('role', 'group')
    tabs.setAttribute('aria-label', 'Compared with')
    tabs.append(
      actionButton('changes.against', 'Since git HEAD', { value: 'head' }),
      actionButton('changes.against', 'Since the last edition', { value: 'previous' }),
    )
    this.tabs = tabs
    this.head.insertBefore(tabs, this.detail)
    this.body.classList.add('changes')
    this.body.tabIndex = 0
    /** @type {import('../state.ts').StudioState | null} */
    this.state = null
  }

  /** @override */
  get shrinks() {
    return true
  }

  /** @param {number} scale @override */
  fit(scale) {
    this.element.style.width = `${Math.max(460, Math.floor(this.width * scale))}px`
  }

  /** @param {string} against */
  show(against) {
    this.against = against
    if (this.state !== null) this.paint(this.state)
  }

  /** Asks the server; the email does not wait for it. @param {import('../state.ts').StudioState} state @override */
  async paint(state) {
    this.state = state
    for (const tab of this.tabs.querySelectorAll('button'))
      tab.setAttribute('aria-pressed', String(tab.value === this.against))
    const asked = ++this.asked
    /** @type {ShownChanges} */
    const told = await getJson('/changes', { edition: state.edition, against: this.against }).catch(
      (/** @type {Error} */ caught) => ({ unavailable: caught.message }),
    )
    if (asked === this.asked) this.#draw(told)
  }

  /** @param {ShownChanges} told */
  #draw(told) {
    if ('unavailable' in told) {
      this.detail.textContent = ''
      this.body.replaceChildren(make('p', 'nothing', told.unavailable))
      return
    }
    this.detail.textContent = count(told.changes.length, 'change')
    const rows = told.changes.map((one) => {
      const line = make('li', one.kind)
      const name = actionButton('change.show', one.headline, { value: String(one.entry ?? ''), className: 'link' })
      name.disabled = one.entry === null || one.kind === 'removed'
      line.append(make('h3', '', make('span', 'kind', words(one)), ' ', name))
      if (one.kind === 'changed') line.append(sides(one.before, one.after))
      return line
    })
    this.body.replaceChildren(
      make('p', 'against', `Compared with ${told.against}`),
      rows.length === 0 ? make('p', 'nothing', 'Nothing has changed.') : make('ul', 'differences', ...rows),
    )
  }
}

/** @param {Extract<ShownChanges, { changes: unknown }>['changes'][number]} one */
function words(one) {
  switch (one.kind) {
    case 'added':
      return 'New'
    case 'removed':
      return 'Gone'
    case 'moved':
      return `Moved from ${one.from} to ${one.entry}`
    case 'changed':
      return one.field
  }
}

/** @param {string} before @param {string} after */
function sides(before, after) {
  const { left, right } = wordDifferences(before, after)
  return make(
    'div',
    'sides',
    make('div', '', make('span', 'side', 'Before'), side(left, 'del', before)),
    make('div', '', make('span', 'side', 'After'), side(right, 'ins', after)),
  )
}

/** @param {{ text: string, differs: boolean }[]} pieces @param {'del' | 'ins'} tag @param {string} whole */
function side(pieces, tag, whole) {
  if (whole === '') return make('p', 'nothing', 'nothing')
  return make('p', '', ...pieces.map(({ text, differs }) => (differs ? make(tag, '', text) : text)))
}
