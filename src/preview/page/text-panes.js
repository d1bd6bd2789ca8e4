// @ts-check
// The panes that are words: the plain text, and what leaves and what it was made from.
import { actionButton, kilobytes, make } from './make.js'
import { headerFields, partTree } from './mime.js'
import { Pane } from './pane.js'

/** @typedef {import('../state.ts').StudioState} StudioState */

/** The plain-text part, as a mail client without HTML sets it. */
export class TextPane extends Pane {
  constructor() {
    super('text', 'Text')
    this.pre = make('pre', 'plain')
    this.pre.tabIndex = 0
    this.body.append(this.pre)
  }

  /** @param {StudioState} state @override */
  async paint({ email }) {
    const text = email?.text ?? ''
    if (this.pre.textContent !== text) this.pre.textContent = text
    this.detail.textContent = email === null ? '' : kilobytes(email.bytes.text)
  }
}

const SOURCE_LABELS = /** @type {const} */ ({
  html: 'HTML',
  mjml: 'MJML',
  headers: 'Headers',
  parts: 'Parts',
  message: 'Raw',
})

/** What leaves, and what it was made from. */
export class SourcePane extends Pane {
  /** @param {string} kind */
  constructor(kind) {
    super('source', 'Source')
    /** @type {string} */
    this.source = kind
    /** @type {StudioState | null} */
    this.state = null
    const tabs = make('span', 'joined small')
    tabs.setAttribute('role', 'group')
    tabs.setAttribute('aria-label', 'Source')
    for (const [value, label] of Object.entries(SOURCE_LABELS))
      tabs.append(actionButton('source.show', label, { value }))
    this.tabs = tabs
    this.head.insertBefore(tabs, this.detail)
    this.content = make('div', 'source')
    this.content.tabIndex = 0
    this.content.setAttribute('role', 'region')
    this.content.setAttribute('aria-label', 'Source text')
    this.body.append(this.content)
    this.width = 620
  }

  /** @override */
  get shrinks() {
    return true
  }

  /** @param {number} scale @override */
  fit(scale) {
    this.element.style.width = `${Math.max(430, Math.floor(this.width * scale))}px`
  }

  /** @param {string} kind */
  show(kind) {
    this.source = kind
    this.content.scrollTop = 0
    if (this.state !== null) this.paint(this.state)
  }

  /** @param {StudioState} state @override */
  async paint(state) {
    this.state = state
    for (const tab of this.tabs.querySelectorAll('button'))
      tab.setAttribute('aria-pressed', String(tab.value === this.source))
    const { email } = state
    if (email === null) this.content.replaceChildren()
    else if (this.source === 'headers') this.content.replaceChildren(headerTable(email.source.message))
    else if (this.source === 'parts') this.content.replaceChildren(partList([partTree(email.source.message)]))
    else this.#text(email.source[/** @type {'html' | 'mjml' | 'message'} */ (this.source)])
    const sizes = email?.bytes
    this.detail.textContent =
      sizes === undefined || this.source === 'mjml'
        ? ''
        : kilobytes(this.source === 'html' ? sizes.html : sizes.message)
  }

  /** @param {string} text */
  #text(text) {
    const old = this.content.firstElementChild
    const pre = old instanceof HTMLPreElement ? old : make('pre')
    if (pre !== old) this.content.replaceChildren(pre)
    if (pre.textContent !== text) pre.textContent = text
  }
}

/** @param {string} message */
function headerTable(message) {
  const table = make('table', 'headers')
  for (const { name, value } of headerFields(message)) {
    const row = make('tr')
    const head = make('th', '', name)
    head.scope = 'row'
    row.append(head, make('td', '', value))
    table.append(row)
  }
  return table
}

/** @param {import('./mime.js').Part[]} parts @returns {HTMLElement} */
function partList(parts) {
  const list = make('ul', 'parts')
  for (const part of parts) {
    const words = [part.encoding, kilobytes(part.size), part.name].filter((one) => one !== '').join(' · ')
    const item = make('li', '', make('b', '', part.type), ' ', make('span', '', words))
    if (part.parts.length > 0) item.append(partList(part.parts))
    list.append(item)
  }
  return list
}
