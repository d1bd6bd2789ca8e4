import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { type Finding, finding, isError, type Place } from '../problems/finding.ts'
import { parseYaml } from '../yaml/parse.ts'
import { decodeSource } from '../yaml/source.ts'
import { TypedText, type YamlTree, type YamlValue } from '../yaml/tree.ts'
import { type Edition, type Entry, editionHeadSchema, entrySchema } from './edition.ts'
import { type EditionFiles, editionFiles } from './edition-files.ts'
import { contrastFindings } from './palette.ts'
import { type Publication, publicationSchema, withDefaults } from './publication.ts'
import { editionFindings, entryFindings } from './rules.ts'
import { typedFindings } from './typed-words.ts'
import { validate } from './validate.ts'

/**
 * First step of the path of the data: files -> Publication and Edition, with everything there is to say about them.
 * Reading never throws for what an editor can type; only a file system that fails does.
 */
export async function readPublication(root: string): Promise<{ publication: Publication | null; findings: Finding[] }> {
  const { tree, findings } = await readTree(root, 'broadsheet.yaml')
  if (tree === null) return { publication: null, findings }
  const { value, findings: inFields } = validate(publicationSchema, tree, [], tree.root)
  const all = [...findings, ...inFields]
  const ids = new Map<string, number>()
  for (const [index, topic] of (value?.topics ?? []).entries()) {
    if (ids.has(topic.id))
      all.push(
        finding(
          'topic-twice',
          tree.placeOf(['topics', index, 'id']),
          `The topic id "${topic.id}" stands twice.`,
          'Give each topic an id of its own.',
        ),
      )
    ids.set(topic.id, index)
  }
  if (value !== null) all.push(...contrastFindings(value, (path) => tree.placeOf(path)))
  return { publication: value === null ? null : withDefaults(value), findings: all }
}

/** The edition of a date, from its file or its folder; nothing is waived yet. Null when there is neither or when nothing of it can be read. */
export async function readEdition(
  root: string,
  date: string,
  publication: Publication,
): Promise<{ edition: Edition | null; findings: Finding[] }> {
  const { files, folder } = await editionFiles(root, date)
  const file = files[0] ?? null
  if ((folder !== null && file !== null) || files.length > 1) {
    const both = folder === null ? files.join(' and ') : `${file} and the folder ${folder.name}/`
    return {
      edition: null,
      findings: [
        finding(
          'edition-twice',
          file ?? `digests/${date}`,
          `The edition of ${date} stands twice: ${both}.`,
          'Keep one of them.',
        ),
      ],
    }
  }
  if (folder === null && file === null) return { edition: null, findings: [] }
  const read = folder === null || file !== null ? await readFileForm(root, file ?? '') : await readFolder(root, folder)
  if (read.head === null) return { edition: null, findings: read.findings }
  const edition: Edition = {
    ...read.head,
    date,
    file: file ?? `digests/${date}/edition.yaml`,
    status: read.head.status ?? 'ready',
    ignore: read.head.ignore ?? {},
    places: read.places,
    entries: read.entries,
  }
  const findings = [...read.findings, ...editionFindings(edition, publication, read.complete)]
  return { edition, findings }
}

interface Read {
  head: z.output<typeof editionHeadSchema> | null
  /** Of the head's fields. */
  places: Map<string, Place>
  entries: Entry[]
  findings: Finding[]
  /** False when an entry was too broken to be kept. */
  complete: boolean
}

async function readFileForm(root: string, file: string): Promise<Read> {
  const { tree, findings } = await readTree(root, file)
  const nothing: Read = { head: null, places: new Map(), entries: [], findings, complete: false }
  if (tree === null) return nothing
  if (Array.isArray(tree.root) || tree.root instanceof TypedText) {
    const hint = Array.isArray(tree.root)
      ? 'Put  entries:  before the list and indent it.'
      : 'Begin with  entries:  and one line with a dash for each entry.'
    return {
      ...nothing,
      findings: [
        ...findings,
        finding(
          'wrong-type',
          tree.placeOf([]),
          'An edition is a group of keys; the entries stand under "entries".',
          hint,
        ),
      ],
    }
  }
  const { entries: list, ...rest } = tree.root
  const head = validate(editionHeadSchema, tree, [], Object.assign(Object.create(null), rest))
  const places = placesIn(tree, [], rest)
  // An unknown key at the top may be a misspelt `entries`; the head's own list of keys does not hold that one.
  const all = [...findings, ...head.findings.map(suggestEntries), ...typedFindings(rest, places, null)]
  if (!Array.isArray(list) || list.length === 0) {
    const empty = list === undefined || (list instanceof TypedText && list.text === '') || Array.isArray(list)
    const code = empty ? 'no-entries' : 'wrong-type'
    all.push(
      finding(
        code,
        tree.placeOf(list === undefined ? [] : ['entries']),
        empty ? 'The edition has no entries.' : '"entries" takes a list.',
        'Write  entries:  and below it one line with a dash for each entry.',
      ),
    )
    return { head: head.value, places, entries: [], findings: all, complete: false }
  }
  const entries: Entry[] = []
  for (const [index, given] of list.entries()) {
    const { entry, findings: own } = readEntry(tree, ['entries', index], given, index + 1)
    all.push(...own)
    if (entry !== null) entries.push(entry)
  }
  return { head: head.value, places, entries, findings: all, complete: entries.length === list.length }
}

async function readFolder(root: string, folder: NonNullable<EditionFiles['folder']>): Promise<Read> {
  const findings: Finding[] = []
  const entries: Entry[] = []
  let head: Read['head'] = {}
  let places: Read['places'] = new Map()
  let number = 0
  if (folder.head !== null) {
    const { tree, findings: inYaml } = await readTree(root, folder.head)
    findings.push(...inYaml)
    if (tree !== null) {
      const { value, findings: own } = validate(editionHeadSchema, tree, [], tree.root)
      findings.push(...own)
      head = value
      places = placesIn(tree, [], tree.root)
      findings.push(...typedFindings(tree.root, places, null))
    }
  }
  for (const name of folder.entries) {
    const { tree, findings: inYaml } = await readTree(root, name)
    findings.push(...inYaml)
    number += 1
    if (tree === null) continue
    const { entry, findings: own } = readEntry(tree, [], tree.root, number)
    findings.push(...own)
    if (entry !== null) entries.push(entry)
  }
  if (number === 0)
    findings.push(
      finding(
        'no-entries',
        folder.name,
        'The folder has no entries.',
        'Add one YAML file for each entry, beside edition.yaml.',
      ),
    )
  return { head, places, entries, findings, complete: entries.length === number && number > 0 }
}

function readEntry(
  tree: YamlTree,
  at: readonly PropertyKey[],
  given: YamlValue,
  position: number,
): { entry: Entry | null; findings: Finding[] } {
  const { value, findings } = validate(entrySchema, tree, at, given, position)
  const places = placesIn(tree, at, given)
  const image = given instanceof TypedText || Array.isArray(given) ? undefined : given['image']
  const entry = value === null ? null : { ...value, position, places }
  // What a broken entry says of its picture is still worth saying: all findings at once, never only the first.
  const reported = findings.filter(isError).map((one) => one.place)
  const rules = entryFindings(entry, image, places, position).filter((one) => !reported.includes(one.place))
  return { entry, findings: [...findings, ...rules, ...typedFindings(given, places, position)] }
}

/** Where the fields of a group stand: `headline`, `image.credit`, … and '' for the group itself. */
function placesIn(tree: YamlTree, at: readonly PropertyKey[], given: YamlValue): Map<string, Place> {
  const places = new Map([['', tree.placeOf(at)]])
  const note = (fields: YamlValue, prefix: string, where: readonly PropertyKey[]): void => {
    if (fields instanceof TypedText || Array.isArray(fields)) return
    for (const [key, inside] of Object.entries(fields)) {
      places.set(prefix + key, tree.placeOf([...where, key]))
      note(inside, `${prefix}${key}.`, [...where, key])
    }
  }
  note(given, '', at)
  return places
}

async function readTree(root: string, file: string): Promise<{ tree: YamlTree | null; findings: Finding[] }> {
  const { source, findings } = decodeSource(await readFile(path.join(root, file)), file)
  if (source === null) return { tree: null, findings }
  return parseYaml(source)
}

function suggestEntries(one: Finding): Finding {
  const key = /"(.*)"/.exec(one.message)?.[1] ?? ''
  return one.code === 'unknown-key' && /^(entry|entires|enteries|articles|items|stories)$/i.test(key)
    ? { ...one, hint: 'Did you mean "entries"?' }
    : one
}
