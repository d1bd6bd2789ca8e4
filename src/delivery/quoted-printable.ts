/**
 * Quoted-printable (RFC 2045, section 6.7) in lines of at most 76 octets that end in CRLF. A piece may begin or end
 * anywhere in a line: pieces joined by SOFT_BREAK read as one text, so a slot can stand on lines of its own.
 */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(encodeLine)
    .join('\r\n')
}

export const SOFT_BREAK = '=\r\n'

function encodeLine(line: string): string {
  const bytes = Buffer.from(line)
  let encoded = ''
  let width = 0
  for (const [index, byte] of bytes.entries()) {
    const last = index === bytes.length - 1
    const plain = (byte >= 33 && byte <= 126 && byte !== 61) || ((byte === 32 || byte === 9) && !last)
    const sign = plain ? String.fromCharCode(byte) : HEX[byte]
    // One column stays free for the = of the soft break.
    if (width + (sign?.length ?? 0) > 75) {
      encoded += SOFT_BREAK
      width = 0
    }
    encoded += sign
    width += sign?.length ?? 0
  }
  return encoded
}

const HEX = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
