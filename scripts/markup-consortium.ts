import { type DefaultTreeAdapterMap, parse } from 'parse5'

type Element = DefaultTreeAdapterMap['element']

/**
 * The ten most frequent failures of the Email Markup Consortium's accessibility report of 2026, which 99.88 % of 376,348
 * emails had at least one of. Contrast needs a browser and is passed in. True means passed.
 */
export function markupConsortiumChecks(html: string, lowestContrast: number): Record<string, boolean> {
  const elements: Element[] = []
  const walk = (node: DefaultTreeAdapterMap['node']): void => {
    if ('tagName' in node) elements.push(node)
    if ('childNodes' in node) for (const child of node.childNodes) walk(child)
  }
  walk(parse(html))
  const named = (name: string): Element[] => elements.filter((element) => element.tagName === name)
  const inBody = (named('body')[0]?.childNodes ?? []).filter((node): node is Element => 'tagName' in node)
  const levels = elements
    .filter((element) => /^h[1-6]$/.test(element.tagName))
    .map((element) => Number(element.tagName[1]))
  const links = named('a')
  const name = (element: Element): string =>
    words(element) ||
    find(element, 'img')
      .map((image) => attribute(image, 'alt') ?? '')
      .join('')
  return {
    'dir on all that stands in the body': inBody.every((element) =>
      ['ltr', 'rtl'].includes(attribute(element, 'dir') ?? ''),
    ),
    'lang on all that stands in the body': inBody.every((element) => isLanguage(attribute(element, 'lang'))),
    'layout tables say so': named('table').every(
      (table) => ['presentation', 'none'].includes(attribute(table, 'role') ?? '') || find(table, 'th').length > 0,
    ),
    'one h1, no level skipped':
      levels.filter((level) => level === 1).length === 1 &&
      levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1),
    'links have words': links.every((link) => name(link).trim() !== ''),
    'the document has a language': isLanguage(attribute(named('html')[0], 'lang')),
    'contrast of 4.5': lowestContrast >= 4.5,
    'pictures have alt': named('img').every((image) => attribute(image, 'alt') !== undefined),
    'the document has a title': words(named('title')[0]).trim() !== '',
    'no link says only "read more"': links.every(
      (link) => !/^(read more|click here|more|here|learn more|read on)$/i.test(name(link).trim()),
    ),
  }
}

function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.attrs.find((one) => one.name === name)?.value
}

const isLanguage = (value: string | undefined): boolean =>
  value !== undefined && /^[a-z]{2,3}(-|$)/i.test(value) && value !== 'und'

function words(node: DefaultTreeAdapterMap['node'] | undefined): string {
  if (node === undefined) return ''
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterMap['textNode']).value
  return 'childNodes' in node ? node.childNodes.map(words).join('') : ''
}

function find(element: Element, name: string): Element[] {
  return element.childNodes.flatMap((child) =>
    'tagName' in child ? [...(child.tagName === name ? [child] : []), ...find(child, name)] : [],
  )
}
