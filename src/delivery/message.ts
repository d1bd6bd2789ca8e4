import { createHash, createHmac } from 'node:crypto'
import type { DateTime } from 'luxon'
import { base32, type Subscriber } from '../audience/subscriber.ts'
import { INERT_TOKEN, type Secrets, wayOutToken, wayOutUrl } from '../audience/way-out.ts'
import type { Publication } from '../edition/publication.ts'
import type { CompiledVariant } from '../render/compile.ts'
import { type SlotValues, slotValue } from '../render/personalise.ts'
import type { Slot, Slotted } from '../render/slots.ts'
import { asciiAddress, domainOf, headerLine, headerText, type Mailbox, mailboxHeader, parseMailbox } from './headers.ts'
import { quotedPrintable, SOFT_BREAK } from './quoted-printable.ts'

/**
 * Fifth step of the path: a compiled variant -> one MIME message per subscriber. `compose` encodes everything once,
 * with each slot on quoted-printable lines of its own; `fill` splices, and parses and encodes nothing else.
 */
export interface MessageTemplate {
  compiled: CompiledVariant
  publication: Publication
  from: Mailbox
  /** Headers that are the same for all, in their order, each with its CRLF. */
  sharedHeaders: string
  body: (Buffer | Slot)[]
}

/** A message ready for the wire: CRLF line ends, at most 998 octets a line. */
export interface FilledMessage {
  envelope: { from: string; to: string }
  raw: Buffer
  messageId: string
}

/** Whom a copy is for, and what makes it theirs. */
export interface Recipient {
  subscriber: Subscriber
  date: DateTime
  messageId: string
  /** The full address that ends the subscription; inert in proofs. */
  wayOut: string
  /** Stands before the subject, as in `[Proof] `. */
  tag: string
}

/** A subscriber's own copy: Message-ID and way out are the same for every attempt at it. */
export function recipientFor(
  template: MessageTemplate,
  subscriber: Subscriber,
  date: DateTime,
  secrets: Secrets,
): Recipient {
  const { publication, compiled, from } = template
  const wayOut = wayOutUrl(publication.url, wayOutToken(secrets, publication.id, subscriber.id))
  return {
    subscriber,
    date,
    wayOut,
    messageId: messageIdFor(publication, compiled.date, subscriber.id, secrets, domainOf(from.address)),
    tag: '',
  }
}

/**
 * Somebody outside the audience: an editor's proof, or nobody at all (`build`, the preview). The way out is inert; a
 * `unique` of its own keeps mail clients from threading one proof with the next.
 */
export function recipientOutside(
  template: MessageTemplate,
  email: string,
  date: DateTime,
  unique: string,
  tag: string,
): Recipient {
  const { publication, compiled, from } = template
  const subscriber: Subscriber = { id: INERT_TOKEN, email, name: '', topics: [], status: 'active', extra: {}, line: 0 }
  return {
    subscriber,
    date,
    wayOut: wayOutUrl(publication.url, INERT_TOKEN),
    messageId: `<proof.${compiled.date}.${unique}@${domainOf(from.address)}>`,
    tag,
  }
}

export function compose(compiled: CompiledVariant, publication: Publication): MessageTemplate {
  const from = parseMailbox(publication.from)
  const boundary = (part: string): string =>
    `=_${part}_${createHash('sha256')
      .update(JSON.stringify([compiled.html.literals, compiled.date]))
      .digest('hex')
      .slice(0, 24)}`
  const outer = boundary('alt')
  const inner = boundary('rel')
  const body: (Buffer | Slot)[] = []
  const put = (text: string): void => {
    body.push(Buffer.from(text))
  }
  put(`--${outer}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`)
  body.push(...encodedParts(compiled.text))
  put(`\r\n--${outer}\r\n`)
  const embedded = compiled.embedded.length > 0
  if (embedded) put(`Content-Type: multipart/related; type="text/html"; boundary="${inner}"\r\n\r\n--${inner}\r\n`)
  put('Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n')
  body.push(...encodedParts(compiled.html))
  for (const { picture, contentId } of compiled.embedded) {
    put(
      `\r\n--${inner}\r\nContent-Type: ${picture.type}; name="${picture.name}"\r\nContent-Disposition: inline; filename="${picture.name}"\r\nContent-ID: <${contentId}>\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
    )
    put(
      Buffer.from(picture.bytes)
        .toString('base64')
        .replace(/.{76}(?=.)/g, '$&\r\n'),
    )
  }
  put(embedded ? `\r\n--${inner}--\r\n\r\n--${outer}--\r\n` : `\r\n--${outer}--\r\n`)

  const list = `${publication.id}.${domainOf(from.address)}`
  const sharedHeaders = [
    headerLine('From', mailboxHeader(from)),
    publication.replyTo === undefined ? '' : headerLine('Reply-To', mailboxHeader(parseMailbox(publication.replyTo))),
    headerLine('List-Id', `${listName(publication.name)} <${list}>`),
    headerLine('MIME-Version', '1.0'),
    headerLine('Content-Type', `multipart/alternative; boundary="${outer}"`),
  ].join('')
  return { compiled, publication, from, sharedHeaders, body: joined(body) }
}

/** One copy. The envelope holds the one address alone, whatever the name says. */
export function fill(
  template: MessageTemplate,
  { subscriber, date, messageId, wayOut, tag }: Recipient,
): FilledMessage {
  const values = slotValuesOf(subscriber, wayOut)
  const head =
    headerLine('To', mailboxHeader({ name: subscriber.name, address: subscriber.email })) +
    headerLine('Subject', headerText(tag + template.compiled.subject)) +
    headerLine('Date', date.toUTC().toRFC2822() ?? '') +
    headerLine('Message-ID', messageId) +
    // Plain lines: Nodemailer's list helper corrupts the second (inbox rules D10), and folding a long link is what some
    // relays break signatures on.
    `List-Unsubscribe: <${wayOut}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`
  const parts: Buffer[] = [Buffer.from(`${template.sharedHeaders}${head}\r\n`)]
  for (const piece of template.body) {
    if (Buffer.isBuffer(piece)) parts.push(piece)
    else parts.push(Buffer.from(SOFT_BREAK + quotedPrintable(slotValue(piece, values)) + SOFT_BREAK))
  }
  return {
    envelope: { from: asciiAddress(template.from.address), to: asciiAddress(subscriber.email) },
    raw: Buffer.concat(parts),
    messageId,
  }
}

/** What fills the slots: the columns of the audience, and the way out. */
export function slotValuesOf(subscriber: Subscriber, wayOut: string): SlotValues {
  const { extra, name, email, id, timezone = '', language = '' } = subscriber
  return new Map(Object.entries({ ...extra, name, email, id, timezone, language, wayOut }))
}

/** The same for every attempt at this copy, so that a repeat can be recognised downstream; says nothing of the address. */
function messageIdFor(
  publication: Publication,
  date: string,
  subscriberId: string,
  secrets: Secrets,
  domain: string,
): string {
  const mac = createHmac('sha256', secrets.keys[0])
    .update(`message\0${publication.id}\0${date}\0${subscriberId}`)
    .digest()
  return `<${publication.id}.${date}.${base32(mac).slice(0, 26)}@${domain}>`
}

/** RFC 2919: a phrase before the identifier. */
function listName(name: string): string {
  const text = headerText(name)
  return /^[\x20-\x7e]*$/.test(name) ? `"${name.replace(/(["\\])/g, '\\$1')}"` : text
}

function encodedParts(slotted: Slotted): (Buffer | Slot)[] {
  return slotted.literals.flatMap((literal, index) => {
    const slot = slotted.slots[index]
    return slot === undefined ? [Buffer.from(quotedPrintable(literal))] : [Buffer.from(quotedPrintable(literal)), slot]
  })
}

/** Neighbouring buffers as one. */
function joined(parts: (Buffer | Slot)[]): (Buffer | Slot)[] {
  const result: (Buffer | Slot)[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (Buffer.isBuffer(part) && Buffer.isBuffer(last)) result[result.length - 1] = Buffer.concat([last, part])
    else result.push(part)
  }
  return result
}
