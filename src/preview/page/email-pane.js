// @ts-check
// The email on a sheet of its own, at a width, as a mail program shows it.
import { make } from './make.js'
import { morphDocument } from './morph.js'
import { Pane } from './pane.js'
import { inScheme, inverted, localOnly, withoutImages } from './scheme.js'
import { lastElement, SheetMarks } from './sheet-marks.js'
import { clampWidth } from './view.js'

/** @typedef {import('../state.ts').StudioState} StudioState */
/** @typedef {{ label: string, width: number, scheme?: 'dark', invert?: true, images?: false, as: string }} Look */

/** @type {Record<string, Look>} */
export const LOOKS = {
  light: { label: 'Light', width: 680, as: '' },
  dark: { label: 'Dark', width: 680, scheme: 'dark', as: 'as Apple Mail' },
  inverted: { label: 'Inverted', width: 680, invert: true, as: 'about as Gmail’s app' },
  'images-off': { label: 'Images off', width: 680, images: false, as: 'as Outlook at first' },
  phone: { label: 'Phone', width: 375, as: '' },
}

/** Widths people read at, by what has them. */
const PRESETS = /** @type {const} */ ([
  [320, 'small phone'],
  [375, 'iPhone'],
  [412, 'Pixel'],
  [480, 'reading pane'],
  [600, 'Gmail'],
  [680, 'Outlook'],
  [768, 'tablet'],
  [1024, 'desktop'],
])

/** A hairline at each side of a pane, which is not the email's. */
const EDGES = 2

/** What a pane tells the page it stands on. @typedef {{ chose(entry: number): void, resized(kind: string, width: number | null): void, dropped(entry: number | null, file: File): void }} Listener */

export class EmailPane extends Pane {
  /** @param {string} kind @param {Look} look @param {Listener} listener */
  constructor(kind, look, listener) {
    super(kind, look.label)
    this.look = look
    this.listener = listener
    this.width = look.width
    this.scale = 1
    this.frame = document.createElement('iframe')
    this.frame.title = `The email, ${look.label.toLowerCase()}`
    // No scripts, whatever a template brings along; same origin, so that we may draw on it.
    this.frame.setAttribute('sandbox', 'allow-same-origin')
    this.frame.src = '/sheet'
    /** @type {SheetMarks | null} */
    this.marks = null
    this.ready = new Promise((resolve) => this.frame.addEventListener('load', resolve, { once: true })).then(() =>
      this.#listen(),
    )
    this.presets = this.#presets()
    this.handle = this.#handle()
    this.head.insertBefore(this.presets, this.detail)
    this.body.append(this.frame)
    this.element.append(this.handle)
  }

  /** @param {StudioState} state @override */
  async paint({ email }) {
    await this.ready
    const sheet = this.frame.contentDocument
    const window = /** @type {(Window & typeof globalThis) | null} */ (sheet?.defaultView ?? null)
    if (sheet === null || window === null || this.marks === null) return
    // By the sheet's own rules: this page allows no styles but its files', and a parsed copy goes by the rules of its parser.
    const parser = new window.DOMParser()
    this.frame.classList.toggle('empty', email === null)
    const wanted = parser.parseFromString(email?.html ?? '', 'text/html')
    const left = localOnly(wanted)
    inScheme(wanted, this.look.scheme ?? 'light')
    if (this.look.invert) inverted(wanted)
    if (this.look.images === false) withoutImages(wanted)
    morphDocument(sheet, wanted)
    this.marks.clip =
      email === null || email.clip === null
        ? null
        : {
            element: lastElement(parser, email.source.html.slice(0, email.clip.characters)),
            words: 'Gmail cuts here · 102,400 bytes',
          }
    this.marks.place()
    this.#say(left)
  }

  /** @param {number | null} entry @param {boolean} scroll @override */
  async choose(entry, scroll) {
    await this.ready
    if (this.marks === null) return
    this.marks.chosen = entry
    this.marks.place()
    if (scroll && entry !== null) this.marks.scrollTo(entry)
  }

  /** @param {number[]} entries @override */
  async flash(entries) {
    await this.ready
    this.marks?.flash(entries)
  }

  /** @param {number | null} width the look's own when null @override */
  setWidth(width) {
    this.width = width ?? this.look.width
  }

  /** A phone is small enough. @override */
  get shrinks() {
    return this.width > 420
  }

  /** @param {number} scale @override */
  fit(scale) {
    const before = this.frame.style.width
    this.scale = scale
    this.element.style.width = `${Math.floor(this.width * scale) + EDGES}px`
    this.frame.style.width = `${this.width}px`
    this.frame.style.height = `${100 / scale}%`
    this.frame.style.transform = scale === 1 ? '' : `scale(${scale})`
    const own = /** @type {HTMLOptionElement} */ (this.presets.options[0])
    own.textContent = `${this.width} px`
    this.presets.value = ''
    this.handle.setAttribute('aria-valuenow', String(this.width))
    this.handle.setAttribute('aria-valuetext', `${this.width} pixels`)
    this.#say(null)
    if (before !== this.frame.style.width) this.ready.then(() => this.marks?.place())
  }

  /** @param {number | null} left pictures of the web that are not shown; unchanged when null */
  #say(left) {
    if (left !== null) this.left = left
    const parts = [
      this.scale === 1 ? '' : `${Math.round(this.scale * 100)} %`,
      this.look.as,
      this.left ? `${this.left} of the web not fetched` : '',
    ]
    this.detail.textContent = parts.filter((part) => part !== '').join(' · ')
  }

  #presets() {
    const select = make('select', 'width', new Option('', ''))
    select.setAttribute('aria-label', `Width, ${this.look.label.toLowerCase()}`)
    select.dataset['change'] = 'pane.width'
    for (const [width, name] of PRESETS) select.append(new Option(`${width} px, ${name}`, String(width)))
    select.addEventListener('change', () => this.listener.resized(this.kind, clampWidth(Number(select.value))))
    return select
  }

  /** The right edge: with the pointer, or with the arrow keys. */
  #handle() {
    const handle = make('div', 'handle')
    handle.tabIndex = 0
    handle.setAttribute('role', 'separator')
    handle.setAttribute('aria-orientation', 'vertical')
    handle.setAttribute('aria-label', `Width of ${this.look.label.toLowerCase()}`)
    handle.setAttribute('aria-valuemin', '280')
    handle.setAttribute('aria-valuemax', '1200')
    handle.dataset['drag'] = 'pane.width'
    handle.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      handle.setPointerCapture(event.pointerId)
      const from = { x: event.clientX, width: this.width }
      document.body.classList.add('dragging')
      /** @param {PointerEvent} moved */
      const move = (moved) =>
        this.listener.resized(this.kind, clampWidth(from.width + (moved.clientX - from.x) / this.scale))
      const stop = () => {
        document.body.classList.remove('dragging')
        handle.removeEventListener('pointermove', move)
      }
      handle.addEventListener('pointermove', move)
      handle.addEventListener('pointerup', stop, { once: true })
      handle.addEventListener('pointercancel', stop, { once: true })
    })
    handle.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -10, ArrowRight: 10, Home: -2000, End: 2000 }[event.key]
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      event.stopPropagation()
      this.listener.resized(this.kind, clampWidth(this.width + step))
    })
    return handle
  }

  /** The sheet runs no script; these listeners are the page's. A press chooses the entry; with a modifier a link opens. */
  #listen() {
    const sheet = this.frame.contentDocument
    if (sheet === null) return
    this.marks = new SheetMarks(sheet)
    sheet.addEventListener('click', (event) => {
      const target = /** @type {Element} */ (event.target)
      const link = target.closest('a[href], area[href]')
      const entry = this.marks?.entryAt(target) ?? null
      event.preventDefault()
      if (entry !== null && !event.ctrlKey && !event.metaKey) this.listener.chose(entry)
      else if (link !== null) follow(link.getAttribute('href') ?? '', sheet)
    })
    sheet.addEventListener('mouseover', (event) => this.#hover(/** @type {Node} */ (event.target)))
    sheet.documentElement.addEventListener('mouseleave', () => this.#hover(null))
    sheet.addEventListener('keydown', (event) => dispatchEvent(new CustomEvent('pane-key', { detail: event })))
    sheet.addEventListener('dragover', (event) => event.preventDefault())
    sheet.addEventListener('drop', (event) => {
      event.preventDefault()
      const [file] = event.dataTransfer?.files ?? []
      const entry = this.marks?.entryAt(/** @type {Node} */ (event.target)) ?? null
      if (file !== undefined) this.listener.dropped(entry, file)
    })
    // Pictures that arrive move what is below them.
    new ResizeObserver(() => this.marks?.place()).observe(sheet.body)
  }

  /** @param {Node | null} target */
  #hover(target) {
    const marks = this.marks
    if (marks === null) return
    const entry = target === null ? null : marks.entryAt(target)
    if (entry === marks.over) return
    marks.over = entry
    marks.place()
  }
}

/** @param {string} href @param {Document} sheet */
function follow(href, sheet) {
  if (/^https?:/i.test(href)) open(href, '_blank', 'noopener,noreferrer')
  else if (/^mailto:/i.test(href)) location.href = href
  else if (href.startsWith('#')) sheet.getElementById(href.slice(1))?.scrollIntoView()
}
