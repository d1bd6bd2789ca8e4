import type { Metadata, Sharp } from 'sharp'

/** Pixels. */
export interface Size {
  width: number
  height: number
}

/** A picture that cannot be used, in words that follow its file's name. */
export class PictureProblem extends Error {
  readonly code: 'image-unreadable' | 'image-too-large'
  readonly hint: string

  constructor(code: PictureProblem['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** 200 KB a picture (inbox rules R08). */
export const HEAVIEST_PICTURE = 200_000
export const MOST_PIXELS = 120_000_000

/**
 * Any picture an editor has -> one that mail clients show: upright (EXIF), sRGB, opaque on the paper's colour (what is
 * transparent vanishes in dark mode), the first frame of an animation, JPEG or PNG, whichever is lighter for what it
 * shows, at most `width` pixels wide and 200 KB heavy. Never enlarged. Throws a PictureProblem.
 */
export async function resize(
  bytes: Uint8Array,
  width: number,
  paper: string,
): Promise<{ bytes: Buffer; type: 'image/jpeg' | 'image/png'; size: Size; natural: Size }> {
  const { default: sharp } = await import('sharp')
  const unreadable = () =>
    new PictureProblem('image-unreadable', 'is not a picture, or is damaged.', 'Save it again as JPEG or PNG.')
  if (bytes.length === 0) throw unreadable()
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null)
  if (metadata === null) throw unreadable()
  const frame = metadata.pageHeight ?? metadata.height
  if (metadata.width * frame > MOST_PIXELS) {
    throw new PictureProblem(
      'image-too-large',
      `has ${Math.round((metadata.width * frame) / 1e6)} megapixels; at most ${MOST_PIXELS / 1e6} are read.`,
      'Save a smaller copy.',
    )
  }
  const turned = (metadata.orientation ?? 1) > 4
  const natural = turned ? { width: frame, height: metadata.width } : { width: metadata.width, height: frame }
  if (isReady(metadata, bytes.length, width)) {
    // Headers alone would let a picture through that was cut off in the middle.
    const whole = await sharp(bytes, { failOn: 'truncated' })
      .raw()
      .toBuffer()
      .then(
        () => true,
        () => false,
      )
    if (!whole) throw unreadable()
    return {
      bytes: Buffer.from(bytes),
      type: metadata.format === 'png' ? 'image/png' : 'image/jpeg',
      size: natural,
      natural,
    }
  }
  // A drawing has no size of its own to be too small for.
  const drawn = metadata.format === 'svg'
  const density = drawn ? Math.min(2400, Math.max(72, Math.ceil((72 * width) / natural.width))) : undefined
  const source = sharp(bytes, {
    limitInputPixels: drawn ? MOST_PIXELS : false,
    failOn: 'truncated',
    ...(density === undefined ? {} : { density }),
  })
    .autoOrient()
    .resize({ width: drawn ? width : Math.min(width, natural.width), withoutEnlargement: !drawn })
    .flatten({ background: paper })
    .toColorspace('srgb')
  try {
    const flat = metadata.format === 'png' || metadata.format === 'gif' || drawn
    const made = await lightest(source, flat, width)
    return { ...made, natural: drawn ? made.size : natural }
  } catch {
    throw unreadable()
  }
}

/** Already what we would make of it: left to the byte. Metadata may say where a photographer lives, so it is never passed on. */
function isReady(metadata: Metadata, bytes: number, width: number): boolean {
  const { format, hasAlpha, space, orientation, pages, exif, xmp, iptc } = metadata
  const clean = exif === undefined && xmp === undefined && iptc === undefined
  return (
    (format === 'jpeg' || format === 'png') &&
    !hasAlpha &&
    space === 'srgb' &&
    (orientation ?? 1) === 1 &&
    (pages ?? 1) === 1 &&
    clean &&
    metadata.width <= width * 1.25 &&
    bytes <= HEAVIEST_PICTURE
  )
}

/** Flat art stays crisp and small as a PNG with a colour table; photographs are JPEGs, as good as 200 KB allow. */
async function lightest(
  source: Sharp,
  flat: boolean,
  width: number,
): Promise<{ bytes: Buffer; type: 'image/jpeg' | 'image/png'; size: Size }> {
  const png = flat ? await source.clone().png({ palette: true, effort: 8 }).toBuffer({ resolveWithObject: true }) : null
  for (const quality of [82, 72, 62, 52]) {
    const jpeg = await source.clone().jpeg({ quality, mozjpeg: true }).toBuffer({ resolveWithObject: true })
    const best =
      png !== null && png.data.length <= Math.max(jpeg.data.length * 1.5, 20_000) && png.data.length <= HEAVIEST_PICTURE
        ? png
        : jpeg
    if (best.data.length <= HEAVIEST_PICTURE) {
      return {
        bytes: best.data,
        type: best === png ? 'image/png' : 'image/jpeg',
        size: { width: best.info.width, height: best.info.height },
      }
    }
  }
  return lightest(
    source.clone().resize({ width: Math.round(width * 0.8), withoutEnlargement: true }),
    false,
    Math.round(width * 0.8),
  )
}
