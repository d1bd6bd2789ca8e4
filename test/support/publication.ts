import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Edition } from '../../src/edition/edition.ts'
import type { Publication } from '../../src/edition/publication.ts'
import { readEdition, readPublication } from '../../src/edition/read.ts'
import { waived } from '../../src/edition/waive.ts'
import type { Finding } from '../../src/problems/finding.ts'
import { repository } from './run-cli.ts'
import { emptyFolder } from './sample.ts'

/** Builders of publications. Values are YAML as an editor types it: quotes are the test's business. */
export const DATE = '2024-12-19'

/** Real inputs that belong to other people: beside the repository where there are any, never in it. */
export const sharedReal = path.resolve(repository, '../shared/real')

type Typed = string | string[] | { [key: string]: string | undefined } | undefined
type Fields = Record<string, Typed>

const publicationFields: Fields = {
  name: 'The Test Digest',
  id: 'test-digest',
  from: 'The Test Digest <digest@test.example>',
  postalAddress: '1 Test Lane, London',
  url: 'https://test.example',
  language: 'en-GB',
  timezone: 'Europe/London',
  topics: ['{ id: world, name: World }', '{ id: business, name: Business }'],
}

const entryFields: Fields = {
  topic: 'world',
  headline: 'The harbour bridge reopens',
  url: 'https://example.org/bridge',
  summary: 'After two years the bridge carries trains again.',
}

/** broadsheet.yaml; `undefined` leaves a key out. */
export function aBroadsheetYaml(fields: Fields = {}): string {
  return lines({ ...publicationFields, ...fields })
    .join('\n')
    .concat('\n')
}

/** One entry, as it stands in the list of an edition. */
export function anEntry(fields: Fields = {}): string {
  return lines({ ...entryFields, ...fields })
    .map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
    .join('\n')
}

/** An edition file: the head's keys, then the entries. */
export function anEdition(entries: readonly string[] = [anEntry()], head: Fields = {}): string {
  return [...lines(head), 'entries:', ...entries].join('\n').concat('\n')
}

function lines(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return []
    if (typeof value === 'string') return value === '' ? [`${key}:`] : [`${key}: ${value}`]
    if (Array.isArray(value)) return [`${key}:`, ...value.map((item) => `  - ${item}`)]
    return [`${key}:`, ...lines(value).map((line) => `  ${line}`)]
  })
}

/** A publication with topics world and business in a folder of its own, gone when the test ends. Returns its root. */
export async function aPublication({
  yaml = aBroadsheetYaml(),
  files = {},
}: {
  yaml?: string
  files?: Record<string, string | Uint8Array>
} = {}): Promise<string> {
  const root = await emptyFolder()
  await writeFiles(root, { 'broadsheet.yaml': yaml, ...files })
  return root
}

export async function writeFiles(root: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), content)
  }
}

export interface Reading {
  publication: Publication
  edition: Edition | null
  findings: Finding[]
}

/** The publication and its edition of a date, with all that reading has to say of both. */
export async function readAll(root: string, date = DATE): Promise<Reading> {
  const { publication, findings } = await readPublication(root)
  if (publication === null) throw new Error(`no publication: ${findings.map((one) => one.message).join(' ')}`)
  const read = await readEdition(root, date, publication)
  const inEdition = read.edition === null ? read.findings : waived(read.findings, read.edition)
  return { publication, edition: read.edition, findings: [...findings, ...inEdition] }
}

/** An edition given as text, read from a publication of its own. */
export async function readText(edition: string, yaml?: string): Promise<Reading> {
  const files = { [`digests/${DATE}.yaml`]: edition }
  return readAll(await aPublication(yaml === undefined ? { files } : { yaml, files }))
}

/** "3:15 yaml-colon": what most tests want to know of a finding. */
export const placed = (one: Finding): string => `${one.line}:${one.column} ${one.code}`
export const placedAll = (findings: readonly Finding[]): string[] => findings.map(placed)

/** A drawn dot: the smallest PNG there is, 1 by 1. */
export const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** An image block that satisfies every rule, for a file that `files` must hold: digests/images/dot.png. */
export const anImage = (fields: { [key: string]: string | undefined } = {}) => ({
  src: 'images/dot.png',
  alt: 'A dot',
  caption: 'The bridge at dawn',
  credit: 'Jo Doe/Agency',
  ...fields,
})
