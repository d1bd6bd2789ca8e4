import { isDeepStrictEqual } from 'node:util'
import { isMap, isNode, isScalar, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { UserError } from '../problems/user-error.ts'
import { cutBeside } from '../yaml/comment.ts'
import { type Editable, editable, type Splice } from '../yaml/editable.ts'
import { TypedText, type YamlValue } from '../yaml/tree.ts'
import { entrySchema } from './edition.ts'
import {
  behindColon,
  columnOf,
  endOfLine,
  endOfPair,
  entryMap,
  pairOf,
  pairsOf,
  startOfKey,
  usualForm,
} from './entry-nodes.ts'
import { hiddenCharacter } from './fields.ts'
import { formOf, type Spot, waysToWrite } from './write-value.ts'

/** What can be written of an entry; the last four stand under `image`. */
export const ENTRY_FIELDS = [
  'headline',
  'kicker',
  'summary',
  'url',
  'source',
  'topic',
  'caption',
  'credit',
  'alt',
  'src',
] as const
export type EntryField = (typeof ENTRY_FIELDS)[number]

/** Keys in the order they are written in: that of the schemas, and of the documentation. */
const ENTRY_KEYS = Object.keys(entrySchema.shape)
const IMAGE_KEYS = Object.keys(entrySchema.shape.image.unwrap().shape)

/** The keys that lead to a field in its entry. */
export const pathOfField = (field: EntryField): string[] =>
  ['caption', 'credit', 'alt', 'src'].includes(field) ? ['image', field] : [field]

/**
 * The file with one field of an entry set to a text, or without it (null, or nothing but white space). `entry` counts
 * from 0 in the file's list; null when the file is one entry. Only the lines of the field change. Read again, the file
 * says exactly what was typed and otherwise what it said before; where that cannot be had, a UserError says so and
 * nothing is made. Characters no reader can see are refused, and so are line breaks outside summaries.
 */
export function setField(text: string, entry: number | null, field: EntryField, value: string | null): string {
  const typed = value === null || value.trim() === '' ? null : value
  if (typed !== null) refuseUnseen(field, typed)
  const page = readable(text)
  const path = [...(entry === null ? [] : ['entries', entry]), ...pathOfField(field)]
  const map = entryMap(page.document, entry)
  const now = valueAt(page.tree.root, path)
  if (typed === null ? now === undefined : readsAs(now, typed)) return text
  const ways =
    typed === null ? [removal(page, map, pathOfField(field))] : writings(page, map, pathOfField(field), typed)
  const before = said(page.tree.root)
  for (const splice of ways) {
    const written = page.spliced([splice])
    const after = editable(written)
    if (after !== null && isWhatWasMeant(page, before, after, path, typed)) return written
  }
  throw new UserError(
    'cannot-write',
    `The ${field} cannot be written without changing what stands around it. Nothing was changed.`,
    'Change the line in your editor; the findings say what is wrong with it.',
  )
}

/** 1-based line of a field, or of what would hold it. */
export function lineOfField(text: string, entry: number | null, field: EntryField | null): number {
  const path = [...(entry === null ? [] : ['entries', entry]), ...(field === null ? [] : pathOfField(field))]
  return editable(text)?.tree.placeOf(path).line ?? 1
}

export function readable(text: string): Editable {
  const page = editable(text)
  if (page !== null) return page
  throw new UserError(
    'unreadable',
    'The file cannot be read as it stands. Nothing was changed.',
    'Mend it in your editor first; the findings say where.',
  )
}

function refuseUnseen(field: EntryField, value: string): void {
  const hidden = hiddenCharacter(value)
  if (hidden !== null)
    throw new UserError('control-character', `${hidden.name} stands in the ${field}. Nothing was changed.`, hidden.hint)
  if (value.includes('\n') && field !== 'summary')
    throw new UserError(
      'line-break',
      `The ${field} has a line break in it. Nothing was changed.`,
      'Only a summary may have paragraphs.',
    )
}

/** The splices that may set a field, best first. */
function writings(page: Editable, map: YAMLMap, path: readonly string[], value: string): Splice[] {
  const [key = '', ...inside] = path
  const pair = pairOf(map, key)
  if (pair !== undefined && inside.length > 0 && isMap(pair.value) && pair.value.items.length > 0)
    return writings(page, pair.value, inside, value)
  const flow = map.flow === true
  const column = columnOf(page.source, startOfKey(pairsOf(map)[0] ?? keyless()))
  const spot: Spot = { column: column + 2 * inside.length, flow, current: null, neighbours: usualForm(map) }
  const texts = (current: Spot['current']): string[] => waysToWrite(value, { ...spot, current })
  if (pair === undefined) return texts(null).map((text) => insertion(page, map, key, inside, text, column))
  if (inside.length > 0) return texts(null).map((text) => group(page, pair, inside, text, flow, column))
  const { from, to } = rangeOf(page, pair)
  const source = page.typed(from, to)
  const form = isScalar(pair.value) ? formOf((pair.value as Scalar).type as Scalar.Type) : 'plain'
  const space = from === behindColon(page.source, pair) ? ' ' : ''
  return texts(source === '' ? null : { form, source }).map((text) => ({ from, to, text: space + text }))
}

/** Of a value, with a mark before it and words behind a # that YAML would have taken away. */
function rangeOf({ source }: Editable, pair: Pair<Scalar, unknown>): { from: number; to: number } {
  const colon = behindColon(source, pair)
  const { value } = pair
  const cut = isScalar(value) ? cutBeside(source, value) : null
  const isBlank = !isNode(value) || endOfPair(source, pair) <= colon
  if (isBlank) return { from: colon, to: cut?.to ?? colon }
  const [start, end] = [value.range?.[0] ?? colon, endOfPair(source, pair)]
  const mark = 'anchor' in value || 'tag' in value ? /[&!][^\n#]*$/.exec(source.text.slice(colon, start)) : null
  const behind = cut !== null && cut.from >= end && cut.to <= endOfLine(source, end) ? cut.to : end
  return { from: mark === null ? start : colon + mark.index, to: behind }
}

/** A new key at the place it has in the documentation: below the nearest that comes before it. */
function insertion(
  { source }: Editable,
  map: YAMLMap,
  key: string,
  inside: readonly string[],
  text: string,
  column: number,
): Splice {
  const order = ENTRY_KEYS.includes(key) ? ENTRY_KEYS : IMAGE_KEYS
  const earlier = order.slice(0, order.indexOf(key))
  const before = pairsOf(map).findLast((pair) => earlier.includes(String(pair.key.value)))
  const first = pairsOf(map)[0]
  if (map.flow === true) {
    const put = inside.length === 0 ? `${key}: ${text}` : `${key}: { ${inside[0]}: ${text} }`
    const at = before === undefined ? startOfKey(first ?? keyless()) : endOfPair(source, before)
    return { from: at, to: at, text: before === undefined ? `${put}, ` : `, ${put}` }
  }
  const indent = ' '.repeat(column)
  const put = inside.length === 0 ? `${key}: ${text}` : `${key}:\n${indent}  ${inside[0]}: ${text}`
  if (before === undefined) {
    const at = startOfKey(first ?? keyless())
    return { from: at, to: at, text: `${put}\n${indent}` }
  }
  const at = endOfLine(source, endOfPair(source, before))
  return { from: at, to: at, text: `\n${indent}${put}` }
}

/** The first key of a group that is named already and still empty. */
function group(
  { source }: Editable,
  pair: Pair<Scalar, unknown>,
  inside: readonly string[],
  text: string,
  flow: boolean,
  column: number,
): Splice {
  const colon = behindColon(source, pair)
  if (endOfPair(source, pair) > colon && !isMap(pair.value))
    throw new UserError(
      'cannot-write',
      `"${pair.key.value}" takes keys with values, and a text or a reference stands there. Nothing was changed.`,
      `Write it as  ${pair.key.value}:  and below it  src: …  in your editor.`,
    )
  if (flow || isMap(pair.value))
    return { from: colon, to: Math.max(colon, endOfPair(source, pair)), text: ` { ${inside[0]}: ${text} }` }
  const at = endOfLine(source, colon)
  return { from: at, to: at, text: `\n${' '.repeat(column + 2)}${inside[0]}: ${text}` }
}

function removal(page: Editable, map: YAMLMap, path: readonly string[]): Splice {
  const [key = '', ...inside] = path
  const pair = pairOf(map, key) ?? keyless()
  if (inside.length > 0 && isMap(pair.value) && pair.value.items.length > 1) return removal(page, pair.value, inside)
  const { source } = page
  const pairs = pairsOf(map)
  const at = pairs.indexOf(pair)
  const [before, next] = [pairs[at - 1], pairs[at + 1]]
  if (map.flow === true) {
    if (before !== undefined) return { from: endOfPair(source, before), to: endOfPair(source, pair), text: '' }
    return { from: startOfKey(pair), to: next === undefined ? endOfPair(source, pair) : startOfKey(next), text: '' }
  }
  const end = Math.min(source.text.length, endOfLine(source, endOfPair(source, pair)) + 1)
  const start = startOfKey(pair)
  const isOnItsOwn = source.text.slice(start - columnOf(source, start), start).trim() === ''
  if (isOnItsOwn) return { from: start - columnOf(source, start), to: end, text: '' }
  // Behind a dash: what comes next takes its place.
  return { from: start, to: end + (/^[ \n]*/.exec(source.text.slice(end))?.[0].length ?? 0), text: '' }
}

function keyless(): never {
  throw new UserError('cannot-write', 'The entry has no keys yet. Nothing was changed.', 'Begin it in your editor.')
}

/** Only the field is another, it reads as typed, and no mistake has come in. */
function isWhatWasMeant(
  page: Editable,
  before: Said,
  after: Editable,
  path: readonly (string | number)[],
  typed: string | null,
): boolean {
  const known = page.findings.map((one) => one.code)
  if (after.findings.length > known.length || after.findings.some((one) => !known.includes(one.code))) return false
  const now = valueAt(after.tree.root, path)
  if (typed === null ? now !== undefined : !readsAs(now, typed)) return false
  // A broken line elsewhere is the editor's; a new one that reads as typed only because it was mended is ours.
  if (now instanceof TypedText && after.findings.some((one) => one.line === now.place.line)) return false
  return isDeepStrictEqual(without(said(after.tree.root), path), without(before, path))
}

/** A block without a dash in its header ends with a line break, which is not part of the text. */
const readsAs = (value: YamlValue | undefined, typed: string): boolean =>
  value instanceof TypedText && value.cutAt === null && (value.text === typed || value.text === `${typed}\n`)

export type Said = string | Said[] | { [key: string]: Said }

/** A tree without its places. What is blank says nothing; what a # cuts off is told apart. */
export function said(value: YamlValue): Said {
  if (value instanceof TypedText) return value.cutAt === null ? value.text : `${value.text}\0${value.cutAt.text}`
  if (Array.isArray(value)) return value.map(said)
  const kept = Object.entries(value).map(([key, inside]): [string, Said] => [key, said(inside)])
  return Object.fromEntries(kept.filter(([, one]) => !isBlank(one)))
}

const isBlank = (value: Said): boolean =>
  typeof value === 'string' ? value.trim() === '' : !Array.isArray(value) && Object.keys(value).length === 0

function without(value: Said, path: readonly (string | number)[]): Said {
  const [step, ...rest] = path
  if (typeof value === 'string' || step === undefined) return value
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? without(item, rest) : item))
  const kept = Object.entries(value).flatMap(([key, inside]): [string, Said][] => {
    if (key !== step) return [[key, inside]]
    const left = rest.length === 0 ? '' : without(inside, rest)
    return isBlank(left) ? [] : [[key, left]]
  })
  return Object.fromEntries(kept)
}

export function valueAt(root: YamlValue, path: readonly (string | number)[]): YamlValue | undefined {
  let value: YamlValue | undefined = root
  for (const step of path) {
    if (value === undefined || value instanceof TypedText) return undefined
    value = (value as { [key: string | number]: YamlValue })[step]
  }
  return value
}
