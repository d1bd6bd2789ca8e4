// @ts-check
// What the panes are: the email at a width, in light or dark; its plain text; its sources.
import { morph } from './morph.js'

/** @typedef {import('../state.ts').PreviewState} PreviewState */

/** A hairline at each side of a pane, which is not the email's. */
const EDGES = 2

/** The email on a sheet of its own, `width` pixels wide whatever room there is for it. */
export class EmailPane {
  /** @param {string} label @param {number} width @param {'light' | 'dark'} scheme */
  constructor(label, width, scheme) {
    this.width = width
    /** A phone is small enough. */
    this.shrinks = width > 400
    this.scheme = scheme
    const { element, detail, body } = paneNamed(label)
    this.element = element
    this.detail = detail
    this.body = body
    this.frame = document.createElement('iframe')
    this.frame.title = `The email, ${label.toLowerCase()}`
    // No scripts, whatever a template brings along; same origin, so that we may draw on it.
    this.frame.setAttribute('sandbox', 'allow-same-origin')
    this.frame.src = '/sheet'
    this.ready = new Promise((resolve) => this.frame.addEventListener('load', resolve, { once: true }))
    this.ready.then(() => this.#listen())
    body.append(this.frame)
  }

  /** @param {PreviewState} state */
  async paint({ html }) {
    await this.ready
    const sheet = this.frame.contentDocument
    if (sheet === null) return
    this.frame.classList.toggle('empty', html === null)
    const wanted = new DOMParser().parseFromString(html ?? '', 'text/html')
    inScheme(wanted, this.scheme)
    morph(sheet.documentElement, wanted.documentElement)
  }

  /** @param {number} scale */
  fit(scale) {
    this.element.style.width = `${Math.floor(this.width * scale) + EDGES}px`
    this.frame.style.width = `${this.width}px`
    this.frame.style.height = `${100 / scale}%`
    this.frame.style.transform = scale === 1 ? '' : `scale(${scale})`
    this.detail.textContent = `${this.width} px${scale === 1 ? '' : ` at ${Math.round(scale * 100)} %`}`
  }

  /** Links open beside the preview, and keys reach the page. The sheet runs no script; these listeners are the page's. */
  #listen() {
    const sheet = this.frame.contentDocument
    sheet?.addEventListener('click', (event) => {
      const link = /** @type {Element} */ (event.target).closest('a[href], area[href]')
      if (link === null) return
      event.preventDefault()
      const href = link.getAttribute('href') ?? ''
      if (/^https?:/i.test(href)) open(href, '_blank', 'noopener,noreferrer')
      else if (/^mailto:/i.test(href)) location.href = href
      else if (href.startsWith('#')) sheet.getElementById(href.slice(1))?.scrollIntoView()
    })
    sheet?.addEventListener('keydown', (event) => dispatchEvent(new CustomEvent('pane-key', { detail: event })))
  }
}

/**
 * Light or dark by what the email itself says of it, not by the machine the editor sits at: the question its style
 * sheets ask is answered for good, with a condition that always or never holds.
 * @param {Document} email
 * @param {'light' | 'dark'} scheme
 */
function inScheme(email, scheme) {
  /** @param {string} text */
  const answered = (text) =>
    text.replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi, (_, asked) =>
      asked.toLowerCase() === scheme ? '(min-width:0)' : '(max-width:0)',
    )
  for (const style of email.querySelectorAll('style')) style.textContent = answered(style.textContent ?? '')
  for (const element of email.querySelectorAll('[media]'))
    element.setAttribute('media', answered(element.getAttribute('media') ?? ''))
  const own = email.createElement('style')
  own.textContent = `html{color-scheme:${scheme}!important;scrollbar-width:thin}`
  email.head.append(own)
}

/** The plain-text part, as a mail client without HTML sets it. */
export class TextPane {
  constructor() {
    this.width = 612
    this.shrinks = false
    const { element, detail, body } = paneNamed('Text')
    this.element = element
    this.detail = detail
    this.pre = document.createElement('pre')
    this.pre.className = 'plain'
    this.pre.tabIndex = 0
    body.append(this.pre)
  }

  /** @param {PreviewState} state */
  async paint({ text, bytes }) {
    if (this.pre.textContent !== text) this.pre.textContent = text
    this.detail.textContent = bytes === null ? '' : kilobytes(bytes.text)
  }

  fit() {
    this.element.style.width = `${this.width}px`
  }
}

const SOURCES = /** @type {const} */ ([
  ['html', 'HTML'],
  ['mjml', 'MJML'],
  ['message', 'Message'],
])

/** What leaves, and what it was made from. */
export class SourcePane {
  constructor() {
    this.width = 680
    this.shrinks = true
    const { element, head, detail, body } = paneNamed('Source')
    this.element = element
    this.detail = detail
    /** @type {'html' | 'mjml' | 'message'} */
    this.kind = 'html'
    /** @type {PreviewState | null} */
    this.state = null
    this.pre = document.createElement('pre')
    this.pre.className = 'source'
    this.pre.tabIndex = 0
    const tabs = document.createElement('span')
    tabs.className = 'tabs'
    for (const [kind, label] of SOURCES) {
      const tab = document.createElement('button')
      tab.textContent = label
      tab.dataset['kind'] = kind
      tab.setAttribute('aria-pressed', String(kind === this.kind))
      tab.addEventListener('click', () => {
        this.kind = kind
        for (const one of tabs.children)
          one.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (one).dataset['kind'] === kind))
        body.scrollTop = 0
        if (this.state !== null) this.paint(this.state)
      })
      tabs.append(tab)
    }
    head.insertBefore(tabs, detail)
    body.append(this.pre)
  }

  /** @param {PreviewState} state */
  async paint(state) {
    this.state = state
    const source = state.source?.[this.kind] ?? ''
    if (this.pre.textContent !== source) this.pre.textContent = source
    const size = this.kind === 'mjml' ? new Blob([source]).size : state.bytes?.[this.kind]
    this.detail.textContent = size === undefined ? '' : kilobytes(size)
  }

  /** @param {number} scale */
  fit(scale) {
    this.element.style.width = `${Math.floor(this.width * scale)}px`
  }
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`

/** @param {string} label */
function paneNamed(label) {
  const element = document.createElement('section')
  element.className = 'pane'
  element.setAttribute('aria-label', label)
  const head = document.createElement('header')
  const title = document.createElement('h2')
  title.textContent = label
  const detail = document.createElement('span')
  detail.className = 'detail'
  const body = document.createElement('div')
  body.className = 'body'
  head.append(title, detail)
  element.append(head, body)
  return { element, head, detail, body }
}
