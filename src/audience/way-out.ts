import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { base32 } from './subscriber.ts'
import { linkToken, type Secrets, subjectOfToken } from './token.ts'

export type { Secrets } from './token.ts'

/**
 * The way out: `<url>/u/<token>`. The token is the subscriber's id and a signature bound to the publication and to
 * this one purpose; it holds no address and never expires (inbox rules S08).
 */
export function wayOutUrl(url: string, token: string): string {
  return pageUrl(url, `u/${token}`)
}

/** The address of a page of the publication's own. */
export const pageUrl = (url: string, page: string): string => `${url.replace(/\/+$/, '')}/${page}`

export function wayOutToken(secrets: Secrets, publication: string, subscriberId: string): string {
  return linkToken(secrets, 'unsubscribe', publication, subscriberId)
}

/** The subscriber's id, or null when the token was not made by us for this publication. */
export function subscriberOfToken(secrets: Secrets, publication: string, token: string): string | null {
  return subjectOfToken(secrets, 'unsubscribe', publication, token)
}

/** What a token in an address is for; one made for the one is worth nothing for the other. */
export type MailPurpose = 'bounce' | 'unsubscribe'

/**
 * The token of an address that is a subscriber's own, as in `bounces+<token>@…`: 41 small letters and digits, whatever
 * the id, so that it survives relays that lower-case and fits a local part of 64 octets. It holds no address and no id
 * of the publisher's, and 100 bits of HMAC-SHA-256 bound to publication and purpose.
 */
export function mailToken(secrets: Secrets, purpose: MailPurpose, publication: string, subscriberId: string): string {
  const id = mailId(subscriberId)
  return `${id}-${mailSignature(secrets.keys[0], purpose, publication, id)}`
}

/** The `mailId` of the subscriber an address was made for, or null when it was not made by us for this. Case is ignored. */
export function mailIdOfToken(
  secrets: Secrets,
  purpose: MailPurpose,
  publication: string,
  token: string,
): string | null {
  const [id = '', given = '', ...more] = token.toLowerCase().split('-')
  if (more.length > 0 || !DEFAULT_ID.test(id)) return null
  for (const key of secrets.keys) {
    const right = mailSignature(key, purpose, publication, id)
    if (given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right))) return id
  }
  return null
}

/** An id as tokens in addresses hold it: the default one as it is, any other as 20 base32 characters of its SHA-256. */
export function mailId(subscriberId: string): string {
  return DEFAULT_ID.test(subscriberId)
    ? subscriberId
    : base32(createHash('sha256').update(`id\0${subscriberId}`).digest()).slice(0, 20)
}

/** `address` with the token after a plus sign in its local part. */
export function addressWithToken(address: string, token: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}+${token}${address.slice(at)}`
}

const DEFAULT_ID = /^[a-z2-7]{20}$/

function mailSignature(key: string, purpose: MailPurpose, publication: string, id: string): string {
  const mac = createHmac('sha256', key).update(`mail ${purpose}\0${publication}\0${id}`).digest()
  return base32(mac).slice(0, 20)
}

/** What proofs, previews and `build` carry in its place: it leads to the page and changes nothing. */
export const INERT_TOKEN = 'proof'
