import { hash } from 'node:crypto'

/** A person who asked for it, as a row of the audience says. */
export interface Subscriber {
  id: string
  /** As written; mail goes there. */
  email: string
  /** What the ledger and the suppressions know the address by; see `addressHash`. */
  addressHash: string
  name: string
  /** Topic ids; empty means all. */
  topics: string[]
  /** IANA; known to exist. */
  timezone?: string | undefined
  /** HH:MM, where the subscriber has a time of their own. */
  deliverAt?: string | undefined
  language?: string | undefined
  /** 'active', or whatever else the row says, which is served as inactive. */
  status: string
  /** Further columns, usable as slots. */
  extra: Record<string, string>
  /** The row's line in its file; 0 for a subscriber of the database's own. */
  line: number
  /** Topics they left, whatever `topics` says. */
  excluded?: readonly string[] | undefined
  /** YYYY-MM-DD: editions before that date are not for them. */
  pausedUntil?: string | undefined
  /** Why no copy goes to them, as the database knows. */
  withheld?: 'unsubscribed' | 'suppressed' | undefined
}

/** Whether copies go to them at all; a pause is no more than a pause. */
export const isServed = ({ status, withheld }: Pick<Subscriber, 'status' | 'withheld'>): boolean =>
  status === 'active' && withheld === undefined

/** The address by which two rows are the same person: trimmed, NFC, lower-cased (design, section 5). */
export function normalizedAddress(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}

/** 20 base32 characters of the address's hash. Never keyed: rotating a secret must not change it. */
export function defaultId(addressHash: string): string {
  return addressHash.slice(0, 20)
}

/** True for what looks like a default id. */
export const isDefaultId = (id: string): boolean => /^[a-z2-7]{20}$/.test(id)

/** What the ledger and the suppressions know an address by: SHA-256 over the normalised address, in base32. */
export function addressHash(email: string): string {
  return base32(addressDigest(email))
}

/** The same in its 32 octets. */
export const addressDigest = (email: string): Buffer => hash('sha256', normalizedAddress(email), 'buffer')

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 8) / 5)
  // Put together sign by sign, a text is a chain of as many objects, and every copy needs several.
  const signs = length <= SIGNS.length ? SIGNS : Buffer.allocUnsafe(length)
  let at = 0
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      signs[at++] = BASE32[(buffer >> bits) & 31] as number
    }
    buffer &= (1 << bits) - 1
  }
  if (bits > 0) signs[at++] = BASE32[(buffer << (5 - bits)) & 31] as number
  return signs.toString('latin1', 0, length)
}

/** Room for a SHA-256, used again for each. */
const SIGNS = Buffer.alloc(52)
const BASE32 = Buffer.from('abcdefghijklmnopqrstuvwxyz234567')

/**
 * One addr-spec of RFC 5321: a dot-atom local part of at most 64 octets (UTF-8 allowed, RFC 6531) and a domain with at
 * least one dot. Quoted local parts and address literals are refused: no subscriber has one, attackers do.
 */
export function isAddress(email: string): boolean {
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  if (at < 1 || Buffer.byteLength(local) > 64 || email.length > 254) return false
  if (!/^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(local)) return false
  return (
    /^([\p{L}\p{N}\p{M}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}\p{M}-]{2,63}$/u.test(domain) &&
    !/^[\d.]+$/.test(domain)
  )
}
