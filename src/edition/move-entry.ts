import { isDeepStrictEqual } from 'node:util'
import type { YAMLSeq } from 'yaml'
import { UserError } from '../problems/user-error.ts'
import { editable } from '../yaml/editable.ts'
import { lineOf, lineText, type Source } from '../yaml/source.ts'
import { columnOf, endOfNode, entryList } from './entry-nodes.ts'
import { readable, type Said, said } from './write-entry.ts'

/**
 * The file with an entry at another place of its list; both places count from 0, and it stands at `to` afterwards. An
 * entry takes the comments directly above its dash along; the space between entries stays where it is. Throws a
 * UserError where that cannot be done.
 */
export function moveEntry(text: string, from: number, to: number): string {
  const page = readable(text)
  const list = entryList(page.document)
  const order = moved(list.items.length, from, to)
  const { source } = page
  const blocks = blocksOf(source, list)
  const written = page.spliced(
    blocks.flatMap(({ start, end }, index) => {
      const own = order[index] === index ? undefined : blocks[order[index] ?? index]
      return own === undefined ? [] : [{ from: start, to: end, text: page.typed(own.start, own.end) }]
    }),
  )
  const after = editable(written)
  const meant = inOrder(said(page.tree.root), order)
  if (
    after !== null &&
    after.findings.length <= page.findings.length &&
    isDeepStrictEqual(said(after.tree.root), meant)
  )
    return written
  throw new UserError(
    'cannot-write',
    'The entry cannot be moved without changing what stands around it. Nothing was changed.',
    'Move its lines in your editor.',
  )
}

/** Which item comes first, second, … once the one at `from` stands at `to`. */
export function moved(count: number, from: number, to: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  if (!order.includes(from) || !order.includes(to))
    throw new UserError(
      'no-entry',
      `There are ${count} entries; ${from + 1} cannot be moved to ${to + 1}. Nothing was changed.`,
      'Look at the edition as it is now.',
    )
  order.splice(to, 0, ...order.splice(from, 1))
  return order
}

/** From the comments above a dash to the end of the entry's last line, its own further comments among them. */
export function blocksOf(source: Source, list: YAMLSeq): { start: number; end: number }[] {
  const column = columnOf(source, list.range?.[0] ?? 0)
  const lines = list.items.map((item) => {
    let first = lineOf(source, (item as { range?: [number, number, number] }).range?.[0] ?? 0)
    while (first > 0 && !isDash(lineText(source, first), column)) first -= 1
    while (first > 0 && depthOfComment(lineText(source, first - 1)) === column) first -= 1
    let last = lineOf(source, Math.max(0, endOfNode(source, item) - 1))
    while (depthOfComment(lineText(source, last + 1)) > column) last += 1
    return { first, last }
  })
  return lines.map(({ first, last }) => {
    const start = source.lineStarts[first] ?? 0
    return { start, end: (source.lineStarts[last] ?? 0) + lineText(source, last).length }
  })
}

const isDash = (line: string, column: number): boolean => /^ *-(?: |$)/.test(line) && line.indexOf('-') === column

/** The column of a comment that has the line to itself; -1 for any other line. */
const depthOfComment = (line: string): number => (/^ *#/.test(line) ? line.indexOf('#') : -1)

function inOrder(root: Said, order: readonly number[]): Said {
  if (typeof root === 'string' || Array.isArray(root)) return root
  const { entries } = root
  return Array.isArray(entries) ? { ...root, entries: order.map((index) => entries[index] ?? '') } : root
}
