import { relaxedHeader } from './dkim-canonical.ts'

/** Which header fields a signature covers (RFC 6376, section 5.4), and how. */

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

/** A header field as signatures see it; octets as latin1. */
export interface Field {
  /** In small letters. */
  name: string
  /** Relaxed, without a line end. */
  canonical: string
}

/** The fields of whole header lines with CRLF, in their order. What many messages share needs this only once. */
export function fieldsOf(headers: string): Field[] {
  return headerFields(headers).map((field) => ({ name: nameOf(field), canonical: relaxedHeader(field) }))
}

/** The same, for lines that copy after copy has, such as its date. */
export function fieldsOfRepeated(headers: string): readonly Field[] {
  const known = repeated.get(headers) ?? fieldsOf(headers)
  if (repeated.size >= MOST_REPEATED) repeated.clear()
  repeated.set(headers, known)
  return known
}

const repeated = new Map<string, readonly Field[]>()
const MOST_REPEATED = 1000

export interface Choice {
  /** What h= lists. */
  names: readonly string[]
  /** Places of the fields that are signed, in the order they are: the last of a name first, none for an addition. */
  chosen: readonly number[]
}

/** There are as many sets of names as there are kinds of messages: a handful. */
const choices = new Map<string, Choice>()

/** What of a message with fields of these names (small letters) is signed. */
export function choiceOf(fields: readonly string[]): Choice {
  const key = fields.join(' ')
  const known = choices.get(key)
  if (known !== undefined) return known
  const names = signedNames(fields)
  const left = [...fields]
  const chosen = names.map((name) => {
    const place = left.lastIndexOf(name.toLowerCase())
    if (place >= 0) left[place] = ''
    return place
  })
  const choice = { names, chosen: chosen.filter((place) => place >= 0) }
  choices.set(key, choice)
  return choice
}

/** Header lines (CRLF) as fields, folded lines kept together, in their order. */
export function headerFields(headers: string): string[] {
  return headers.split(/\r\n(?![ \t])/).filter((field) => field !== '')
}

/**
 * What h= lists of a message with fields of these names (small letters): each as often as it occurs, and once more where
 * an addition must not go unnoticed.
 */
export function signedNames(fields: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const name of fields) times.set(name, (times.get(name) ?? 0) + 1)
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

export const nameOf = (field: string): string => field.slice(0, field.indexOf(':')).trim().toLowerCase()
