import { createHash } from 'node:crypto'
import { keptBuffer } from './kept-buffer.ts'

/**
 * Relaxed canonicalisation (RFC 6376, sections 3.4.2 and 3.4.4). Text is octets as latin1 characters: only spaces, tabs
 * and line ends are looked at, so the charset does not matter.
 */

/** One header field, folded or not, as it enters the hash; no line end. */
export function relaxedHeader(field: string): string {
  const colon = field.indexOf(':')
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ')
    // Not trim(): in UTF-8 octets A0, a space elsewhere, is the end of many a letter.
    .replace(/^ | $/g, '')
  return `${field.slice(0, colon).trimEnd().toLowerCase()}:${value}`
}

/** A whole body: it ends in exactly one line end, or is empty. */
export function relaxedBody(body: string): string {
  const lines = relaxedLines(body).replace(/(?:\r\n)+$/, '')
  return lines === '' ? '' : `${lines}\r\n`
}

/** Lines somewhere in a body; what they begin or end with must not be white space that goes on in a neighbour. */
function relaxedLines(text: string): string {
  return text.replace(/[ \t]+/g, ' ').replaceAll(' \r\n', '\r\n')
}

/** A body of which most is the same for all: its hash for one copy's values. */
export interface PreparedBody {
  /** SHA-256 of the canonical body in base64, the values standing in the gaps in their order. */
  hash(values: readonly Buffer[]): string
}

/**
 * Canonicalises the constant pieces once; `null` is a gap. A value must begin with something other than white space and
 * end in a line end (as a slot on quoted-printable lines of its own does), a piece beside another must end in a line end,
 * and the last piece must be a constant with a line of text: only then are the pieces' canonical forms joined the same as the canonical form of the whole.
 */
export function prepareBody(pieces: readonly (Buffer | null)[]): PreparedBody {
  const canonical = pieces.map((piece, index) => {
    if (piece === null) return null
    if (index < pieces.length - 1) return canonicalPiece(piece)
    const lines = relaxedLines(piece.toString('latin1'))
    return keptBuffer(lines.replace(/(?:\r\n)*$/, '\r\n'), 'latin1')
  })
  const last = canonical.at(-1)
  if (last === null || last === undefined || last.length <= 2)
    throw new Error('the last piece of a body to be signed must be text that is the same for all')
  // What stands before the first gap is hashed once.
  const gap = canonical.indexOf(null)
  const begun = createHash('sha256')
  for (const piece of canonical.slice(0, gap < 0 ? canonical.length : gap)) if (piece !== null) begun.update(piece)
  const rest = gap < 0 ? [] : canonical.slice(gap)
  return {
    hash(values) {
      const hash = begun.copy()
      let next = 0
      for (const piece of rest) {
        if (piece !== null) hash.update(piece)
        else hash.update(relaxedLines((values[next++] ?? NOTHING).toString('latin1')), 'latin1')
      }
      return hash.digest('base64')
    },
  }
}

/** Variants share most of their pieces; each is canonicalised once. */
function canonicalPiece(piece: Buffer): Buffer {
  const known = canonicalPieces.get(piece) ?? canonicalOf(piece)
  canonicalPieces.set(piece, known)
  return known
}

function canonicalOf(piece: Buffer): Buffer {
  const text = piece.toString('latin1')
  const lines = relaxedLines(text)
  return lines === text ? piece : keptBuffer(lines, 'latin1')
}

const canonicalPieces = new WeakMap<Buffer, Buffer>()

const NOTHING = Buffer.alloc(0)
