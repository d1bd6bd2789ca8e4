import { unfolded } from './mail.ts'

/** What a server says became of one recipient, in whatever form it said so. */
export interface Notice {
  /** Those it names: the one mailed to first, then the one it ended at, when they differ. */
  addresses: string[]
  action: 'failed' | 'delayed' | 'delivered'
  /** RFC 3463, as in 5.1.1; null when it gives none. */
  status: string | null
  /** The words of the server or program that refused. */
  text: string
  /** They are a local delivery program's, not a mail server's. */
  isLocal: boolean
}

/** The recipients of a delivery status (RFC 3464, section 2.3), also where a server put everything into one block. */
export function parseDeliveryStatus(text: string): Notice[] {
  return unfolded(text)
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .map(fieldsOf)
    .filter((fields) => fields.has('final-recipient') || fields.has('original-recipient'))
    .map(noticeOf)
}

/** `Name: value` lines; names in small letters, the first of each counts. */
export function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$/.exec(line) ?? []
    if (name !== undefined && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), (value ?? '').trim())
  }
  return fields
}

/** `rfc822; <ada@example.org>` and its relatives: the bare address. */
export const addressIn = (value: string): string =>
  value
    .replace(/^[^;]*;/, '')
    .trim()
    .replace(/^<+|>+$/g, '')

function noticeOf(fields: ReadonlyMap<string, string>): Notice {
  const [, type = '', text = ''] = /^([^;]*);\s*(.*)$/s.exec(fields.get('diagnostic-code') ?? '') ?? []
  const addresses = ['original-recipient', 'final-recipient']
    .map((name) => addressIn(fields.get(name) ?? ''))
    .filter((address) => address.includes('@'))
  return {
    addresses: [...new Set(addresses)],
    action: actionOf(fields.get('action') ?? ''),
    status: /^[45]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0] ?? null,
    text: text || (fields.get('diagnostic-code') ?? ''),
    isLocal: /^\s*x-(unix|local|lda)/i.test(type),
  }
}

/** Relayed and expanded are good news as well; a server that names no action writes because something failed. */
function actionOf(value: string): Notice['action'] {
  if (/^(delivered|relayed|expanded)/i.test(value)) return 'delivered'
  return /^delayed/i.test(value) ? 'delayed' : 'failed'
}
