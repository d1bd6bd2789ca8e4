/** A header field of a composed message. */
export interface HeaderField {
  name: string
  /** Unfolded, as it stands on the wire. */
  value: string
  /** Its lines, without their ends. */
  lines: string[]
}

/** A message or one part of it. */
export interface MimePart {
  fields: HeaderField[]
  /** Small letters, as in text/html; text/plain when none is given. */
  type: string
  parameters: Map<string, string>
  /** Of its own lines, encoded as they travel; empty for a part that holds others. */
  body: string
  parts: MimePart[]
}

/** Reads a message strictly enough to check it: CRLF line ends, fields folded by a space or tab, boundaries as declared. */
export function readMessage(raw: string): MimePart {
  const end = raw.indexOf('\r\n\r\n')
  const fields = fieldsOf(end < 0 ? raw : raw.slice(0, end))
  const body = end < 0 ? '' : raw.slice(end + 4)
  const [type = 'text/plain', ...rest] = (headerValue(fields, 'content-type') ?? 'text/plain').split(/;\s*/)
  const parameters = new Map<string, string>()
  for (const one of rest) {
    const [, name, value] = /^([a-z-]+)="?([^"]*)"?$/i.exec(one.trim()) ?? []
    if (name !== undefined && value !== undefined) parameters.set(name.toLowerCase(), value)
  }
  const part: MimePart = { fields, type: type.trim().toLowerCase(), parameters, body, parts: [] }
  const boundary = parameters.get('boundary')
  if (!part.type.startsWith('multipart/') || boundary === undefined) return part
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`)
  const inside = pieces.slice(
    1,
    pieces.findIndex((piece, index) => index > 0 && piece.startsWith('--')),
  )
  return { ...part, body: '', parts: inside.map((piece) => readMessage(piece.replace(/^[ \t]*\r\n/, ''))) }
}

export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((one) => one.name.toLowerCase() === name)?.value
}

/** Every part that holds no others, in order. */
export function leaves(part: MimePart): MimePart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leaves)
}

/** The text of a part as its reader sees it; U+FFFD where its bytes are no UTF-8. */
export function decoded(part: MimePart): string {
  const encoding = headerValue(part.fields, 'content-transfer-encoding')?.toLowerCase()
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return Buffer.from(part.body, 'latin1').toString('utf8')
  const bytes = part.body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function fieldsOf(block: string): HeaderField[] {
  const fields: HeaderField[] = []
  for (const line of block.split('\r\n')) {
    const last = fields.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.lines.push(line)
      last.value += ` ${line.trim()}`
    } else {
      const colon = line.indexOf(':')
      fields.push({ name: line.slice(0, Math.max(0, colon)), value: line.slice(colon + 1).trim(), lines: [line] })
    }
  }
  return fields
}
