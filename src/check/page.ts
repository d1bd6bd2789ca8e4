import { type DefaultTreeAdapterMap, parse } from 'parse5'

/** An element of the finished email, as the rules ask about it. */
export interface PageElement {
  tag: string
  attributes: Map<string, string>
  classes: Set<string>
  /** Inline declarations, names in small letters. */
  style: Map<string, string>
  parent: PageElement | null
  children: (PageElement | string)[]
  /** 1-based number of the entry it belongs to, or null for the template's own. */
  entry: number | null
}

export interface Page {
  /** The html element. */
  root: PageElement
  /** In the order of the document. */
  elements: PageElement[]
  /** Texts of style elements. */
  sheets: string[]
  comments: string[]
}

type Node = DefaultTreeAdapterMap['node']

/** The page as a browser reads it. Comments that mark where an entry begins and ends say what belongs to it. */
export function readPage(html: string, mark: RegExp): Page {
  const page: Page = { root: emptyElement('html'), elements: [], sheets: [], comments: [] }
  const pattern = new RegExp(`^${mark.source}$`)
  let entry: number | null = null
  const walk = (node: Node, parent: PageElement | null): void => {
    if (node.nodeName === '#comment') {
      const text = (node as DefaultTreeAdapterMap['commentNode']).data.trim()
      const [, kind, number] = pattern.exec(text) ?? []
      if (kind === 'b') entry = Number(number)
      else if (kind === 'z') entry = null
      else page.comments.push(text)
      return
    }
    if (node.nodeName === '#text') {
      parent?.children.push((node as DefaultTreeAdapterMap['textNode']).value)
      return
    }
    let own = parent
    if ('tagName' in node) {
      own = { ...emptyElement(node.tagName), parent, entry }
      for (const { name, value } of node.attrs) own.attributes.set(name, value)
      for (const name of (own.attributes.get('class') ?? '').split(/\s+/)) if (name !== '') own.classes.add(name)
      own.style = declarationsOf(own.attributes.get('style') ?? '')
      parent?.children.push(own)
      page.elements.push(own)
      if (own.tag === 'html') page.root = own
      if (own.tag === 'style')
        page.sheets.push(node.childNodes.map((one) => ('value' in one ? one.value : '')).join(''))
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, own)
  }
  walk(parse(html), null)
  return page
}

/** Declarations of a style attribute; semicolons inside quotes and brackets do not end one. */
export function declarationsOf(style: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [one] of style.matchAll(/(?:[^;"'(]|"[^"]*"|'[^']*'|\([^)]*\))+/g)) {
    const colon = one.indexOf(':')
    if (colon > 0) found.set(one.slice(0, colon).trim().toLowerCase(), one.slice(colon + 1).trim())
  }
  return found
}

/** All words inside an element, white space folded. */
export function wordsOf(element: PageElement): string {
  const parts: string[] = []
  const walk = (one: PageElement | string): void => {
    if (typeof one === 'string') parts.push(one)
    else if (one.tag !== 'style' && one.tag !== 'script' && one.tag !== 'title')
      for (const child of one.children) walk(child)
  }
  walk(element)
  return parts.join('').replace(/\s+/g, ' ').trim()
}

/** What a reader who hears the page is told of a link: its words, and the alt texts of its pictures. */
export function spokenOf(element: PageElement): string {
  const pictures = within(element)
    .filter((one) => one.tag === 'img')
    .map((one) => one.attributes.get('alt') ?? '')
  return [wordsOf(element), ...pictures].join(' ').trim()
}

export function within(element: PageElement): PageElement[] {
  return element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...within(child)]))
}

export function ancestors(element: PageElement): PageElement[] {
  const found: PageElement[] = []
  for (let up = element.parent; up !== null; up = up.parent) found.push(up)
  return found
}

/** Not shown at all: by its own style or that of something around it. */
export function isHidden(element: PageElement): boolean {
  return [element, ...ancestors(element)].some(
    ({ style, attributes, tag }) =>
      tag === 'head' ||
      attributes.has('hidden') ||
      /^none\b/.test(style.get('display') ?? '') ||
      /^hidden\b/.test(style.get('visibility') ?? '') ||
      isFolded(style),
  )
}

/** Folded away to nothing, as a preheader is. */
function isFolded(style: PageElement['style']): boolean {
  return /^0(?:px)?$/.test(style.get('max-height') ?? '') && style.get('overflow') === 'hidden'
}

function emptyElement(tag: string): PageElement {
  return { tag, attributes: new Map(), classes: new Set(), style: new Map(), parent: null, children: [], entry: null }
}
