import { createHash } from 'node:crypto'
import type { PictureFile } from '../images/picture-file.ts'
import type { CompiledVariant } from '../render/compile.ts'
import { type Fragment, isSlot, type Slot, type Slotted } from '../render/slots.ts'
import { needsNoStuffing } from './dot-stuffing.ts'
import { keptBuffer } from './kept-buffer.ts'
import { quotedPrintable, SOFT_BREAK } from './quoted-printable.ts'

/** Pieces of a MIME body as they go over the wire. Variants share most of their words, so each piece is made once. */

/** What a boundary is derived from: the same words, the same boundary. */
export function stampOf({ html, date }: CompiledVariant): string {
  const hash = createHash('sha256').update(date)
  for (const part of html) hash.update(isSlot(part) ? part.name : digestOf(part))
  return hash.digest('hex')
}

const digests = new WeakMap<Fragment, Buffer>()
const encoded = new WeakMap<Fragment, Buffer>()
const pictures = new WeakMap<PictureFile, Buffer>()

function digestOf(fragment: Fragment): Buffer {
  const digest = digests.get(fragment) ?? createHash('sha256').update(fragment.text).digest()
  digests.set(fragment, digest)
  return digest
}

/** In quoted-printable; what stands beside something else of its text ends or begins with a soft break. */
export function encodedParts(slotted: Slotted): (Buffer | Slot)[] {
  const parts = slotted.filter((part) => isSlot(part) || part.text !== '')
  return parts.flatMap((part, index): (Buffer | Slot)[] => {
    if (isSlot(part)) return [part]
    const bytes = encoded.get(part) ?? keptBuffer(quotedPrintable(part.text))
    encoded.set(part, bytes)
    const next = parts[index + 1]
    return next === undefined || isSlot(next) ? [bytes] : [bytes, SOFT]
  })
}

const SOFT = Buffer.from(SOFT_BREAK)

export function encodedPicture(picture: PictureFile): Buffer {
  const bytes =
    pictures.get(picture) ??
    Buffer.from(
      Buffer.from(picture.bytes)
        .toString('base64')
        .replace(/.{76}(?=.)/g, '$&\r\n'),
    )
  pictures.set(picture, bytes)
  return bytes
}

const asTheyAre = new WeakMap<Buffer, boolean>()

/** Whether DATA carries a piece as it stands. */
export function goesAsItIs(piece: Buffer): boolean {
  const known = asTheyAre.get(piece) ?? needsNoStuffing(piece.toString('latin1'))
  asTheyAre.set(piece, known)
  return known
}
