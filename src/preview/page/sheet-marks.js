// @ts-check
// What the studio draws over an email: the entry that is chosen, those that changed, and where Gmail cuts.

const STYLE = `
:host { all: initial !important; position: absolute !important; top: 0 !important; left: 0 !important; width: 0 !important; height: 0 !important; z-index: 2147483647 !important; pointer-events: none !important }
div { position: absolute; box-sizing: border-box; pointer-events: none }
.over { outline: 1px solid rgb(44 110 73 / .35); outline-offset: -1px }
.chosen { outline: 2px solid #2c6e49; outline-offset: -2px }
.changed { background: rgb(214 154 28 / .22); animation: fade 2.4s ease-in forwards }
@keyframes fade { 40% { opacity: 1 } to { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { .changed { animation: none; outline: 2px solid #d69a1c; background: none } }
.clip { height: 0; border-top: 3px dashed #a8281f; font: 700 13px/18px system-ui, Arial, sans-serif; color: #a8281f }
.clip::after { content: attr(data-words); position: absolute; left: 50%; top: -14px; transform: translateX(-50%); padding: 3px 10px; border-radius: 99px; background: #a8281f; color: #fff; white-space: nowrap }
`

/** Marks on one sheet. They live behind a shadow root after the body, where no style of the email reaches. */
export class SheetMarks {
  /** @param {Document} sheet */
  constructor(sheet) {
    this.sheet = sheet
    const host = sheet.createElement('studio-marks')
    this.root = host.attachShadow({ mode: 'closed' })
    const style = sheet.createElement('style')
    style.textContent = STYLE
    this.root.append(style)
    sheet.documentElement.append(host)
    /** @type {number | null} */
    this.chosen = null
    /** @type {number | null} */
    this.over = null
    /** @type {{ element: number, words: string } | null} */
    this.clip = null
  }

  /** Once more where things are now. */
  place() {
    for (const old of this.root.querySelectorAll('.chosen,.over,.clip')) old.remove()
    const ranges = entryRanges(this.sheet)
    if (this.over !== null && this.over !== this.chosen) this.#box(ranges.get(this.over), 'over')
    if (this.chosen !== null) this.#box(ranges.get(this.chosen), 'chosen')
    if (this.clip !== null) this.#line(this.clip)
  }

  /** @param {number[]} numbers entries that a save changed */
  flash(numbers) {
    const ranges = entryRanges(this.sheet)
    for (const old of this.root.querySelectorAll('.changed')) old.remove()
    for (const number of numbers) this.#box(ranges.get(number), 'changed')
  }

  /** @param {number} number */
  scrollTo(number) {
    const range = entryRanges(this.sheet).get(number)
    const window = this.sheet.defaultView
    if (range === undefined || window === null) return
    const { top, height } = range.getBoundingClientRect()
    const room = Math.max(12, (window.innerHeight - height) / 3)
    window.scrollTo({ top: window.scrollY + top - room, behavior: 'instant' })
  }

  /** @param {Node} node @returns {number | null} the entry a place of the email belongs to */
  entryAt(node) {
    for (const [number, range] of entryRanges(this.sheet)) if (range.isPointInRange(node, 0)) return number
    return null
  }

  /** @param {Range | undefined} range @param {string} className */
  #box(range, className) {
    const window = this.sheet.defaultView
    if (range === undefined || window === null) return
    const { top, left, width, height } = range.getBoundingClientRect()
    const box = this.#put(className)
    box.style.cssText = `top:${top + window.scrollY - 4}px;left:${left + window.scrollX - 6}px;width:${width + 12}px;height:${height + 8}px`
  }

  /** @param {{ element: number, words: string }} clip */
  #line({ element, words }) {
    const window = this.sheet.defaultView
    const at = this.sheet.body.querySelectorAll('*')[element]
    if (at === undefined || window === null) return
    // What has no box of its own (a line break, a hidden span) stands where its parent ends.
    let boxed = at
    while (boxed.getClientRects().length === 0 && boxed.parentElement !== null) boxed = boxed.parentElement
    const line = this.#put('clip')
    line.dataset['words'] = words
    line.style.cssText = `top:${boxed.getBoundingClientRect().bottom + window.scrollY}px;left:0;width:${this.sheet.documentElement.clientWidth}px`
  }

  /** @param {string} className */
  #put(className) {
    const box = this.sheet.createElement('div')
    box.className = className
    this.root.append(box)
    return box
  }
}

/**
 * Each entry stands between two comments of the server's.
 * @param {Document} sheet
 * @returns {Map<number, Range>}
 */
function entryRanges(sheet) {
  const ranges = new Map()
  const walker = sheet.createTreeWalker(sheet.body, NodeFilter.SHOW_COMMENT)
  /** @type {Map<string, Node>} */
  const begun = new Map()
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const [, end, number = ''] = /^(\/?)entry (\d+)$/.exec(node.nodeValue ?? '') ?? []
    if (end === undefined) continue
    const begin = begun.get(number)
    if (end === '') begun.set(number, node)
    else if (begin !== undefined && !ranges.has(Number(number))) {
      const range = sheet.createRange()
      range.setStartAfter(begin)
      range.setEndBefore(node)
      ranges.set(Number(number), range)
    }
  }
  return ranges
}

/**
 * The HTML of each entry, by its number.
 * @param {string} html
 * @returns {Map<number, string>}
 */
export function entryParts(html) {
  return new Map(
    [...html.matchAll(/<!--entry (\d+)-->([\s\S]*?)<!--\/entry \1-->/g)].map(([, number, part = '']) => [
      Number(number),
      part,
    ]),
  )
}

/**
 * Which entries differ from all there were: what only moved did not change.
 * @param {string | null} before
 * @param {string | null} after
 */
export function changedEntries(before, after) {
  if (before === null || after === null || before === after) return []
  const known = new Set(entryParts(before).values())
  return [...entryParts(after)].filter(([, part]) => !known.has(part)).map(([number]) => number)
}

/**
 * The last element that Gmail still shows, counted in the body: what of the HTML comes first parses to the same elements.
 * @param {DOMParser} parser
 * @param {string} html what of it is shown
 */
export function lastElement(parser, html) {
  return parser.parseFromString(html, 'text/html').body.querySelectorAll('*').length - 1
}
