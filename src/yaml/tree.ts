import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
} from 'yaml'
import { type Finding, finding, type Place } from '../problems/finding.ts'
import { cutBeside } from './comment.ts'
import { explainValue, lineParts, restore } from './mistakes.ts'
import { originalPlace, placeAt, type Source } from './source.ts'

/**
 * A scalar as it was typed. YAML's own reading of it (number, boolean, null, date) is never taken: `1.10`, `no` and
 * `2024-12-19` stay text (design, section 2).
 */
export class TypedText {
  readonly text: string
  readonly place: Place
  /** Where a `#` silently ends the text, or null. */
  readonly cutAt: Place | null
  /** Already reported; let through so that the rest can be shown. */
  readonly tolerated: boolean

  constructor(text: string, place: Place, cutAt: Place | null, tolerated = false) {
    this.text = text
    this.place = place
    this.cutAt = cutAt
    this.tolerated = tolerated
  }
}

export type YamlValue = TypedText | YamlValue[] | { [key: string]: YamlValue }

/** Where collections and their keys stand; kept beside the plain values so that a schema can walk those as they are. */
export interface YamlTree {
  root: YamlValue
  placeOf(path: readonly PropertyKey[]): Place
  placeOfKey(path: readonly PropertyKey[], key: string): Place
}

/** More references, and more values behind them, than any edition has; an alias bomb asks for 10^9. */
const MOST_ALIASES = 1000
const MOST_REPEATED = 10_000
/** Levels of lists and groups. An edition has six. */
const DEEPEST = 100

/** The parsed document as plain values with places. `original` is what the editor wrote, for lines and frames. */
export function treeFrom(
  document: Document,
  original: Source,
  parsed: Source,
): { tree: YamlTree | null; findings: Finding[] } {
  const findings: Finding[] = []
  const places = new WeakMap<object, { place: Place; keys: Map<string, Place> }>()
  const targets = targetsOf(document)
  const used = new Set(targets.values())
  let aliases = 0
  let repeated = 0
  let tooDeep: Place | null = null

  /** Offsets are the parsed (perhaps mended) text's; lines agree, and the shown text is the editor's. */
  const at = (from: number, to: number): Place => originalPlace(original, parsed, from, to)
  const nodePlace = (node: Node): Place => {
    const [from = 0, to = from + 1] = node.range ?? []
    return at(from, to)
  }
  const isBomb = (): boolean => aliases > MOST_ALIASES || repeated > MOST_REPEATED

  const convert = (node: unknown, depth: number, inAlias: boolean): YamlValue => {
    if (inAlias) repeated += 1
    if (isBomb() || tooDeep !== null) return emptyText(at(0, 1))
    if (depth > DEEPEST) {
      if (inAlias) aliases = Number.POSITIVE_INFINITY
      else tooDeep = isNode(node) ? nodePlace(node) : at(0, 1)
      return emptyText(at(0, 1))
    }
    // What stands behind a reference was looked at where it was written.
    const say = (one: () => Finding | null): void => {
      const found = inAlias ? null : one()
      if (found !== null) findings.push(found)
    }
    if (isAlias(node)) {
      aliases += 1
      const target = targets.get(node)
      if (target !== undefined) return convert(target, depth + 1, true)
      say(() => unresolved(nodePlace(node)))
      return new TypedText(`*${node.source}`, nodePlace(node), null)
    }
    say(() => lostMark(node))
    if (isMap(node)) {
      const values: { [key: string]: YamlValue } = Object.create(null)
      const keys = new Map<string, Place>()
      places.set(values, { place: nodePlace(node), keys })
      let last: { name: string; place: Place } | undefined
      for (const pair of node.items) {
        if (!isPair(pair)) continue
        if (!isScalar(pair.key)) {
          say(() => notAKey(nodePlace(isNode(pair.key) ? pair.key : node)))
          continue
        }
        const key = pair.key
        const name = asTyped(key)
        const place = nodePlace(key)
        if (name === '' && last?.place.line === place.line) {
          // `headline: [Update]: more` is, to the parser, a list and then a key without a name.
          const { prefix, value } = lineParts(place.text)
          const whole = { ...place, column: prefix.length + 1, width: value.length }
          say(() => notAKey(whole))
          values[last.name] = new TypedText(value, whole, null)
          continue
        }
        last = { name, place }
        say(() => lostMark(key))
        // The parser's own check compares every key with every other, 9 s for 30,000 of them (2026-11).
        if (keys.has(name)) say(() => duplicate(name, place))
        keys.set(name, place)
        values[name] = pair.value === null ? emptyText(place) : convert(pair.value, depth + 1, inAlias)
      }
      return values
    }
    if (isSeq(node)) {
      const values: YamlValue[] = []
      places.set(values, { place: nodePlace(node), keys: new Map() })
      for (const item of node.items) values.push(convert(item, depth + 1, inAlias))
      return values
    }
    if (isScalar(node)) return typed(node)
    return emptyText(at(0, 1))
  }

  const asTyped = ({ value, source }: Scalar): string => {
    const text = typeof value === 'string' ? value : (source ?? '')
    return original === parsed ? text : restore(text)
  }
  const typed = (node: Scalar): TypedText => {
    const cut = cutBeside(parsed, node)
    return new TypedText(asTyped(node), nodePlace(node), cut === null ? null : at(cut.from, cut.to))
  }
  /** A first word that YAML takes for the name of a type, or for an anchor nobody refers to. */
  const lostMark = (node: unknown): Finding | null => {
    if (!isScalar(node) && !isCollection(node)) return null
    if (isScalar(node) && node.anchor !== undefined && !used.has(node)) return lostWord(nodePlace(node), 'yaml-anchor')
    return node.tag === undefined ? null : lostWord(nodePlace(node), 'yaml-tag')
  }

  const root = convert(document.contents, 0, false)
  if (isBomb()) {
    const bomb = finding(
      'yaml-alias-bomb',
      placeAt(original, 0),
      `The file refers to itself more than ${MOST_ALIASES} times, or to more than ${MOST_REPEATED} values.`,
      'Write the values out; an edition needs no references.',
    )
    return { tree: null, findings: [bomb] }
  }
  if (tooDeep !== null) return { tree: null, findings: [...findings, nestedTooDeep(tooDeep)] }
  const nowhere = at(0, 1)
  const find = (path: readonly PropertyKey[]): { value: YamlValue | undefined; place: Place } => {
    let value: YamlValue | undefined = root
    let place = placeIn(root, places) ?? nowhere
    for (const step of path) {
      const parent: YamlValue | undefined = value
      value =
        parent instanceof TypedText || parent === undefined
          ? undefined
          : (parent as { [key: PropertyKey]: YamlValue })[step]
      const own = value === undefined ? undefined : placeIn(value, places)
      const key = parent === undefined ? undefined : places.get(parent)?.keys.get(String(step))
      if (own !== undefined) place = value instanceof TypedText && value.text === '' ? (key ?? own) : own
      else if (key !== undefined) place = key
      else break
    }
    return { value, place }
  }
  return {
    tree: {
      root,
      placeOf: (path) => find(path).place,
      placeOfKey: (path, key) => {
        const { value, place } = find(path)
        return (value === undefined ? undefined : places.get(value)?.keys.get(key)) ?? place
      },
    },
    findings,
  }
}

const emptyText = (place: Place): TypedText => new TypedText('', place, null)

function placeIn(value: YamlValue, places: WeakMap<object, { place: Place }>): Place | undefined {
  return value instanceof TypedText ? value.place : places.get(value)?.place
}

/** Each reference with what it refers to: the nearest anchor of its name above it. */
function targetsOf(document: Document): Map<Node, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Node, Node>()
  const walk = (node: unknown): void => {
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target !== undefined) targets.set(node, target)
      return
    }
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
    if (isPair(node)) {
      walk(node.key)
      walk(node.value)
    } else if (isCollection(node)) node.items.forEach(walk)
  }
  walk(document.contents)
  return targets
}

export const nestedTooDeep = (at: Place | string): Finding =>
  finding(
    'yaml-too-deep',
    at,
    'Brackets or indentation are nested too deep to read.',
    'Look for a run of [ or { or - pasted in by accident.',
  )

function duplicate(key: string, place: Place): Finding {
  return finding(
    'yaml-duplicate-key',
    { ...place, width: 1 },
    `"${key}" stands twice here; only one of the two would count.`,
    'Keep one. If this is a new entry, it must begin with a dash:  - topic: …',
  )
}

function notAKey(place: Place): Finding {
  const mistake = explainValue(place.text)
  return finding(
    mistake?.code ?? 'yaml-syntax',
    place,
    mistake?.message ?? 'A list or a map stands where a key belongs.',
    mistake?.hint ?? 'If this is text, put it in quotes.',
  )
}

/** The mark itself is no part of the value: it stands before it. */
function lostWord(value: Place, code: 'yaml-anchor' | 'yaml-tag'): Finding {
  const mark = /[&!]\S*\s*$/.exec(value.text.slice(0, value.column - 1))
  const column = mark === null ? value.column : mark.index + 1
  const width = Math.min(value.column + value.width, value.text.trimEnd().length + 1) - column
  const mistake = explainValue(value.text)
  const fits = mistake?.code === code ? mistake : null
  const sign = code === 'yaml-anchor' ? '&' : '!'
  return finding(
    code,
    { ...value, column, width: Math.max(1, width) },
    fits?.message ?? `The text begins with ${sign}, and its first word would be lost.`,
    fits?.hint ?? 'Put the text in quotes.',
  )
}

function unresolved(place: Place): Finding {
  const mistake = explainValue(place.text)
  return finding(
    'yaml-anchor',
    place,
    mistake?.message ?? 'A * stands for a reference in YAML, and there is nothing it could refer to.',
    mistake?.hint ?? 'Put the text in quotes.',
  )
}
