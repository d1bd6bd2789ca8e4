import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Secrets {
  /** The first signs, all verify. Never empty. */
  keys: readonly [string, ...string[]]
}

/** What a token in a link is for; one made for the one is worth nothing for the other. */
export type LinkPurpose = 'unsubscribe' | 'preferences' | 'confirm' | 'own-data' | 'form'

/** `<subject>.<signature>`: 128 bits of HMAC-SHA-256 bound to publication and purpose. The subject is readable, the token hard to forge. */
export function linkToken(secrets: Secrets, purpose: LinkPurpose, publication: string, subject: string): string {
  return `${encodeURIComponent(subject)}.${signature(secrets.keys[0], purpose, publication, subject)}`
}

/** The subject, or null when the token was not made by us for this publication and purpose. Compared as text, in constant time. */
export function subjectOfToken(
  secrets: Secrets,
  purpose: LinkPurpose,
  publication: string,
  token: string,
): string | null {
  const dot = token.lastIndexOf('.')
  if (dot < 1) return null
  let subject: string
  try {
    subject = decodeURIComponent(token.slice(0, dot))
  } catch {
    return null
  }
  const given = Buffer.from(token.slice(dot + 1))
  for (const key of secrets.keys) {
    const right = Buffer.from(signature(key, purpose, publication, subject))
    if (given.length === right.length && timingSafeEqual(given, right)) return subject
  }
  return null
}

/** A token that holds when it was made, in milliseconds since 1970, so that it can end. */
export function datedToken(
  secrets: Secrets,
  purpose: LinkPurpose,
  publication: string,
  subject: string,
  at: number,
): string {
  return linkToken(secrets, purpose, publication, `${subject}~${at.toString(36)}`)
}

export function subjectOfDatedToken(
  secrets: Secrets,
  purpose: LinkPurpose,
  publication: string,
  token: string,
): { subject: string; at: number } | null {
  const whole = subjectOfToken(secrets, purpose, publication, token)
  const match = /^(.*)~([0-9a-z]{1,10})$/s.exec(whole ?? '')
  return match === null ? null : { subject: match[1] ?? '', at: Number.parseInt(match[2] ?? '', 36) }
}

function signature(key: string, purpose: LinkPurpose, publication: string, subject: string): string {
  return createHmac('sha256', key).update(`${purpose}\0${publication}\0${subject}`).digest('base64url').slice(0, 22)
}
