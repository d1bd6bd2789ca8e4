import { contrast, READABLE } from '../edition/palette.ts'
import { colorOf, mixedOver } from './color.ts'
import type { Examined } from './examined.ts'
import { isHidden, type PageElement } from './page.ts'
import { matches, type StyleSheets } from './style-sheet.ts'

/** WCAG 2.2, 1.4.3: large is 24 px, or 18.66 px when bold. */
const LARGE = { size: 24, bold: 18.66, least: 3 }
const SMALLEST = 14

/** How the page looks: contrast in light and dark, sizes, fonts, and layouts that Outlook does not know. */
export function lookFindings(examined: Examined): void {
  const { page, sheets } = examined
  for (const scheme of ['light', 'dark'] as const) contrasts(examined, new Looks(sheets, scheme), scheme)
  const light = new Looks(sheets, 'light')
  for (const element of page.elements) {
    sizes(element, light, examined)
    layout(element, examined)
  }
  for (const rule of sheets.rules)
    for (const [property, { value }] of rule.declarations) declared(property, value, null, examined)
}

/** The values that win for an element, from sheets and inline styles, by importance, specificity and order. */
class Looks {
  readonly #sheets: StyleSheets
  readonly #dark: boolean
  readonly #known = new Map<PageElement, Map<string, string>>()

  constructor(sheets: StyleSheets, scheme: 'light' | 'dark') {
    this.#sheets = sheets
    this.#dark = scheme === 'dark'
  }

  own(element: PageElement): Map<string, string> {
    const known = this.#known.get(element)
    if (known !== undefined) return known
    const values = new Map<string, { value: string; weight: number }>()
    const put = (property: string, value: string, weight: number): void => {
      const name = property === 'background' ? 'background-color' : property
      const before = values.get(name)
      if (before === undefined || weight >= before.weight) values.set(name, { value, weight })
    }
    const bgcolor = element.attributes.get('bgcolor')
    if (bgcolor !== undefined) put('background-color', bgcolor, -1)
    for (const rule of this.#sheets.rules) {
      if ((rule.dark && !this.#dark) || !matches(rule.selector, element)) continue
      for (const [property, { value, important }] of rule.declarations)
        put(property, value, rule.specificity + (important ? 1e9 : 0))
    }
    for (const [property, value] of element.style)
      put(property, value.replace(/\s*!important$/, ''), value.endsWith('!important') ? 2e9 : 1e6)
    const found = new Map([...values].map(([name, { value }]) => [name, value]))
    this.#known.set(element, found)
    return found
  }

  /** The value of an inherited property, from the element itself or what is around it. */
  inherited(element: PageElement, properties: readonly string[]): string | undefined {
    for (let one: PageElement | null = element; one !== null; one = one.parent) {
      const own = this.own(one)
      const found = properties
        .map((property) => own.get(property))
        .find((value) => value !== undefined && value !== 'inherit')
      if (found !== undefined) return found
    }
    return undefined
  }

  color(element: PageElement): string {
    const isLink = element.tag === 'a' && !this.own(element).has('color')
    return colorOf(isLink ? '#0000ee' : (this.inherited(element, ['color']) ?? '#000000'))?.hex ?? '#000000'
  }

  background(element: PageElement): string {
    for (let one: PageElement | null = element; one !== null; one = one.parent) {
      const color = colorOf(this.own(one).get('background-color') ?? '')
      if (color === null || color.alpha === 0) continue
      return color.alpha === 1 || one.parent === null ? color.hex : mixedOver(color, this.background(one.parent))
    }
    return '#ffffff'
  }

  /** In CSS pixels. */
  size(element: PageElement): number {
    for (let one: PageElement | null = element; one !== null; one = one.parent) {
      const own = this.own(one)
      const value = own.get('font-size') ?? fontSizeIn(own.get('font'))
      const px = value === undefined ? null : pixels(value, () => (one?.parent == null ? 16 : this.size(one.parent)))
      if (px !== null) return px
    }
    return 16
  }

  bold(element: PageElement): boolean {
    for (let one: PageElement | null = element; one !== null; one = one.parent) {
      const own = this.own(one)
      const weight =
        own.get('font-weight') ??
        (own.has('font') ? (/\b(bold|[6-9]00)\b/.exec(own.get('font') ?? '')?.[0] ?? 'normal') : undefined)
      if (weight !== undefined) return /bold|[6-9]00/.test(weight)
      if (/^(?:h[1-6]|b|strong|th)$/.test(one.tag)) return true
    }
    return false
  }
}

function contrasts({ page, say }: Examined, looks: Looks, scheme: 'light' | 'dark'): void {
  for (const element of page.elements) {
    const words = element.children
      .filter((one) => typeof one === 'string')
      .join('')
      .replace(/[\s\u00a0\u200b-\u200d]+/g, ' ')
      .trim()
    if (words === '' || isUnseen(element)) continue
    const color = looks.color(element)
    const background = looks.background(element)
    const ratio = contrast(color, background)
    const size = looks.size(element)
    const least = size >= LARGE.size || (size >= LARGE.bold && looks.bold(element)) ? LARGE.least : READABLE
    if (ratio < least)
      say(
        'email-contrast',
        element,
        `"${words.slice(0, 30)}" has a contrast of ${ratio.toFixed(1)} to 1 in ${scheme} (${color} on ${background}); ${least} is the least.`,
        'Take a darker or lighter colour from the theme.',
        [color],
      )
  }
}

function sizes(element: PageElement, looks: Looks, { say }: Examined): void {
  const words = element.children
    .filter((one) => typeof one === 'string')
    .join('')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()
  if (words === '' || isUnseen(element)) return
  const size = looks.size(element)
  if (size < SMALLEST)
    say(
      'email-text-small',
      element,
      `"${words.slice(0, 30)}" is set in ${size} pixels; ${SMALLEST} is the least.`,
      'Use a larger size.',
      [`font-size:${size}px`, `font-size: ${size}px`, `font-size="${size}px"`, ` ${size}px/`],
    )
  const line = looks.inherited(element, ['line-height'])
  const px = line === undefined ? null : /^[\d.]+$/.test(line) ? Number(line) * size : pixels(line, () => size)
  if (px !== null && px < size * 1.19 && words.length > 40)
    say(
      'email-line-height',
      element,
      `"${words.slice(0, 30)}" has lines of ${Math.round(px)} pixels for text of ${size}.`,
      'Use a line-height of 1.4 or more.',
      [`line-height:${line}`, `line-height: ${line}`, `line-height="${line}"`],
    )
}

function layout(element: PageElement, examined: Examined): void {
  for (const [property, value] of element.style) declared(property, value, element, examined)
  const { say } = examined
  const hint = 'Use width:100% with a max-width.'
  const width = /^([\d.]+)px/.exec(element.style.get('width') ?? '')?.[1]
  const least = /^([\d.]+)px/.exec(element.style.get('min-width') ?? '')?.[1]
  if (Number(least ?? 0) > 320)
    say('email-wide', element, `A <${element.tag}> is at least ${least} pixels wide.`, hint, [
      `min-width:${least}px`,
      `min-width: ${least}px`,
    ])
  if (Number(width ?? 0) > 320 && !element.style.has('max-width'))
    say('email-wide', element, `A <${element.tag}> is ${width} pixels wide.`, hint, [
      `width:${width}px`,
      `width: ${width}px`,
    ])
  const attribute = element.attributes.get('width') ?? ''
  if (
    /^\d+(?:px)?$/.test(attribute) &&
    Number.parseInt(attribute, 10) > 320 &&
    !element.style.has('width') &&
    !element.style.has('max-width')
  )
    say('email-wide', element, `A <${element.tag}> is ${attribute} pixels wide.`, hint, [`width="${attribute}"`])
}

function declared(property: string, value: string, element: PageElement | null, { say }: Examined): void {
  if (
    (property === 'display' && /\b(?:flex|grid|inline-flex|inline-grid|contents)\b/.test(value)) ||
    (property === 'position' && /absolute|fixed|sticky/.test(value)) ||
    property.startsWith('--') ||
    /\bvar\(/.test(value)
  )
    say('email-layout', element, `${property}:${value} is not known to Outlook.`, 'Use tables, padding and widths.', [
      `${property}:${value}`,
      `${property}: ${value}`,
      property,
    ])
  const stack =
    property === 'font-family'
      ? value
      : property === 'font'
        ? value.replace(/^.*?[\d.](?:px|em|rem|%|pt)(?:\/[\d.a-z%]+)?\s*/, '')
        : null
  if (
    stack !== null &&
    !/\b(?:serif|sans-serif|monospace|cursive|system-ui|inherit|initial)\s*(?:!important)?$/.test(stack)
  )
    say(
      'email-font',
      element,
      `The fonts "${stack}" do not end in a generic family.`,
      'End with serif, sans-serif or monospace.',
      [stack],
    )
}

/** Hidden on purpose, or a rule drawn with a line of one pixel. */
function isUnseen(element: PageElement): boolean {
  return isHidden(element) || ['title', 'style', 'head', 'script'].includes(element.tag)
}

function fontSizeIn(font: string | undefined): string | undefined {
  return /([\d.]+(?:px|em|rem|%|pt))(?:\/|\s|$)/.exec(font ?? '')?.[1]
}

function pixels(value: string, parent: () => number): number | null {
  const [, number = '', unit = ''] = /^([\d.]+)(px|pt|em|rem|%)/.exec(value) ?? []
  if (number === '') return null
  const amount = Number(number)
  return unit === 'px'
    ? amount
    : unit === 'pt'
      ? (amount * 4) / 3
      : unit === 'rem'
        ? amount * 16
        : unit === 'em'
          ? amount * parent()
          : (amount / 100) * parent()
}
