import * as csstree from 'css-tree'
import type { Page, PageElement } from './page.ts'

/** A feature of HTML or CSS that a page uses, by caniemail's name for it, and texts by which a template can be searched. */
export type Features = Map<string, string[]>

/** Names that do not follow from the property, element or attribute. */
const TAGS: Record<string, string> = {
  ul: 'html-lists',
  ol: 'html-lists',
  dl: 'html-lists',
  map: 'html-image-maps',
  article: 'html-semantics',
  section: 'html-semantics',
  header: 'html-semantics',
  footer: 'html-semantics',
  main: 'html-semantics',
  nav: 'html-semantics',
  aside: 'html-semantics',
  figure: 'html-semantics',
  figcaption: 'html-semantics',
  details: 'html-semantics',
  time: 'html-semantics',
  mark: 'html-semantics',
}
const ATTRIBUTES: Record<string, string> = { loading: 'html-loading-attribute' }
const PROPERTIES: [RegExp, string][] = [
  [/^margin-inline(-start|-end)$/, 'css-margin-inline-start-end'],
  [/^margin-(?:inline|block)$/, 'css-margin-inline-block'],
  [/^margin-block(-start|-end)$/, 'css-margin-block-start-end'],
  [/^padding-inline(-start|-end)$/, 'css-padding-inline-start-end'],
  [/^padding-(?:inline|block)$/, 'css-padding-inline-block'],
  [/^padding-block(-start|-end)$/, 'css-padding-block-start-end'],
  [/^border-(?:start|end)-(?:start|end)-radius$/, 'css-border-radius-logical'],
  [/^border-.*-radius$/, 'css-border-radius'],
  [/^(?:left|right|top|bottom)$/, 'css-left-right-top-bottom'],
  [/^(?:row|column)-gap$/, 'css-gap'],
  [/^column(?:s|-width|-rule.*|-span|-fill)$/, 'css-column-layout-properties'],
  [/^animation-/, 'css-animation'],
  [/^transition-/, 'css-transition'],
  [/^scroll-snap-/, 'css-scroll-snap'],
  [/^grid-template-/, 'css-grid-template'],
  [/^flex-flow$/, 'css-flex-direction'],
  [/^--/, 'css-variables'],
]
const FUNCTIONS: [RegExp, string][] = [
  [/\blinear-gradient\(/, 'css-linear-gradient'],
  [/\bradial-gradient\(/, 'css-radial-gradient'],
  [/\bconic-gradient\(/, 'css-conic-gradient'],
  [/\bcalc\(/, 'css-unit-calc'],
  [/\bclamp\(/, 'css-function-clamp'],
  [/\bmin\(/, 'css-function-min'],
  [/\bmax\(/, 'css-function-max'],
  [/\blight-dark\(/, 'css-function-light-dark'],
  [/\bvar\(/, 'css-variables'],
  [/\brgba\(/, 'css-rgba'],
  [/\b(?:oklch|oklab|lch|lab|color|color-mix|hwb)\(/, 'css-modern-color'],
  [/\bsystem-ui\b/, 'css-sytem-ui'],
  [/\b(?:min-content|max-content|fit-content)\b/, 'css-intrinsic-size'],
]

/** Everything the page uses that the facts may know of. */
export function featuresOf(page: Page): Features {
  const found: Features = new Map()
  const add = (name: string, ...texts: string[]): void => {
    found.set(name, [...(found.get(name) ?? []), ...texts])
  }
  for (const element of page.elements) elementFeatures(element, add)
  for (const sheet of page.sheets) sheetFeatures(sheet, add)
  return found
}

type Add = (name: string, ...texts: string[]) => void

function elementFeatures({ tag, attributes, style }: PageElement, add: Add): void {
  add(TAGS[tag] ?? `html-${tag}`, `<${tag}`)
  if (/^h[1-6]$/.test(tag)) add('html-h1-h6', `<${tag}`)
  for (const [name, value] of attributes) {
    if (name === 'style') continue
    add(ATTRIBUTES[name] ?? `html-${name}`, `${name}=`)
    if (tag === 'input' && name === 'type') add(`html-input-${value}`, `type="${value}"`)
    if (tag === 'button' && name === 'type') add(`html-button-${value}`, `type="${value}"`)
    if (name === 'href' && value.startsWith('#')) add('html-anchor-links', 'href="#')
    if (name === 'href' && value.startsWith('mailto:')) add('html-mailto-links', 'mailto:')
    if ((name === 'src' || name === 'srcset') && /^data:/i.test(value)) add('image-base64', 'data:')
    const kind =
      name === 'src' ? /\.(apng|avif|bmp|gif|heif|ico|svg|tiff|webp|mp4)(?:$|[?#])/i.exec(value)?.[1] : undefined
    if (kind !== undefined) add(`image-${kind.toLowerCase()}`, `.${kind}`)
  }
  for (const [property, value] of style) declarationFeatures(property, value, add)
}

function declarationFeatures(property: string, value: string, add: Add): void {
  const texts = [`${property}:${value}`, `${property}: ${value}`, `${property}:`, `${property}=`]
  add(PROPERTIES.find(([pattern]) => pattern.test(property))?.[1] ?? `css-${property}`, ...texts)
  if (property === 'display') add(`css-display-${/[a-z]+$/.exec(value.replace('inline-', ''))?.[0] ?? value}`, ...texts)
  for (const [pattern, name] of FUNCTIONS) if (pattern.test(value)) add(name, pattern.exec(value)?.[0] ?? '', ...texts)
  for (const [, unit] of value.matchAll(/\b[\d.]+(rem|em|ex|ch|vw|vh|vmin|vmax|cm|mm|in|pc|pt)\b/g))
    add(`css-unit-${unit}`, ...texts)
}

function sheetFeatures(sheet: string, add: Add): void {
  csstree.walk(csstree.parse(sheet, { parseValue: false }), (node) => {
    if (node.type === 'Declaration') declarationFeatures(node.property.toLowerCase(), csstree.generate(node.value), add)
    else if (node.type === 'Atrule') atruleFeatures(node, add)
    else if (node.type === 'PseudoClassSelector') add(`css-pseudo-class-${node.name}`, `:${node.name}`)
    else if (node.type === 'PseudoElementSelector')
      add(`css-pseudo-element-${node.name}`, `::${node.name}`, `:${node.name}`)
    else if (node.type === 'AttributeSelector') add('css-selector-attribute', '[')
    else if (node.type === 'IdSelector') add('css-selector-id', `#${node.name}`)
    else if (node.type === 'NestingSelector') add('css-nesting', '&')
    else if (node.type === 'Combinator' && node.name === '+') add('css-selector-adjacent-sibling', '+')
    else if (node.type === 'Combinator' && node.name === '~') add('css-selector-general-sibling', '~')
  })
}

function atruleFeatures(node: csstree.Atrule, add: Add): void {
  add(`css-at-${node.name}`, `@${node.name}`)
  const condition = node.prelude === null ? '' : csstree.generate(node.prelude)
  if (node.name !== 'media') return
  for (const name of ['device-pixel-ratio', 'hover', 'orientation', 'prefers-color-scheme', 'prefers-reduced-motion'])
    if (condition.includes(name)) add(`css-at-media-${name}`, name)
}
