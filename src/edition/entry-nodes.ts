import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { UserError } from '../problems/user-error.ts'
import { lineOf, type Source } from '../yaml/source.ts'
import { type Form, formOf } from './write-value.ts'

/** Where the parts of an edition's file stand, for whoever replaces them. Offsets are of the source that was parsed. */

/** The list under `entries`, one entry to a dash. Throws a UserError when it stands otherwise. */
export function entryList(document: Document): YAMLSeq {
  const list = isMap(document.contents) ? pairOf(document.contents, 'entries')?.value : undefined
  if (!isSeq(list) || list.flow === true)
    throw new UserError(
      'cannot-write',
      'The entries of this file do not stand below each other with a dash each. Nothing was changed.',
      'Change the file in your editor.',
    )
  return list
}

/** The keys of an entry: an item of the list (from 0), or the whole file when null. Throws a UserError when there are none. */
export function entryMap(document: Document, entry: number | null): YAMLMap {
  const node = entry === null ? document.contents : entryList(document).items[entry]
  if (isMap(node)) return node
  const number = entry === null ? '' : ` ${entry + 1}`
  throw new UserError(
    'cannot-write',
    isAlias(node)
      ? `Entry${number} is a reference to another place of the file. Nothing was changed.`
      : `There is no entry${number} with keys and values in the file. Nothing was changed.`,
    'Change the file in your editor.',
  )
}

/** The pair of a key; of two with one name the last, which is the one that counts. */
export function pairOf(map: YAMLMap, key: string): Pair<Scalar, unknown> | undefined {
  return pairsOf(map).findLast((pair) => pair.key.value === key)
}

export function pairsOf(map: YAMLMap): Pair<Scalar, unknown>[] {
  return map.items.filter((pair): pair is Pair<Scalar, unknown> => isPair(pair) && isScalar(pair.key))
}

export const startOfKey = (pair: Pair<Scalar, unknown>): number => pair.key.range?.[0] ?? 0

/** Behind the colon of a pair. */
export function behindColon(source: Source, pair: Pair<Scalar, unknown>): number {
  return source.text.indexOf(':', pair.key.range?.[1] ?? 0) + 1
}

/** Behind the last character of a pair that is not white space or a comment. */
export function endOfPair(source: Source, pair: Pair<Scalar, unknown>): number {
  return Math.max(behindColon(source, pair), endOfNode(source, pair.value))
}

export function endOfNode(source: Source, node: unknown): number {
  if (!isNode(node)) return 0
  const [from, to] = node.range ?? [0, 0]
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined
  if (isPair(last) && isScalar(last.key)) return endOfPair(source, last as Pair<Scalar, unknown>)
  if (isNode(last)) return endOfNode(source, last)
  const width = source.text.slice(from, to).replace(/[ \t\n]+$/, '').length
  // A value that is not there stands behind the spaces in front of it.
  return width === 0 ? 0 : from + width
}

export function columnOf(source: Source, offset: number): number {
  return offset - (source.lineStarts[lineOf(source, offset)] ?? 0)
}

/** Before the line break of the line an offset is on. */
export function endOfLine(source: Source, offset: number): number {
  const at = source.text.indexOf('\n', offset)
  return at < 0 ? source.text.length : at
}

/** How the texts of an entry stand on their lines: without quotes, unless all are quoted. */
export function usualForm(map: YAMLMap): Form {
  const forms = pairsOf(map).flatMap((pair) =>
    isScalar(pair.value) && pair.value.value !== '' ? [formOf(pair.value.type as Scalar.Type)] : [],
  )
  const beside = forms.filter((form) => form !== 'block')
  const [first = 'plain'] = beside
  return beside.length > 1 && beside.every((form) => form === first) ? first : 'plain'
}
