// @ts-check
// A message taken apart for reading: its header fields, and the tree of its parts with their sizes.

/** @typedef {{ name: string, value: string }} Field */
/** @typedef {{ type: string, encoding: string, name: string, lines: number, size: number, parts: Part[] }} Part */

/**
 * @param {string} message
 * @returns {Field[]} unfolded (RFC 5322, 2.2.3), words decoded (RFC 2047)
 */
export function headerFields(message) {
  const head = message.split('\r\n\r\n', 1)[0] ?? ''
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => ({
      name: line.slice(0, line.indexOf(':')),
      value: decodedWords(line.slice(line.indexOf(':') + 1).trim()),
    }))
}

/**
 * @param {string} message
 * @returns {Part}
 */
export function partTree(message) {
  const at = message.indexOf('\r\n\r\n')
  const fields = headerFields(message)
  /** @param {string} name */
  const field = (name) => fields.find((one) => one.name.toLowerCase() === name)?.value ?? ''
  const body = message.slice(at + 4)
  const type = field('content-type')
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  const folded = /\r\n\[(\d+) more lines\]/.exec(body)
  return {
    type: type.split(';', 1)[0] ?? '',
    encoding: field('content-transfer-encoding'),
    name: /filename="?([^";]+)"?/i.exec(field('content-disposition'))?.[1] ?? '',
    lines: body.split('\r\n').length + (folded === null ? 0 : Number(folded[1]) - 1),
    // Lines of base64 have 76 characters and a line break; the last one may be shorter.
    size: body.length + (folded === null ? 0 : Number(folded[1]) * 78),
    parts:
      boundary === undefined
        ? []
        : body
            .split(`--${boundary}`)
            .slice(1, -1)
            .map((part) => partTree(part.replace(/^\r\n/, ''))),
  }
}

/** @param {string} text */
function decodedWords(text) {
  return text.replace(/(\?=)\s+(?==\?)/g, '$1').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding, words) => {
    const bytes =
      encoding.toLowerCase() === 'b'
        ? Uint8Array.from(atob(words), (one) => one.charCodeAt(0))
        : Uint8Array.from(
            words
              .replaceAll('_', ' ')
              .replace(/=([0-9A-F]{2})/gi, (/** @type {string} */ _, /** @type {string} */ hex) =>
                String.fromCharCode(Number.parseInt(hex, 16)),
              ),
            (one) => one.charCodeAt(0),
          )
    return new TextDecoder().decode(bytes)
  })
}
