import { createHash } from 'node:crypto'
import { editionFiles, inNaturalOrder } from '../edition/edition-files.ts'
import { moved, moveEntry } from '../edition/move-entry.ts'
import { bytesOf, type Replacement } from '../edition/replace-file.ts'
import { type EntryField, setField } from '../edition/write-entry.ts'
import { pictureToStore } from '../images/store-picture.ts'
import { UserError } from '../problems/user-error.ts'

/** A change to one entry; entries and places count from 1, as findings do. A null or blank value takes the field out. */
export type Edit =
  | { kind: 'field'; entry: number; field: EntryField; value: string | null }
  | { kind: 'move'; entry: number; to: number }
  | { kind: 'picture'; entry: number; name: string; bytes: Uint8Array }

/** A change that was made, and where it stands before and after. */
export interface Step {
  what: string
  replacements: Replacement[]
  before: Spot
  after: Spot
}

export interface Spot {
  file: string
  /** From 0; null when the file is one entry. */
  entry: number | null
  field: EntryField | null
}

/** What an edit would do to the files; nothing is written yet. No replacements where all stands as wanted. Throws a UserError. */
export async function planStep(root: string, date: string, edit: Edit, files: Map<string, Buffer>): Promise<Step> {
  const { entry, kind } = edit
  const { file, index, inFolder } = await placeOfEntry(root, date, entry)
  if (kind === 'move') {
    const what = `the move of entry ${entry} to place ${edit.to}`
    if (inFolder !== null) return { what, ...moveInFolder(inFolder, entry - 1, edit.to - 1, files) }
    const text = moveEntry(textOf(files, file), entry - 1, edit.to - 1)
    const spot = (at: number): Spot => ({ file, entry: at - 1, field: null })
    return { what, replacements: replacement(files, file, text), before: spot(entry), after: spot(edit.to) }
  }
  const picture = kind === 'picture' ? await pictureToStore(root, date, edit.name, edit.bytes) : null
  const field = kind === 'picture' ? 'src' : edit.field
  const value = kind === 'picture' ? (picture?.src ?? null) : edit.value
  const text = setField(textOf(files, file), index, field, value)
  const stored = picture?.isNew ? [{ file: `digests/${picture.src}`, before: null, after: picture.bytes }] : []
  const spot: Spot = { file, entry: index, field }
  return {
    what: `the ${kind === 'picture' ? 'picture' : field} of entry ${entry}`,
    replacements: [...stored, ...replacement(files, file, text)],
    before: spot,
    after: spot,
  }
}

/**
 * Entries of a folder follow each other by the numbers their names begin with: the places keep their numbers, and the files
 * between the old and the new place take the next one.
 */
function moveInFolder(
  names: readonly string[],
  from: number,
  to: number,
  files: Map<string, Buffer>,
): Omit<Step, 'what'> {
  const order = moved(names.length, from, to).map((index) => names[index] ?? '')
  const parts = (name: string): string[] => /^(.*\/)(\d+)(.*)$/.exec(name)?.slice(1) ?? []
  const renamed = order.map((name, place) => {
    const [folder, , rest] = parts(name)
    const [, number] = parts(names[place] ?? '')
    return folder === undefined || number === undefined ? null : `${folder}${number}${rest}`
  })
  const wanted = renamed.filter((name) => name !== null)
  if (wanted.length < names.length || inNaturalOrder(wanted).some((name, place) => name !== wanted[place]))
    throw new UserError(
      'cannot-move',
      'The entries of this edition follow each other by the names of their files. Nothing was changed.',
      'Begin each name with a number of its own (10-ferry.yaml, 20-market.yaml), or rename the files yourself.',
    )
  const now = new Map(wanted.map((name, place) => [name, files.get(order[place] ?? '') ?? null]))
  const touched = [...new Set([...wanted, ...names])]
  const replacements = touched
    .map((file) => ({ file, before: files.get(file) ?? null, after: now.get(file) ?? null }))
    .filter(({ before, after }) => before === null || after === null || !before.equals(after))
  const spot = (file: string | undefined): Spot => ({ file: file ?? '', entry: null, field: null })
  return { replacements, before: spot(names[from]), after: spot(wanted[to]) }
}

/** The file an entry stands in, with its place in the list there; `inFolder` are all the entries' files where it has its own. */
export async function placeOfEntry(
  root: string,
  date: string,
  entry: number,
): Promise<{ file: string; index: number | null; inFolder: string[] | null }> {
  const { files, folder } = await editionFiles(root, date)
  const [file] = files
  if (files.length + (folder === null ? 0 : 1) > 1)
    throw new UserError(
      'edition-twice',
      `The edition of ${date} stands twice. Nothing was changed.`,
      'Keep one of them.',
    )
  if (file !== undefined) return { file, index: entry - 1, inFolder: null }
  const own = folder?.entries[entry - 1]
  if (own !== undefined && folder !== null) return { file: own, index: null, inFolder: folder.entries }
  throw new UserError(
    'no-entry',
    `There is no entry ${entry} in the edition of ${date}. Nothing was changed.`,
    'Look at the edition as it is now.',
  )
}

function replacement(files: Map<string, Buffer>, file: string, text: string): Replacement[] {
  const before = files.get(file) ?? null
  const after = Buffer.from(text)
  return before?.equals(after) ? [] : [{ file, before, after }]
}

/** With its byte-order mark, if it has one. */
export function textOf(files: Map<string, Buffer>, file: string): string {
  const bytes = files.get(file) ?? Buffer.alloc(0)
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new UserError('file-not-text', `${file} is not UTF-8 text. Nothing was changed.`, 'Save it again as UTF-8.')
}

/** All files of an edition, in their order. */
export async function readFiles(root: string, date: string): Promise<Map<string, Buffer>> {
  const { files, folder } = await editionFiles(root, date)
  const names = [...files, ...(folder?.head == null ? [] : [folder.head]), ...(folder?.entries ?? [])]
  const read = await Promise.all(names.map(async (name) => [name, await bytesOf(root, name)] as const))
  return new Map(read.flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes]])))
}

export function fingerprint(files: Map<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const [name, bytes] of files) hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  return hash.digest('hex')
}
