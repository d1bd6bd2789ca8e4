import { createHash, createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'

/** Services try again for hours; what is older than that is a recording. */
export const WINDOW_MILLISECONDS = 25 * 3_600_000
/** Clocks differ. */
const AHEAD_MILLISECONDS = 5 * 60_000

export function isTimely(seconds: string, now: number): boolean {
  const at = /^\d{9,11}$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN
  return at > now - WINDOW_MILLISECONDS && at < now + AHEAD_MILLISECONDS
}

/** HMAC-SHA-256 of timestamp and token, in hexadecimal. */
export function isMailgunSignature(key: string, timestamp: string, token: string, signature: string): boolean {
  return isSame(createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex'), signature)
}

/** ECDSA over P-256 and SHA-256, of the timestamp and the body as it came. `key` is base64 of a SubjectPublicKeyInfo. */
export function isSendgridSignature(key: KeyObject, timestamp: string, body: Uint8Array, signature: string): boolean {
  try {
    return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** Throws when it is no such key. */
export function sendgridKey(base64: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'ec') throw new Error('no elliptic curve')
  return key
}

/** Postmark signs nothing: the password in the address it was given is all it can show. */
export function isBasicAuth(password: string, header: string): boolean {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) ?? []
  const text = Buffer.from(encoded, 'base64').toString()
  return isSame(password, text.slice(text.indexOf(':') + 1)) && text.includes(':')
}

/** In a time that tells nothing of where they differ, or how long they are. */
function isSame(right: string, given: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(right), digest(given))
}

/** Tokens that were taken, for as long as their timestamps are timely. */
export class UsedTokens {
  readonly #used = new Map<string, number>()

  has(token: string): boolean {
    return this.#used.has(token)
  }

  add(token: string, now: number): void {
    // In the order they came: the oldest stand first.
    for (const [old, at] of this.#used) {
      if (at > now - WINDOW_MILLISECONDS - AHEAD_MILLISECONDS) break
      this.#used.delete(old)
    }
    this.#used.set(token, now)
  }

  delete(token: string): void {
    this.#used.delete(token)
  }
}
