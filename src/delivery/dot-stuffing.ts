/**
 * The octets of a message as DATA carries them (RFC 5321, section 4.5.2): a dot before each line that begins with one, and
 * CRLF for what ends a line any other way, so that no server sees an end of the message where there is none; without what
 * ends it. The same as Nodemailer's own stream makes, which goes through them one by one (0.15 ms for 32 kB, 2026-11-26).
 */
export function dotStuffed(raw: Buffer): Buffer {
  const text = raw.toString('latin1')
  if (needsNoStuffing(text)) return raw
  return Buffer.from(text.replace(/\r(?!\n)|(?<!\r)\n/g, '\r\n').replace(/^\.|(?<=\n)\./g, '..'), 'latin1')
}

/** What ends the message, after its last octet. */
export function endOfData(raw: Buffer): string {
  const last = raw[raw.length - 1]
  // A lone CR at the end has become a line end already.
  return last === LF || last === CR ? '.\r\n' : '\r\n.\r\n'
}

/**
 * Whether every line ends in CRLF and none begins with a dot. Texts of which that is true can be joined, and it is true of
 * the whole.
 */
export function needsNoStuffing(text: string): boolean {
  if (text.charCodeAt(0) === DOT) return false
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== CR || text.charCodeAt(at + 1) === DOT) return false
    lines += 1
  }
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) lines -= 1
  return lines === 0
}

const CR = 13
const LF = 10
const DOT = 46
