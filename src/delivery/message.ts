import { createHmac } from 'node:crypto'
import type { DateTime } from 'luxon'
import { addressHash, base32, type Subscriber } from '../audience/subscriber.ts'
import { addressWithToken, INERT_TOKEN, mailToken, type Secrets, wayOutToken, wayOutUrl } from '../audience/way-out.ts'
import type { Publication } from '../edition/publication.ts'
import type { CompiledVariant } from '../render/compile.ts'
import { type SlotValues, slotValue } from '../render/personalise.ts'
import { isSlot, type Slot } from '../render/slots.ts'
import { dkimSignatures } from './dkim.ts'
import { type PreparedBody, prepareBody } from './dkim-canonical.ts'
import { type Field, fieldsOf, fieldsOfRepeated } from './dkim-fields.ts'
import type { DkimKeys } from './dkim-key.ts'
import { verifyOwn } from './dkim-verify.ts'
import { needsNoStuffing } from './dot-stuffing.ts'
import {
  asciiAddress,
  dateLine,
  domainOf,
  headerLine,
  headerText,
  type Mailbox,
  mailboxHeader,
  parseMailbox,
} from './headers.ts'
import { keptBuffer } from './kept-buffer.ts'
import { listHeaders, wayOutHeaders } from './list-headers.ts'
import { encodedParts, encodedPicture, goesAsItIs, stampOf } from './mime-parts.ts'
import { quotedPrintable, SOFT_BREAK } from './quoted-printable.ts'
import type { Allocate } from './raw-buffers.ts'

/**
 * Fifth step of the path: a compiled variant -> one MIME message per subscriber. `compose` encodes everything once,
 * with each slot on quoted-printable lines of its own; `fill` splices, and parses and encodes nothing else.
 */
export interface MessageTemplate<Compiled extends Announced = Announced> {
  compiled: Compiled
  publication: Publication
  from: Mailbox
  /** Headers that are the same for all, in their order, each with its CRLF. */
  sharedHeaders: Buffer
  body: (Buffer | Slot)[]
  /** What stands in the subject line of a copy without a tag. */
  subject: string
  /** Whether DATA carries what all copies share as it stands. */
  needsNoStuffing: boolean
  /** Null when a relay signs. */
  signing: Signing | null
}

/** What a message needs of a variant once its body is encoded. */
type Announced = Pick<CompiledVariant, 'date' | 'subject'>

interface Signing {
  keys: DkimKeys
  sharedFields: readonly Field[]
  body: PreparedBody
  /** Whether a copy of this template has been verified; the first one is, before anybody gets it. */
  verified: boolean
}

/** A message ready for the wire: CRLF line ends, at most 998 octets a line. */
export interface FilledMessage {
  envelope: { from: string; to: string }
  raw: Buffer
  messageId: string
  /** Known to have no line that begins with a dot, so that DATA carries it as it stands. */
  needsNoStuffing?: boolean | undefined
}

/** Whom a copy is for, and what makes it theirs. */
export interface Recipient {
  subscriber: Subscriber
  date: DateTime
  messageId: string
  /** The full address that ends the subscription; inert in proofs. */
  wayOut: string
  /** The address that ends it when written to; null when the publication has none. */
  wayOutAddress: string | null
  /** The envelope's sender, where returned mail goes. */
  returnPath: string
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
  const { bounceAddress, unsubscribeAddress } = publication
  return {
    subscriber,
    date,
    wayOut: wayOutUrl(publication.url, wayOutToken(secrets, publication.id, subscriber.id)),
    wayOutAddress:
      unsubscribeAddress === undefined
        ? null
        : addressWithToken(unsubscribeAddress, mailToken(secrets, 'unsubscribe', publication.id, subscriber.id)),
    returnPath:
      bounceAddress === undefined
        ? from.address
        : addressWithToken(bounceAddress, mailToken(secrets, 'bounce', publication.id, subscriber.id)),
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
  const { bounceAddress, unsubscribeAddress } = publication
  const nobody = { id: INERT_TOKEN, name: '', topics: [], status: 'active', extra: {}, line: 0 }
  const subscriber: Subscriber = { ...nobody, email, addressHash: addressHash(email) }
  return {
    subscriber,
    date,
    wayOut: wayOutUrl(publication.url, INERT_TOKEN),
    wayOutAddress: unsubscribeAddress === undefined ? null : addressWithToken(unsubscribeAddress, INERT_TOKEN),
    returnPath: bounceAddress ?? from.address,
    messageId: `<proof.${compiled.date}.${unique}@${domainOf(from.address)}>`,
    tag,
  }
}

/** Everything the copies share. With keys every copy is signed; without, the relay is expected to. */
export function compose<Compiled extends CompiledVariant>(
  compiled: Compiled,
  publication: Publication,
  keys: DkimKeys | null = null,
): MessageTemplate<Compiled> {
  const from = parseMailbox(publication.from)
  const stamp = stampOf(compiled)
  const boundary = (part: string): string => `=_${part}_${stamp.slice(0, 24)}`
  const outer = boundary('alt')
  const inner = boundary('rel')
  const body: (Buffer | Slot)[] = []
  let own = ''
  /** What is this variant's alone, as few buffers as may be; what is shared stands between. */
  const put = (text: string): void => {
    own += text
  }
  const place = (part: Buffer | Slot | null): void => {
    if (own !== '') body.push(keptBuffer(own))
    own = ''
    if (part !== null) body.push(part)
  }
  put(`--${outer}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`)
  for (const part of compiled.text)
    if (isSlot(part)) place(part)
    else put(quotedPrintable(part.text))
  put(`\r\n--${outer}\r\n`)
  const embedded = compiled.embedded.length > 0
  if (embedded) put(`Content-Type: multipart/related; type="text/html"; boundary="${inner}"\r\n\r\n--${inner}\r\n`)
  put('Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n')
  for (const part of encodedParts(compiled.html)) place(part)
  for (const { picture, contentId } of compiled.embedded) {
    put(
      `\r\n--${inner}\r\nContent-Type: ${picture.type}; name="${picture.name}"\r\nContent-Disposition: inline; filename="${picture.name}"\r\nContent-ID: <${contentId}>\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
    )
    place(encodedPicture(picture))
  }
  put(embedded ? `\r\n--${inner}--\r\n\r\n--${outer}--\r\n` : `\r\n--${outer}--\r\n`)
  place(null)

  const sharedHeaders = [
    headerLine('From', mailboxHeader(from)),
    publication.replyTo === undefined ? '' : headerLine('Reply-To', mailboxHeader(parseMailbox(publication.replyTo))),
    listHeaders(publication, compiled.date, domainOf(from.address)),
    headerLine('MIME-Version', '1.0'),
    headerLine('Content-Type', `multipart/alternative; boundary="${outer}"`),
  ].join('')
  const pieces = body.map((piece) => (Buffer.isBuffer(piece) ? piece : null))
  return {
    compiled,
    publication,
    from,
    sharedHeaders: keptBuffer(sharedHeaders),
    body,
    subject: headerLine('Subject', headerText(compiled.subject)),
    needsNoStuffing: needsNoStuffing(sharedHeaders) && pieces.every((piece) => piece === null || goesAsItIs(piece)),
    signing:
      keys === null
        ? null
        : { keys, sharedFields: fieldsOf(latin1(sharedHeaders)), body: prepareBody(pieces), verified: false },
  }
}

/**
 * One copy, signed if the template is. The envelope holds the one address alone, whatever the name says. Throws a
 * UserError when the first signed copy of a template does not verify.
 */
export async function fill(
  template: MessageTemplate,
  recipient: Recipient,
  allocate: Allocate = Buffer.allocUnsafe,
): Promise<FilledMessage> {
  const { subscriber, date, messageId, wayOut, wayOutAddress, returnPath, tag } = recipient
  const slots = slotValuesOf(subscriber, wayOut)
  const subject = tag === '' ? template.subject : headerLine('Subject', headerText(tag + template.compiled.subject))
  const dated = dateLine(date)
  const to = headerLine('To', mailboxHeader({ name: subscriber.name, address: subscriber.email }))
  const named = headerLine('Message-ID', messageId) + wayOutHeaders(wayOut, wayOutAddress)
  const own = to + subject + dated + named
  const values: Buffer[] = []
  const parts = template.body.map((piece) => {
    if (Buffer.isBuffer(piece)) return piece
    const value = Buffer.from(SOFT_BREAK + quotedPrintable(slotValue(piece, slots)) + SOFT_BREAK)
    values.push(value)
    return value
  })
  const { signing } = template
  const signatures =
    signing === null
      ? ''
      : await dkimSignatures(
          signing.keys,
          [
            ...signing.sharedFields,
            ...fieldsOf(latin1(to)),
            ...fieldsOfRepeated(subject),
            ...fieldsOfRepeated(dated),
            ...fieldsOf(named),
          ],
          signing.body.hash(values),
          { at: date.toSeconds() },
        )
  const raw = joined(
    [Buffer.from(signatures, 'latin1'), template.sharedHeaders, Buffer.from(`${own}\r\n`), ...parts],
    allocate,
  )
  if (signing !== null && !signing.verified) {
    verifyOwn(raw, signing.keys)
    signing.verified = true
  }
  return {
    envelope: { from: pathOf(returnPath), to: pathOf(subscriber.email) },
    raw,
    messageId,
    // Neither quoted-printable nor a signature has such a line.
    needsNoStuffing: template.needsNoStuffing && needsNoStuffing(own),
  }
}

/** Octets as characters, as signatures read them. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

function joined(parts: readonly Buffer[], allocate: Allocate): Buffer {
  const raw = allocate(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) at += part.copy(raw, at)
  return raw
}

/** An address as SMTP commands carry it. What could end the command is no address, whoever let it through. */
function pathOf(address: string): string {
  const path = asciiAddress(address)
  if (/[\p{Cc}\p{Z}<>]/u.test(path)) throw new Error(`${JSON.stringify(address)} is not an address`)
  return path
}

/** What fills the slots: the columns of the audience, and the way out. */
export function slotValuesOf(subscriber: Subscriber, wayOut: string): SlotValues {
  const { extra, name, email, id, timezone = '', language = '' } = subscriber
  return new Map(Object.entries({ ...extra, name, email, id, timezone, language, wayOut }))
}

/** The same for every attempt at this copy, so that a repeat can be recognised downstream; says nothing of the address. */
export function messageIdFor(
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
