import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { type Entry, placeOfEntry } from '../edition/edition.ts'
import { inlineText, linksIn, parseProse } from '../edition/inline.ts'
import { type Finding, finding } from '../problems/finding.ts'
import type { Marks } from './marks.ts'

/**
 * Nothing may be lost. MJML drops content silently in three ways, and templates are written by people; so after every
 * render each entry's headline, summary, links, caption and credit are looked for in that entry's own block, in the
 * HTML by a parser and in the text, once and in order.
 */
export interface Shown {
  /** Visible words of the block, white space removed. */
  words: string
  alts: string[]
  /** How often a link stands in the block. */
  links(url: string): number
}

/** What must be there of an entry; the rest of a block is the template's own words. */
export interface Expected {
  entry: Entry
  /** False where the picture could not be read, or the template shows none (its text part never does). */
  picture: boolean
}

export function lossFindings(
  expected: readonly Expected[],
  html: string,
  text: string,
  marks: Marks,
  file: string,
): Finding[] {
  const findings: Finding[] = []
  const inHtml = blocksOfHtml(html, marks)
  const inText = blocksOfText(text, marks)
  for (const [where, blocks] of [
    ['HTML', inHtml],
    ['text', inText],
  ] as const) {
    const order = blocks.order.filter((position) => expected.some((one) => one.entry.position === position))
    for (const { entry, picture } of expected) {
      const lost = (
        what: string,
        field: string,
        hint = 'A template left it out, or MJML dropped it. Look at the partial that shows entries.',
      ) =>
        findings.push(
          finding(
            'content-lost',
            placeOfEntry(entry, field) ?? file,
            `${what} of "${entry.headline}" ${where === 'HTML' ? 'is not in the HTML' : 'is not in the plain text'} where it belongs.`,
            hint,
            entry.position,
          ),
        )
      const shown = blocks.shown.get(entry.position)
      if (shown === undefined) {
        lost('The entry', '', 'The template must show each entry inside {{#entry this}} … {{/entry}}.')
        continue
      }
      if (order.filter((position) => position === entry.position).length > 1) {
        findings.push(
          finding(
            'content-lost',
            placeOfEntry(entry) ?? file,
            `"${entry.headline}" stands twice in the ${where}.`,
            'Show each entry inside one {{#entry}}.',
            entry.position,
          ),
        )
      }
      checkBlock(entry, picture, shown, where, lost, (what, field) => {
        findings.push(
          finding(
            'content-lost',
            placeOfEntry(entry, field) ?? file,
            `${what} of "${entry.headline}" stands twice in the ${where}.`,
            'Show it once.',
            entry.position,
          ),
        )
      })
    }
    const wanted = expected.map((one) => one.entry.position).filter((position) => blocks.shown.has(position))
    const got = [...new Set(order)]
    const wrong = wanted.findIndex((position, index) => got[index] !== position)
    const first = expected.find((one) => one.entry.position === wanted[wrong])
    if (wrong >= 0 && first !== undefined) {
      findings.push(
        finding(
          'content-lost',
          placeOfEntry(first.entry) ?? file,
          `"${first.entry.headline}" is not in its place in the ${where}.`,
          'Templates show the lead, then the sections in order.',
          first.entry.position,
        ),
      )
    }
  }
  return findings
}

type Say = (what: string, field: string) => void

/** Takes each expected piece out of the block's words, longest first; what cannot be taken out is not there. */
function checkBlock(entry: Entry, picture: boolean, shown: Shown, where: 'HTML' | 'text', lost: Say, twice: Say): void {
  const pieces: { what: string; field: string; words: string }[] = [
    { what: 'The headline', field: 'headline', words: entry.headline },
    ...parseProse(entry.summary).flatMap((runs) =>
      (where === 'HTML' ? [inlineText(runs)] : textRuns(runs)).map((words) => ({
        what: 'The summary',
        field: 'summary',
        words,
      })),
    ),
  ]
  if (entry.kicker !== undefined) pieces.push({ what: 'The kicker', field: 'kicker', words: entry.kicker })
  if (picture && entry.image?.caption !== undefined)
    pieces.push({ what: 'The caption', field: 'image.caption', words: entry.image.caption })
  if (picture && entry.image?.credit !== undefined)
    pieces.push({ what: 'The credit', field: 'image.credit', words: entry.image.credit })
  pieces.sort((a, b) => b.words.length - a.words.length)
  let rest = shown.words
  for (const { what, field, words } of pieces) {
    const bare = squeezed(words)
    const at = rest.indexOf(bare)
    if (at < 0) lost(what, field)
    else rest = `${rest.slice(0, at)}\n${rest.slice(at + bare.length)}`
  }
  for (const { what, field, words } of pieces) {
    if (squeezed(words).length >= TELLING && rest.includes(squeezed(words))) twice(what, field)
  }
  const links = parseProse(entry.summary).flatMap(linksIn)
  if (shown.links(entry.url) === 0) lost('The link', 'url')
  if (where === 'text' && shown.links(entry.url) > 1) twice('The link', 'url')
  for (const { url } of links) if (shown.links(url) === 0) lost(`The link to ${url}`, 'summary')
  if (where === 'HTML' && picture && entry.image?.alt !== undefined && !shown.alts.includes(entry.image.alt))
    lost('The alt text', 'image.alt')
}

/** Shorter pieces may well occur in other words by chance. */
const TELLING = 20

/** The plain text puts a link's address behind its words, so a summary is looked for in pieces. */
function textRuns(runs: ReturnType<typeof parseProse>[number]): string[] {
  const parts: string[] = ['']
  const walk = (list: typeof runs): void => {
    for (const run of list) {
      if (run.kind === 'text') parts[parts.length - 1] += run.text
      else walk(run.children)
      if (run.kind === 'link') parts.push('')
    }
  }
  walk(runs)
  return parts.filter((part) => squeezed(part) !== '')
}

const squeezed = (text: string): string => text.replace(/[ \t\n\r\f]+/g, '')

interface Blocks {
  shown: Map<number, Shown>
  /** Positions in the order their blocks begin. */
  order: number[]
}

function blocksOfHtml(html: string, marks: Marks): Blocks {
  const found = new Map<number, { words: string; alts: string[]; hrefs: string[] }>()
  const order: number[] = []
  let open: { words: string; alts: string[]; hrefs: string[] } | null = null
  const mark = new RegExp(`^${marks.pattern.source}$`)
  const walk = (node: DefaultTreeAdapterMap['node']): void => {
    if (node.nodeName === '#comment') {
      const [, kind, number] = mark.exec((node as DefaultTreeAdapterMap['commentNode']).data.trim()) ?? []
      if (kind === 'b') {
        order.push(Number(number))
        open = found.get(Number(number)) ?? { words: '', alts: [], hrefs: [] }
        found.set(Number(number), open)
      } else if (kind === 'z') open = null
      return
    }
    if (node.nodeName === '#text' && open !== null)
      open.words += squeezed((node as DefaultTreeAdapterMap['textNode']).value)
    if ('attrs' in node && open !== null) {
      for (const { name, value } of node.attrs) {
        if (name === 'href') open.hrefs.push(value)
        if (name === 'alt') open.alts.push(value)
      }
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child)
  }
  walk(parse(html))
  const shown = new Map(
    [...found].map(([position, { words, alts, hrefs }]) => [
      position,
      { words, alts, links: (url: string) => hrefs.filter((href) => href === url).length },
    ]),
  )
  return { shown, order }
}

function blocksOfText(text: string, marks: Marks): Blocks {
  const shown = new Map<number, Shown>()
  const order: number[] = []
  const pieces = text.split(marks.pattern)
  // split() with two groups: text, kind, number, text, kind, number, …
  for (let index = 1; index < pieces.length; index += 3) {
    if (pieces[index] !== 'b') continue
    const position = Number(pieces[index + 1])
    const block = pieces[index + 2] ?? ''
    order.push(position)
    shown.set(position, { words: squeezed(block), alts: [], links: (url) => timesAlone(url, block) })
  }
  return { shown, order }
}

/** How often an address stands by itself in a text: between white space or in brackets, whole. */
function timesAlone(url: string, text: string): number {
  let times = 0
  for (let at = text.indexOf(url); at >= 0; at = text.indexOf(url, at + 1)) {
    const before = text[at - 1] ?? '\n'
    const after = text.slice(at + url.length, at + url.length + 2)
    if (/\s/.test(before) ? /^(\s|$)/.test(after) : before === '(' && after.startsWith(')')) times += 1
  }
  return times
}
