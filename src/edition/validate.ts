import { z } from 'zod'
import { type Finding, finding, type Place } from '../problems/finding.ts'
import { quoted } from '../yaml/mistakes.ts'
import { TypedText, type YamlTree, type YamlValue } from '../yaml/tree.ts'
import { type FieldIssue, hiddenCharacter } from './fields.ts'
import { nearest } from './nearest.ts'

export interface Validated<Value> {
  /** Null when something required is missing or unusable. */
  value: Value | null
  findings: Finding[]
}

type Path = readonly PropertyKey[]
type Fields = { [key: string]: YamlValue }

/**
 * A part of a YAML tree against its schema. Every issue becomes a finding; what can still be shown is kept, so that a
 * preview survives a slip: text with a warning stays, an optional field that is wrong is left out.
 */
export function validate<Schema extends z.ZodObject>(
  schema: Schema,
  tree: YamlTree,
  at: Path,
  given: YamlValue,
  entry: number | null = null,
): Validated<z.output<Schema>> {
  if (given instanceof TypedText || Array.isArray(given)) {
    const place = tree.placeOf(at)
    const problem = finding(
      'wrong-type',
      place,
      'Keys with values are expected here, one on a line.',
      'Write them as  key: value.',
      entry,
    )
    return { value: null, findings: [problem] }
  }
  const findings: Finding[] = []
  let input = withoutEmpty(given)
  for (let round = 0; round < 2; round++) {
    const result = schema.safeParse(input)
    if (result.success) return { value: result.data, findings }
    if (round === 0) {
      const issues = textsAsGroups(
        result.error.issues.flatMap((issue) => asMeant(issue, input)),
        input,
      )
      for (const issue of issues) {
        const path = [...at, ...pathAsTyped(given, issue.path)]
        findings.push(...asFindings(issue, tree, path, input, schema, entry))
      }
      input = salvaged(input, issues)
    }
  }
  return { value: null, findings }
}

/** `kicker:` with nothing behind it means: no kicker. */
function withoutEmpty(fields: Fields): Fields {
  const kept: Fields = Object.create(null)
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof TypedText) {
      if (!isEmpty(value)) kept[key] = value
    } else if (Array.isArray(value)) {
      kept[key] = value.filter((item) => !isEmpty(item)).map((item) => (isFields(item) ? withoutEmpty(item) : item))
    } else kept[key] = withoutEmpty(value)
  }
  return kept
}

const isEmpty = (value: YamlValue): boolean =>
  value instanceof TypedText && value.text.trim() === '' && value.cutAt === null

/** The path of a value before empty items were left out of its list. */
function pathAsTyped(given: Fields, path: Path): Path {
  let own: YamlValue | undefined = given
  return path.map((step) => {
    const items: YamlValue | undefined = own
    const typed = Array.isArray(items)
      ? items.indexOf(items.filter((item) => !isEmpty(item))[Number(step)] ?? [])
      : step
    own = items === undefined ? undefined : valueAt(items, [typed])
    return typed
  })
}

/** Where a text or a group may stand, what is wrong with the one that stands there: the text comes first. */
function asMeant(issue: z.core.$ZodIssue, input: Fields): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = valueAt(input, issue.path) instanceof TypedText ? issue.errors[0] : issue.errors.at(-1)
  return (meant ?? []).map((inside) => ({ ...inside, path: [...issue.path, ...inside.path] }))
}

/** A text where a group of keys belongs: to Zod its parts are keys nobody knows, to an editor it is one mistake. */
function textsAsGroups(issues: readonly z.core.$ZodIssue[], input: Fields): z.core.$ZodIssue[] {
  const texts = issues.filter(
    (issue) => issue.code === 'unrecognized_keys' && valueAt(input, issue.path) instanceof TypedText,
  )
  const inside = (issue: z.core.$ZodIssue) =>
    texts.some((text) => text.path.every((step, index) => issue.path[index] === step))
  const groups = texts.map(
    ({ path, message }): z.core.$ZodIssue => ({
      code: 'invalid_type',
      expected: 'object',
      path,
      message,
      input: undefined,
    }),
  )
  return [...groups, ...issues.filter((issue) => !inside(issue))]
}

const isFields = (value: YamlValue): value is Fields => !(value instanceof TypedText) && !Array.isArray(value)

/** What of the input can still be shown. */
function salvaged(input: Fields, issues: readonly z.core.$ZodIssue[]): Fields {
  const copy = structuredCopy(input) as Fields
  // From the last to the first, since what is taken out of a list moves the items behind it.
  for (const issue of issues.toReversed()) {
    const path = issue.code === 'unrecognized_keys' ? null : issue.path
    if (path === null) {
      const parent = valueAt(copy, issue.path)
      if (parent !== undefined && isFields(parent))
        for (const key of (issue as z.core.$ZodIssueUnrecognizedKeys).keys) delete parent[key]
      continue
    }
    const own = valueAt(copy, path)
    const code = issueParams(issue)?.code
    const tolerable = code === 'text-cut' || code === 'control-character' || code === 'url-http'
    const better = own instanceof TypedText && tolerable ? tolerated(own) : undefined
    setAt(copy, path, better)
  }
  return copy
}

/** The same text without what the finding is about, marked so that the second look does not stop at it again. */
function tolerated(value: TypedText): TypedText {
  let text = value.text === '' && value.cutAt !== null ? value.cutAt.text.slice(value.cutAt.column - 1) : value.text
  for (let hidden = hiddenCharacter(text); hidden !== null; hidden = hiddenCharacter(text)) {
    text = text.slice(0, hidden.at) + (text[hidden.at] === '\t' ? ' ' : '') + text.slice(hidden.at + 1)
  }
  return new TypedText(text, value.place, null, true)
}

function structuredCopy(value: YamlValue): YamlValue {
  if (value instanceof TypedText) return value
  if (Array.isArray(value)) return value.map(structuredCopy)
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCopy(one)])),
  )
}

function valueAt(value: YamlValue | undefined, path: Path): YamlValue | undefined {
  let own = value
  for (const step of path) {
    if (own === undefined || own instanceof TypedText) return undefined
    own = (own as { [key: PropertyKey]: YamlValue })[step]
  }
  return own
}

function setAt(root: YamlValue, path: Path, value: YamlValue | undefined): void {
  const parent = valueAt(root, path.slice(0, -1))
  const last = path.at(-1)
  if (parent === undefined || parent instanceof TypedText || last === undefined) return
  if (value !== undefined) (parent as { [key: PropertyKey]: YamlValue })[last] = value
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[String(last)]
}

function issueParams(issue: z.core.$ZodIssue): FieldIssue | undefined {
  return issue.code === 'custom' ? (issue.params as FieldIssue | undefined) : undefined
}

function asFindings(
  issue: z.core.$ZodIssue,
  tree: YamlTree,
  path: Path,
  input: Fields,
  schema: z.ZodObject,
  entry: number | null,
): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, keysAt(schema, issue.path))
      const hint = near === undefined ? 'Remove it, or correct its name.' : `Did you mean "${near}"?`
      return finding('unknown-key', tree.placeOfKey(path, key), `There is no key "${key}" here.`, hint, entry)
    })
  }
  const params = issueParams(issue)
  if (params !== undefined)
    return [finding(params.code, params.place ?? tree.placeOf(path), params.message, params.hint, entry)]
  const name = [...issue.path].reverse().find((step) => typeof step === 'string') ?? 'value'
  const value = valueAt(input, issue.path)
  if (value === undefined) {
    const inside = issue.path.length > 1 ? ` in ${String(issue.path[0])}` : ''
    return [
      finding(
        'key-missing',
        tree.placeOf(path),
        `"${String(name)}" is missing${inside}, or has nothing behind it.`,
        `Add  ${String(name)}: …`,
        entry,
      ),
    ]
  }
  return [wrongType(tree.placeOf(path), String(name), value, issue, entry)]
}

/** The keys that may stand in the group at a path. */
function keysAt(schema: z.ZodObject, path: Path): string[] {
  let own: unknown = schema
  for (const step of path) {
    own = groupIn(own)
    if (own instanceof z.ZodObject) own = own.shape[step as string]
    else if (own instanceof z.ZodArray) own = own.element
  }
  own = groupIn(own)
  return own instanceof z.ZodObject ? Object.keys(own.shape) : []
}

/** What may be left out, and what may be a text instead, aside. */
function groupIn(schema: unknown): unknown {
  let own = schema
  while (own instanceof z.ZodOptional) own = own.unwrap()
  return own instanceof z.ZodUnion ? own.options.find((one) => one instanceof z.ZodObject) : own
}

/** The most frequent cause is text that begins with a bracket or has a colon in a list, so the hint shows the quotes. */
function wrongType(
  place: Place,
  name: string,
  value: YamlValue,
  issue: z.core.$ZodIssue,
  entry: number | null,
): Finding {
  if (issue.code === 'invalid_type') {
    const expected =
      issue.expected === 'array' ? 'a list' : issue.expected === 'object' ? 'a group of keys' : 'another kind of value'
    const hint =
      issue.expected === 'array'
        ? `Write  ${name}:  and below it one line with a dash for each.`
        : `Write  ${name}:  and below it its keys, indented.`
    return finding('wrong-type', place, `"${name}" takes ${expected}.`, hint, entry)
  }
  const line = place.text.trim().replace(/^-\s+/, '')
  const typed = line.startsWith(`${name}:`) ? line.slice(name.length + 1).trim() : line
  const what = Array.isArray(value) ? 'list' : 'map'
  const hint = /[[{:]/.test(typed)
    ? `If this is text, put it in quotes:  ${quoted(typed)}`
    : `Write one text behind  ${name}:`
  return finding('wrong-type', place, `"${name}" takes text, and YAML reads a ${what} here.`, hint, entry)
}
