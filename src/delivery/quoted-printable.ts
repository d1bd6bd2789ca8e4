/**
 * Quoted-printable (RFC 2045, section 6.7) in lines of at most 76 octets that end in CRLF and never begin with a dot, so
 * that DATA carries them as they stand. A piece may begin or end anywhere in a line: pieces joined by SOFT_BREAK read as one
 * text, so a slot can stand on lines of its own.
 */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(encodeLine)
    .join('\r\n')
}

export const SOFT_BREAK = '=\r\n'

function encodeLine(line: string): string {
  // Most of what fills a slot is a short plain word.
  if (line.length <= WIDEST && PLAIN.test(line)) return line
  const bytes = Buffer.from(line)
  let encoded = ''
  let width = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    const last = index === bytes.length - 1
    const plain = (byte >= 33 && byte <= 126 && byte !== 61) || ((byte === 32 || byte === 9) && !last)
    let sign = plain ? (SIGNS[byte] as string) : (HEX[byte] as string)
    if (width + sign.length > WIDEST) {
      encoded += SOFT_BREAK
      width = 0
    }
    if (width === 0 && byte === DOT) sign = HEX[DOT] as string
    encoded += sign
    width += sign.length
  }
  return encoded
}

/** One column stays free for the = of the soft break. */
const WIDEST = 75
const DOT = 46
const PLAIN = /^(?!\.)[\t\x20-<>-~]*(?<![\t ])$/
const SIGNS = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
const HEX = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
