import { mkdir, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../problems/user-error.ts'
import { fileStem, inside } from './picture.ts'
import { MOST_PIXELS } from './resize.ts'

/** 25 MB: what cameras make, and more than a mail will ever need. */
export const LARGEST_DROP = 25_000_000
/** Pixels; twice the widest place an email has, and some to cut from. */
const WIDEST_PICTURE = 2000

export interface StoredPicture {
  /** As `image.src` names it, relative to digests/. */
  src: string
  bytes: Buffer
  /** False when the file is there already, with the same bytes. */
  isNew: boolean
}

/**
 * What becomes of a picture that somebody dropped in, and where it belongs: turned upright, at most 2000 pixels wide,
 * JPEG or PNG, without what a camera writes beside it, as `images/<date>-<name>`. Never the name of another picture; a
 * number is put behind it. What it is, its bytes say, not its name. Nothing is written yet. Throws a UserError.
 */
export async function pictureToStore(
  root: string,
  date: string,
  name: string,
  given: Uint8Array,
): Promise<StoredPicture> {
  const { bytes, extension } = await fitForStoring(given)
  const folder = path.join(root, 'digests', 'images')
  await mkdir(folder, { recursive: true })
  if (!inside(await realpath(root), await realpath(folder)))
    throw new UserError(
      'image-outside',
      "digests/images/ leads out of the publication's folder. Nothing was stored.",
      'Make it a folder of its own.',
    )
  const stem = fileStem(name.replace(/^.*[\\/]/, '')).replace(new RegExp(`^${date}-?`), '') || 'picture'
  for (let number = 1; ; number++) {
    const file = `${date}-${stem}${number === 1 ? '' : `-${number}`}.${extension}`
    const there = await readFile(path.join(folder, file)).catch((caught: NodeJS.ErrnoException) => {
      if (caught.code === 'ENOENT') return null
      throw caught
    })
    if (there === null || there.equals(bytes)) return { src: `images/${file}`, bytes, isNew: there === null }
  }
}

async function fitForStoring(given: Uint8Array): Promise<{ bytes: Buffer; extension: 'jpg' | 'png' }> {
  if (given.length > LARGEST_DROP)
    throw new UserError(
      'image-too-large',
      `The picture has ${Math.round(given.length / 1e6)} MB; at most ${LARGEST_DROP / 1e6} are taken. Nothing was stored.`,
      'Save a smaller copy.',
    )
  const { default: sharp } = await import('sharp')
  const metadata = await sharp(given, { limitInputPixels: false })
    .metadata()
    .catch(() => null)
  if (metadata === null) throw unreadable()
  const pixels = metadata.width * (metadata.pageHeight ?? metadata.height)
  if (pixels > MOST_PIXELS)
    throw new UserError(
      'image-too-large',
      `The picture has ${Math.round(pixels / 1e6)} megapixels; at most ${MOST_PIXELS / 1e6} are read. Nothing was stored.`,
      'Save a smaller copy.',
    )
  const drawn = metadata.format === 'svg'
  const lossless = drawn || metadata.hasAlpha || metadata.format === 'png' || metadata.format === 'gif'
  try {
    const upright = sharp(given, {
      failOn: 'truncated',
      limitInputPixels: MOST_PIXELS,
      ...(drawn ? { density: 288 } : {}),
    })
      .autoOrient()
      .resize({ width: WIDEST_PICTURE, withoutEnlargement: true })
      .toColorspace('srgb')
    const made = lossless ? upright.png({ effort: 8 }) : upright.jpeg({ quality: 90, mozjpeg: true })
    return { bytes: await made.toBuffer(), extension: lossless ? 'png' : 'jpg' }
  } catch {
    throw unreadable()
  }
}

const unreadable = (): UserError =>
  new UserError(
    'image-unreadable',
    'This is not a picture, or it is damaged. Nothing was stored.',
    'Save it again as JPEG or PNG.',
  )
