import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Edition, type Entry, placeOfEntry } from '../edition/edition.ts'
import { urlProblem } from '../edition/url.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { PictureCache } from './picture-cache.ts'
import type { PictureFile } from './picture-file.ts'
import { remoteSize } from './remote-size.ts'
import { PictureProblem, type Size } from './resize.ts'

/** The picture of an entry: a local one in both sizes an entry can be set in, or one that is left where it is. */
export type EntryPicture =
  | { kind: 'local'; natural: Size; wide: PictureFile; thumb: PictureFile }
  | { kind: 'remote'; src: string; natural: Size | null }

/** Entry position -> its picture. Entries without one that can be shown are not in it. */
export type Pictures = Map<number, EntryPicture>

/** Widths in CSS pixels at which pictures are shown, and the colour that stands behind transparent ones. */
export interface Slots {
  wide: number
  thumb: number
  paper: string
}

/** How much wider than its slot a file is made, for dense screens; thumbnails grow to the full width of a phone. */
const DENSITY = { wide: 2, thumb: 3 } as const

/** Reads the pictures of an edition. What is missing or unusable is a finding; the entry goes out without it. */
export async function readPictures(
  root: string,
  edition: Edition,
  slots: Slots,
): Promise<{ pictures: Pictures; findings: Finding[] }> {
  const cache = new PictureCache(cacheFolder(root))
  const pictures: Pictures = new Map()
  const findings: Finding[] = []
  await Promise.all(
    edition.entries.map(async (entry) => {
      if (entry.image === undefined) return
      const { picture, findings: own } = await readPicture(root, entry, entry.image.src, slots, cache)
      findings.push(...own)
      if (picture !== null) pictures.set(entry.position, picture)
    }),
  )
  return { pictures, findings }
}

interface Read {
  picture: EntryPicture | null
  findings: Finding[]
}

async function readPicture(root: string, entry: Entry, src: string, slots: Slots, cache: PictureCache): Promise<Read> {
  const at = placeOfEntry(entry, 'image.src') ?? 'digests'
  const refuse = (code: Finding['code'], message: string, hint: string): Read => ({
    picture: null,
    findings: [finding(code, at, message, hint, entry.position)],
  })
  if (/^[a-z][a-z0-9+.-]*:/i.test(src)) {
    const problem = urlProblem(src)
    if (problem?.code === 'url-http')
      return refuse(
        'url-scheme',
        'The picture is fetched over http, and many mail clients will not.',
        'Use the https address, or keep the file beside the edition.',
      )
    if (problem !== null) return refuse(problem.code, problem.message, problem.hint)
    return readRemote(entry, src, cache)
  }
  const { bytes, refusal } = await localBytes(root, path.join(root, 'digests'), src)
  if (bytes === null) return refuse(refusal.code, refusal.message, refusal.hint)
  try {
    const stem = fileStem(src)
    const [wide, thumb] = await Promise.all([
      cache.resized(bytes, { stem, width: slots.wide * DENSITY.wide, paper: slots.paper }),
      cache.resized(bytes, { stem, width: slots.thumb * DENSITY.thumb, paper: slots.paper }),
    ])
    const findings: Finding[] = []
    if (wide.natural.width < slots.thumb) {
      findings.push(
        finding(
          'image-small',
          at,
          `digests/${src} is only ${wide.natural.width} pixels wide; it is shown that small.`,
          `Use a picture of at least ${slots.wide * 2} pixels.`,
          entry.position,
        ),
      )
    }
    return { picture: { kind: 'local', natural: wide.natural, wide: wide.file, thumb: thumb.file }, findings }
  } catch (caught) {
    if (!(caught instanceof PictureProblem)) throw caught
    return refuse(caught.code, `digests/${src} ${caught.message}`, caught.hint)
  }
}

/** An https picture is left where it is; its size comes from the editor, the cache, or one look at its first bytes. */
async function readRemote(entry: Entry, src: string, cache: PictureCache): Promise<Read> {
  const { width, height } = entry.image ?? {}
  if (width !== undefined && height !== undefined)
    return { picture: { kind: 'remote', src, natural: { width, height } }, findings: [] }
  const natural = await cache.remembered(src, () => remoteSize(src))
  if (natural !== null) return { picture: { kind: 'remote', src, natural }, findings: [] }
  const at = placeOfEntry(entry, 'image.src') ?? 'digests'
  const unknown = finding(
    'image-size-unknown',
    at,
    'The size of the picture could not be read: it did not answer, or this machine is offline.',
    'Add  width:  and  height:  (in pixels) under src.',
    entry.position,
  )
  return { picture: { kind: 'remote', src, natural: null }, findings: [unknown] }
}

/** The logo in place of the name, if the publication has one; twice as wide as it is shown, on the paper's colour. */
export async function readLogo(
  root: string,
  logo: { src: string; width: number } | undefined,
  paper: string,
): Promise<{ logo: PictureFile | null; findings: Finding[] }> {
  if (logo === undefined) return { logo: null, findings: [] }
  const { bytes, refusal } = await localBytes(root, root, logo.src)
  const refuse = (code: Finding['code'], message: string, hint: string) => ({
    logo: null,
    findings: [finding(code, 'broadsheet.yaml', message, hint)],
  })
  if (bytes === null) return refuse(refusal.code, refusal.message, refusal.hint)
  try {
    const { file } = await new PictureCache(cacheFolder(root)).resized(bytes, {
      stem: fileStem(logo.src),
      width: logo.width * DENSITY.wide,
      paper,
    })
    return { logo: file, findings: [] }
  } catch (caught) {
    if (!(caught instanceof PictureProblem)) throw caught
    return refuse(caught.code, `${logo.src} ${caught.message}`, caught.hint)
  }
}

const cacheFolder = (root: string): string => path.join(root, '.broadsheet', 'pictures')

interface Refusal {
  code: 'image-outside' | 'image-missing'
  message: string
  hint: string
}

/** A file of the publication's, and of nobody else's: links that lead out are refused as paths are. */
async function localBytes(
  root: string,
  folder: string,
  src: string,
): Promise<{ bytes: Uint8Array; refusal: null } | { bytes: null; refusal: Refusal }> {
  const base = await realpath(root)
  const wanted = path.resolve(folder, src)
  const shown = path.relative(root, wanted).split(path.sep).join('/')
  const refuse = (code: Refusal['code'], message: string, hint: string) => ({
    bytes: null,
    refusal: { code, message, hint },
  })
  const outside = () =>
    refuse('image-outside', `"${src}" leads out of the publication's folder.`, 'Copy the picture into digests/images/.')
  if (!inside(path.resolve(root), wanted)) return outside()
  const file = await realpath(wanted).catch(() => null)
  if (file === null)
    return refuse(
      'image-missing',
      `There is no file ${shown}.`,
      'Check the name (capital letters count) and whether the picture is committed.',
    )
  if (!inside(base, file)) return outside()
  const bytes = await readFile(file).catch(() => null)
  if (bytes === null)
    return refuse(
      'image-missing',
      `${shown} is not a file that can be read.`,
      'Name the picture itself, not its folder.',
    )
  return { bytes, refusal: null }
}

/** A file's name as small letters, digits and dashes. */
export function fileStem(file: string): string {
  const stem = path
    .parse(file)
    .name.normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
    .toLowerCase()
  return stem === '' ? 'picture' : stem
}

/** Whether a path is in a folder, and is not the folder. */
export function inside(base: string, file: string): boolean {
  const relative = path.relative(base, file)
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)
}
