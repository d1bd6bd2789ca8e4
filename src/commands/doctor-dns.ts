import { createPublicKey, type KeyObject } from 'node:crypto'
import type { DkimKey, DkimKeys } from '../delivery/dkim-key.ts'
import { type Check, notChecked, right, wrong } from './doctor-check.ts'

/** The names of the world, passed in from the rim. An empty answer means that there is no such record. */
export interface Resolver {
  /** Each record as the strings it is made of. */
  txt(name: string): Promise<string[][]>
  mx(name: string): Promise<string[]>
  addresses(name: string): Promise<string[]>
}

/** Whether the domain says what receivers look for: the key's public half, who may send, what to do with the rest. */
export async function domainChecks(domain: string, keys: DkimKeys | null, resolver: Resolver): Promise<Check[]> {
  const checks: Check[] = []
  if (keys === null)
    checks.push(
      notChecked(
        'DKIM',
        'No DKIM_ variable is set, so your mail server has to sign.',
        'Send yourself a proof and look for dkim=pass in its Authentication-Results. If it is not there, see docs/send.md, "Signed".',
      ),
    )
  else for (const key of [keys.rsa, keys.ed25519]) if (key !== null) checks.push(await dkim(keys.domain, key, resolver))
  checks.push(await spf(domain, resolver), await dmarc(domain, resolver), await answers(domain, resolver))
  return checks
}

/** What asking came to, or the check that says why it could not be asked. */
async function records(name: string, host: string, resolver: Resolver): Promise<string[] | Check> {
  try {
    return (await resolver.txt(host)).map((parts) => parts.join(''))
  } catch (caught) {
    return unanswered(name, host, caught)
  }
}

const unanswered = (name: string, host: string, caught: unknown): Check =>
  notChecked(
    name,
    `${host} could not be looked up (${(caught as Error).message}).`,
    'Try again where there is a network.',
  )

async function dkim(domain: string, key: DkimKey, resolver: Resolver): Promise<Check> {
  const name = key.algorithm === 'rsa-sha256' ? 'DKIM' : 'DKIM, Ed25519'
  const host = `${key.selector}._domainkey.${domain}`
  const found = await records(name, host, resolver)
  if (!Array.isArray(found)) return found
  const expected = publicPart(key.publicKey, key.algorithm)
  const kind = key.algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'
  const hint = `Publish at ${host} one TXT record:  v=DKIM1; k=${kind}; p=${expected}`
  if (found.length === 0) return wrong(name, `There is no record at ${host}.`, hint)
  if (found.length > 1)
    return wrong(name, `There are ${found.length} records at ${host}; receivers then take none.`, hint)
  const tags = new Map(
    (found[0] ?? '').split(';').map((tag): [string, string] => {
      const at = tag.indexOf('=')
      return [tag.slice(0, at).trim(), tag.slice(at + 1).replace(/\s+/g, '')]
    }),
  )
  if (tags.get('p') === '') return wrong(name, `The key at ${host} is revoked (its p= is empty).`, hint)
  if (tags.get('p') !== expected) return wrong(name, `The key at ${host} is another than the one that signs.`, hint)
  if ((tags.get('k') ?? 'rsa') !== kind)
    return wrong(name, `The record at ${host} says k=${tags.get('k') ?? 'rsa'}.`, hint)
  if (tags.get('t')?.includes('y') === true)
    return wrong(
      name,
      `The record at ${host} says t=y, "only testing": receivers may ignore it.`,
      'Take t=y out of it.',
    )
  return right(name, `${host} has the public half of the key that signs.`)
}

/** As it stands in p=: the whole SubjectPublicKeyInfo for RSA, the bare 32 octets for Ed25519 (RFC 8463, section 4). */
function publicPart(key: KeyObject, algorithm: DkimKey['algorithm']): string {
  const der = createPublicKey({ key: key.export({ type: 'spki', format: 'pem' }), format: 'pem' }).export({
    type: 'spki',
    format: 'der',
  })
  return (algorithm === 'rsa-sha256' ? der : der.subarray(-32)).toString('base64')
}

async function spf(domain: string, resolver: Resolver): Promise<Check> {
  const found = await records('SPF', domain, resolver)
  if (!Array.isArray(found)) return found
  const policies = found.filter((one) => /^v=spf1(\s|$)/i.test(one))
  const [policy = ''] = policies
  const hint = `Publish at ${domain} one TXT record that names your mail server, as in  v=spf1 include:mail.example.org -all`
  if (policies.length === 0) return wrong('SPF', `${domain} does not say who may send for it.`, hint)
  if (policies.length > 1)
    return wrong('SPF', `${domain} has ${policies.length} SPF records; receivers then take none.`, hint)
  if (/(^|\s)\+?all(\s|$)/i.test(policy)) return wrong('SPF', `${domain} lets everybody send for it (${policy}).`, hint)
  if (!/(^|\s)([-~?]all|redirect=\S+)(\s|$)/i.test(policy))
    return wrong('SPF', `The record of ${domain} has no end (${policy}).`, 'Let it end in -all or ~all.')
  return right('SPF', `${domain}: ${policy}`)
}

/** The policy of the domain, or of the one it belongs to (RFC 7489, section 6.6.3; one label up at a time). */
async function dmarc(domain: string, resolver: Resolver): Promise<Check> {
  for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const found = await records('DMARC', `_dmarc.${name}`, resolver)
    if (!Array.isArray(found)) return found
    const policies = found.filter((one) => /^v=DMARC1\s*;/i.test(one))
    const [policy = ''] = policies
    if (policies.length > 1)
      return wrong('DMARC', `_dmarc.${name} has ${policies.length} records.`, 'Leave one of them.')
    if (policies.length === 1)
      return /;\s*p\s*=\s*(none|quarantine|reject)\s*(;|$)/i.test(policy)
        ? right('DMARC', `_dmarc.${name}: ${policy}`)
        : wrong('DMARC', `_dmarc.${name} has no policy (${policy}).`, 'It needs p=none, p=quarantine or p=reject.')
  }
  return wrong(
    'DMARC',
    `${domain} has no DMARC record. Gmail and Yahoo want one of everybody who sends to many.`,
    `Publish at _dmarc.${domain} one TXT record:  v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
  )
}

async function answers(domain: string, resolver: Resolver): Promise<Check> {
  try {
    const [exchangers, addresses] = [await resolver.mx(domain), await resolver.addresses(domain)]
    if (exchangers.length > 0) return right('Answers', `${domain} takes mail at ${exchangers.join(', ')}.`)
    if (addresses.length > 0) return right('Answers', `${domain} has no MX record; mail goes to its address.`)
    return wrong(
      'Answers',
      `${domain} takes no mail, so answers and returned copies are lost.`,
      'Send from a domain with an MX record.',
    )
  } catch (caught) {
    return unanswered('Answers', domain, caught)
  }
}
