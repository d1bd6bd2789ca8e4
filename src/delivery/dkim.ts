import { createHash, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { relaxedHeader } from './dkim-canonical.ts'
import type { DkimKey, DkimKeys } from './dkim-key.ts'

/**
 * DKIM signatures (RFC 6376) as bulk senders need them: c=relaxed/relaxed, SHA-256, the whole body (no l=), and the
 * headers below. The libraries we know fall back to sending unsigned when a key is broken, and cannot oversign.
 */

/**
 * Signed once more than they occur, so that a second From or another way out added on the road breaks the signature
 * (RFC 6376, section 8.15), as does a Cc where there was none.
 */
const OVERSIGNED = [
  'From',
  'To',
  'Cc',
  'Subject',
  'Reply-To',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
]

/**
 * Signed as often as they occur. A relay may add its own Feedback-ID, or describe the encoding it changed to; that is
 * no reason to call the message forged.
 */
const SIGNED = ['Content-Transfer-Encoding', 'Feedback-ID', 'Auto-Submitted', 'Precedence']

export interface SigningTimes {
  /** t=, in seconds since 1970. The delivery's own instant, so that a repeat is the same to the byte. */
  at: number
  /** x=, likewise; null for a signature that does not expire. */
  expires?: number | null
}

/**
 * The DKIM-Signature headers for a message, RSA's first, each with its CRLF, to stand before the others. `headers` are
 * whole lines with CRLF; `bodyHash` is the base64 of the canonical body's SHA-256.
 */
export async function dkimSignatures(
  keys: DkimKeys,
  headers: string,
  bodyHash: string,
  times: SigningTimes,
): Promise<string> {
  const fields = headerFields(headers)
  const names = signedNames(fields)
  const signatures = [keys.rsa, keys.ed25519]
    .filter((key) => key !== null)
    .map(async (key) => {
      const unsigned = signatureField(keys.domain, key, names, bodyHash, times)
      return `${unsigned}${folded(await signatureOver(key, signedData(fields, names, unsigned)), 3)}\r\n`
    })
  return (await Promise.all(signatures)).join('')
}

/** Header lines (CRLF) as fields, folded lines kept together, in their order. */
export function headerFields(headers: string): string[] {
  return headers.split(/\r\n(?![ \t])/).filter((field) => field !== '')
}

/** What h= lists: each name as often as it occurs, and once more where an addition must not go unnoticed. */
export function signedNames(fields: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const field of fields) times.set(nameOf(field), (times.get(nameOf(field)) ?? 0) + 1)
  const names: string[] = []
  for (const [listed, more] of [[OVERSIGNED, 1] as const, [SIGNED, 0] as const])
    for (const name of listed)
      for (let left = (times.get(name.toLowerCase()) ?? 0) + more; left > 0; left--) names.push(name)
  return names
}

/**
 * The octets that are signed (RFC 6376, section 3.7): the named fields, the last of a name first, a name without a
 * field as nothing; then the signature's own field with b= empty. Text is octets as latin1.
 */
export function signedData(fields: readonly string[], names: readonly string[], signature: string): Buffer {
  const left = new Map<string, string[]>()
  for (const field of fields) left.set(nameOf(field), [...(left.get(nameOf(field)) ?? []), field])
  const canonical = names.flatMap((name) => {
    const field = left.get(name.toLowerCase())?.pop()
    return field === undefined ? [] : [`${relaxedHeader(field)}\r\n`]
  })
  return Buffer.from(canonical.join('') + relaxedHeader(signature), 'latin1')
}

/**
 * RSASSA-PKCS1-v1_5 over SHA-256, or PureEdDSA over the SHA-256 (RFC 8463, section 3); base64. Signed in the thread
 * pool: RSA takes 0.3 ms (2048 bits, 2026-11-24), a third of what a message takes altogether.
 */
export async function signatureOver(key: DkimKey, data: Buffer): Promise<string> {
  const signature =
    key.algorithm === 'rsa-sha256'
      ? await signInPool('sha256', data, key.privateKey)
      : await signInPool(null, createHash('sha256').update(data).digest(), key.privateKey)
  return signature.toString('base64')
}

const signInPool = promisify<string | null, Buffer, KeyObject, Buffer>(sign)

export const nameOf = (field: string): string => field.slice(0, field.indexOf(':')).trim().toLowerCase()

/** The field up to and with `b=`, in lines of at most 78 characters (a domain too long for one aside). */
function signatureField(
  domain: string,
  key: DkimKey,
  names: readonly string[],
  bodyHash: string,
  { at, expires = null }: SigningTimes,
): string {
  const tags = [
    `a=${key.algorithm};`,
    'c=relaxed/relaxed;',
    `d=${domain};`,
    `s=${key.selector};`,
    `t=${Math.floor(at)};`,
  ]
  if (expires !== null) tags.push(`x=${Math.floor(expires)};`)
  const list = names.map((name, index) => `${index === 0 ? 'h=' : ''}${name}${index === names.length - 1 ? ';' : ':'}`)
  let lines = 'DKIM-Signature: v=1;'
  let width = lines.length
  const put = (word: string, glue: string): void => {
    const fits = width + glue.length + word.length <= WIDEST
    lines += fits ? glue + word : `\r\n ${word}`
    width = fits ? width + glue.length + word.length : word.length + 1
  }
  for (const tag of tags) put(tag, ' ')
  for (const [index, name] of list.entries()) put(name, index === 0 ? ' ' : '')
  put(`bh=${bodyHash};`, ' ')
  return `${lines}\r\n b=`
}

/** Base64 may be folded anywhere; `taken` columns of the first line are. */
function folded(base64: string, taken: number): string {
  const lines = [base64.slice(0, WIDEST - taken)]
  for (let at = WIDEST - taken; at < base64.length; at += WIDEST - 1)
    lines.push(` ${base64.slice(at, at + WIDEST - 1)}`)
  return lines.join('\r\n')
}

const WIDEST = 78
