import { createHash, verify } from 'node:crypto'
import { UserError } from '../problems/user-error.ts'
import { relaxedBody } from './dkim-canonical.ts'
import { headerFields, nameOf, signedData, signedNames } from './dkim-fields.ts'
import type { DkimKey, DkimKeys } from './dkim-key.ts'

/**
 * Verifies a message of our own as a receiver would, from its octets alone, with the public half of each key: nothing
 * that the signer computed is taken over. Throws a UserError unless each key has exactly one good signature that covers
 * what we mean to cover; a message we cannot vouch for must not leave.
 */
export function verifyOwn(raw: Buffer, keys: DkimKeys): void {
  const text = raw.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) throw selfCheckFailed('it has no body')
  const fields = headerFields(text.slice(0, end + 2))
  const body = text.slice(end + 4)
  const signatures = fields.filter((field) => nameOf(field) === 'dkim-signature')
  const others = fields.filter((field) => nameOf(field) !== 'dkim-signature')
  for (const name of ['from', 'date', 'message-id', 'subject', 'to'])
    if (others.filter((field) => nameOf(field) === name).length !== 1)
      throw selfCheckFailed(`it has not exactly one ${name} header`)
  for (const key of [keys.rsa, keys.ed25519]) {
    if (key === null) continue
    const own = signatures.filter((field) => tagsOf(field).get('s') === key.selector)
    const [signature] = own
    if (signature === undefined || own.length > 1)
      throw selfCheckFailed(`it carries ${own.length} signatures of ${key.selector}`)
    const problem = problemOf(signature, others, body, keys.domain, key)
    if (problem !== null) throw selfCheckFailed(`${problem} (${key.algorithm}, ${key.selector})`)
  }
}

/** What is wrong with one signature of ours; null when it is good. `fields` are the other headers. */
function problemOf(
  signature: string,
  fields: readonly string[],
  body: string,
  domain: string,
  key: DkimKey,
): string | null {
  const tags = tagsOf(signature)
  const expected = { v: '1', a: key.algorithm, c: 'relaxed/relaxed', d: domain }
  for (const [name, value] of Object.entries(expected))
    if (tags.get(name) !== value) return `its ${name}= is not ${value}`
  if (tags.has('l')) return 'it has an l= tag'
  const listed = (tags.get('h') ?? '').toLowerCase().split(':')
  const wanted = signedNames(fields.map(nameOf)).map((name) => name.toLowerCase())
  for (const name of wanted)
    if (count(listed, name) < count(wanted, name)) return `its h= lists ${name} ${count(listed, name)} times`
  if (createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64') !== tags.get('bh'))
    return 'its body hash is not that of the body'
  const unsigned = signature.replace(/(;\s*b\s*=)[^;]*/, '$1')
  return verifies(key, signedData(fields, listed, unsigned), Buffer.from(tags.get('b') ?? '', 'base64'))
    ? null
    : 'its signature does not fit'
}

/** Whether a signature (octets) fits the data under a public key. */
export function verifies(key: Pick<DkimKey, 'algorithm' | 'publicKey'>, data: Buffer, signature: Buffer): boolean {
  return key.algorithm === 'rsa-sha256'
    ? verify('sha256', data, key.publicKey, signature)
    : verify(null, createHash('sha256').update(data).digest(), key.publicKey, signature)
}

/** The tags of a signature, white space removed. */
export function tagsOf(field: string): Map<string, string> {
  const tags = field
    .slice(field.indexOf(':') + 1)
    .replace(/\s+/g, '')
    .split(';')
    .filter((tag) => tag !== '')
  return new Map(tags.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]))
}

const count = (names: readonly string[], name: string): number => names.filter((one) => one === name).length

function selfCheckFailed(why: string): UserError {
  return new UserError(
    'dkim-self-check',
    `The DKIM signature of the first message does not verify: ${why}. It was not sent.`,
    'Nothing leaves that we cannot vouch for. Check the DKIM_ settings; unset them to leave signing to your relay.',
  )
}
