// @ts-check
import { make } from './make.js'

/** What every pane has: a head with its name, and a body. */
export class Pane {
  /** @param {string} kind @param {string} label */
  constructor(kind, label) {
    this.kind = kind
    this.label = label
    this.width = 600
    this.element = make('section', 'pane')
    this.element.setAttribute('aria-label', label)
    this.element.dataset['pane'] = kind
    this.head = make('header')
    this.detail = make('span', 'detail')
    this.body = make('div', 'body')
    this.head.append(make('h2', '', label), this.detail)
    this.element.append(this.head, this.body)
  }

  get shrinks() {
    return false
  }

  /** @param {number} scale */
  fit(scale) {
    this.element.style.width = `${Math.floor(this.width * scale)}px`
  }

  /** @param {number | null} _width */
  setWidth(_width) {}

  /** @param {import('../state.ts').StudioState} _state @returns {Promise<void>} */
  async paint(_state) {}

  /** @param {number | null} _entry @param {boolean} _scroll @returns {Promise<void>} */
  async choose(_entry, _scroll) {}

  /** @param {number[]} _entries @returns {Promise<void>} */
  async flash(_entries) {}
}
