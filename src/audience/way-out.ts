import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The way out: `<url>/u/<token>`. The token is the subscriber's id and a signature bound to the publication and to
 * this one purpose; it holds no address and never expires (inbox rules S08). 128 bits of HMAC-SHA-256.
 */
export interface Secrets {
  /** The first signs, all verify. Never empty. */
  keys: readonly [string, ...string[]]
}

export function wayOutUrl(url: string, token: string): string {
  return `${url.replace(/\/+$/, '')}/u/${token}`
}

export function wayOutToken(secrets: Secrets, publication: string, subscriberId: string): string {
  return `${encodeURIComponent(subscriberId)}.${signature(secrets.keys[0], publication, subscriberId)}`
}

/** The subscriber's id, or null when the token was not made by us for this publication. */
export function subscriberOfToken(secrets: Secrets, publication: string, token: string): string | null {
  const dot = token.lastIndexOf('.')
  let id: string
  try {
    id = decodeURIComponent(token.slice(0, dot))
  } catch {
    return null
  }
  if (dot < 1) return null
  const given = Buffer.from(token.slice(dot + 1))
  for (const key of secrets.keys) {
    const right = Buffer.from(signature(key, publication, id))
    if (given.length === right.length && timingSafeEqual(given, right)) return id
  }
  return null
}

function signature(key: string, publication: string, subscriberId: string): string {
  return createHmac('sha256', key)
    .update(`unsubscribe\0${publication}\0${subscriberId}`)
    .digest('base64url')
    .slice(0, 22)
}

/** What proofs, previews and `build` carry in its place: it leads to the page and changes nothing. */
export const INERT_TOKEN = 'proof'
