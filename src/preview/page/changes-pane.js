// @ts-check
// What changed since git HEAD or the edition before: before and after, side by side.
import { getJson } from './ask.js'
import { actionButton, count, longDate, make } from './make.js'
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
    const { head, entries, against, unread } = told
    this.detail.textContent = count(entries.length + (head.length > 0 ? 1 : 0), 'change')
    const rows = [
      ...(head.length > 0 ? [make('li', 'kept', make('h3', '', 'The edition itself'), ...head.map(sides))] : []),
      ...entries.map(rowOf),
    ]
    const notes = [
      against === null
        ? 'This edition is not in git HEAD yet.'
        : `Compared with ${this.against === 'head' ? `git HEAD (${against})` : `the edition of ${longDate(against)}`}.`,
      ...(unread > 0 ? [`${count(unread, 'entry', 'entries')} could not be read.`] : []),
    ]
    this.body.replaceChildren(
      make('p', 'against', notes.join(' ')),
      rows.length === 0 ? make('p', 'nothing', 'Nothing has changed.') : make('ul', 'differences', ...rows),
    )
  }
}

/** @param {import('../../edition/compare-editions.ts').EntryChange} one */
function rowOf(one) {
  const { kind, moved, was, entry, headline, fields } = one
  const word =
    kind === 'added' ? 'New' : kind === 'removed' ? 'Gone' : moved ? `Moved from ${was} to ${entry}` : 'Changed'
  const name = actionButton('change.show', headline, { value: String(entry ?? ''), className: 'link' })
  name.disabled = entry === null
  return make('li', kind, make('h3', '', make('span', 'kind', word), name), ...fields.map(sides))
}

/** @param {import('../../edition/compare-editions.ts').FieldChange} change */
function sides({ field, before, after }) {
  const { left, right } = wordDifferences(before ?? '', after ?? '')
  return make(
    'div',
    'sides',
    make('div', '', make('span', 'side', `${field}, before`), side(left, 'del', before)),
    make('div', '', make('span', 'side', 'after'), side(right, 'ins', after)),
  )
}

/** @param {{ text: string, differs: boolean }[]} pieces @param {'del' | 'ins'} tag @param {string | null} whole */
function side(pieces, tag, whole) {
  if (whole === null) return make('p', 'nothing', 'nothing')
  return make('p', '', ...pieces.map(({ text, differs }) => (differs ? make(tag, '', text) : text)))
}
