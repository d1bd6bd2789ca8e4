import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { UserError } from '../problems/user-error.ts'

/** One key that signs: its public half stands in DNS at `<selector>._domainkey.<domain>`. */
export interface DkimKey {
  algorithm: 'rsa-sha256' | 'ed25519-sha256'
  selector: string
  privateKey: KeyObject
  /** Derived from the private one, so that our own verdict needs no DNS. */
  publicKey: KeyObject
}

/** What a publication signs with. The domain in A-labels; RSA always, since most receivers fail or ignore Ed25519 alone. */
export interface DkimKeys {
  domain: string
  rsa: DkimKey
  ed25519: DkimKey | null
}

/** The settings as an operator wrote them: keys as PEM text, already read from their files. */
export interface DkimSettings {
  domain: string
  selector: string
  privateKey: string
  ed25519: { selector: string; privateKey: string } | null
}

/**
 * Checks and loads the keys. RSA of 2048 to 4096 bits (RFC 8301), Ed25519 only beside it (RFC 8463). Throws a UserError
 * for whatever a receiver would not accept; no message repeats any part of a key.
 */
export function loadDkimKeys(settings: DkimSettings): DkimKeys {
  const domain = dkimDomain(settings.domain)
  const rsa = rsaKey(settings.privateKey, dkimSelector('DKIM_SELECTOR', settings.selector, domain))
  if (settings.ed25519 === null) return { domain, rsa, ed25519: null }
  const ed25519 = ed25519Key(
    settings.ed25519.privateKey,
    dkimSelector('DKIM_ED25519_SELECTOR', settings.ed25519.selector, domain),
  )
  if (ed25519.selector === rsa.selector)
    throw new UserError(
      'bad-dkim-selector',
      'DKIM_SELECTOR and DKIM_ED25519_SELECTOR are the same.',
      'A selector names one key in DNS. Give each of the two keys its own.',
    )
  return { domain, rsa, ed25519 }
}

/**
 * The signing domain must stand for the sender: equal to From's, above or below it (DMARC's relaxed alignment, RFC 9989,
 * without guessing where a registry's suffix ends). `fromDomain` in A-labels.
 */
export function requireAlignment(keys: DkimKeys, fromDomain: string): void {
  const from = fromDomain.toLowerCase()
  const { domain } = keys
  if (from === domain || from.endsWith(`.${domain}`) || domain.endsWith(`.${from}`)) return
  throw new UserError(
    'dkim-alignment',
    `DKIM_DOMAIN is ${domain}, and the publication's \`from\` is at ${from}.`,
    `Receivers count a signature only when the two belong together. Sign with a key of ${from}, or change \`from\` in broadsheet.yaml.`,
  )
}

function rsaKey(pem: string, selector: string): DkimKey {
  const key = privateKeyOf('DKIM_PRIVATE_KEY', pem)
  if (key.asymmetricKeyType === 'ed25519')
    throw badKey(
      'DKIM_PRIVATE_KEY is an Ed25519 key, which large receivers do not count yet.',
      'Put an RSA key of 2048 bits there, and this one into DKIM_ED25519_PRIVATE_KEY for a second signature.',
    )
  if (key.asymmetricKeyType !== 'rsa')
    throw badKey(`DKIM_PRIVATE_KEY is a key for ${key.asymmetricKeyType}, not RSA.`, NEW_RSA_KEY)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048)
    throw badKey(
      `DKIM_PRIVATE_KEY has ${bits} bits; ${bits < 1024 ? 'receivers treat it as no key at all' : 'fewer than 2048 count as weak'}.`,
      NEW_RSA_KEY,
    )
  if (bits > 4096)
    throw badKey(`DKIM_PRIVATE_KEY has ${bits} bits; receivers need not accept more than 4096.`, NEW_RSA_KEY)
  return { algorithm: 'rsa-sha256', selector, privateKey: key, publicKey: createPublicKey(key) }
}

function ed25519Key(pem: string, selector: string): DkimKey {
  const key = privateKeyOf('DKIM_ED25519_PRIVATE_KEY', pem)
  if (key.asymmetricKeyType !== 'ed25519')
    throw badKey(
      `DKIM_ED25519_PRIVATE_KEY is a key for ${key.asymmetricKeyType}, not Ed25519.`,
      'Make one with  openssl genpkey -algorithm ed25519,  or unset it: the RSA signature is enough.',
    )
  return { algorithm: 'ed25519-sha256', selector, privateKey: key, publicKey: createPublicKey(key) }
}

/** PEM as people carry it through CI settings: line ends of any kind, or written as \n. */
function privateKeyOf(name: string, text: string): KeyObject {
  const pem = text.replaceAll('\\n', '\n').replace(/\r\n?/g, '\n').trim()
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]
  if (label === undefined)
    throw badKey(`${name} holds no key in PEM form.`, 'It begins with  -----BEGIN PRIVATE KEY-----  and has lines.')
  if (!label.endsWith('PRIVATE KEY'))
    throw badKey(`${name} holds a ${label.toLowerCase()}, not a private key.`, 'The public half belongs into DNS.')
  if (label.startsWith('ENCRYPTED') || pem.includes('ENCRYPTED'))
    throw badKey(
      `${name} is protected by a passphrase.`,
      'Remove it with  openssl pkey -in key.pem -out open.pem,  and keep the result with your other secrets.',
    )
  try {
    return createPrivateKey(pem)
  } catch {
    // The reason OpenSSL gives means nothing to an operator, and might quote the input.
    throw badKey(`${name} is a broken key: its text cannot be read.`, 'Copy it again, whole, with its line ends.')
  }
}

/** Letters, digits and hyphens between dots (RFC 6376, section 3.1), and the name in DNS within its 253 octets. */
function dkimSelector(name: string, text: string, domain: string): string {
  const selector = text.trim().toLowerCase()
  if (!selector.split('.').every(isLabel) || `${selector}._domainkey.${domain}`.length > 253)
    throw new UserError(
      'bad-dkim-selector',
      `${name} is not a selector.`,
      'It is the part before ._domainkey in DNS: letters, digits and hyphens, as in  mail2026.',
    )
  return selector
}

function dkimDomain(text: string): string {
  const domain = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase()
  const labels = domain.split('.')
  if (labels.length < 2 || !labels.every(isLabel) || /^\d+$/.test(labels.at(-1) ?? '') || domain.length > 253)
    throw new UserError('bad-dkim-domain', 'DKIM_DOMAIN is not a domain.', 'Write it as in  paper.example.')
  return domain
}

const isLabel = (label: string): boolean => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)
const badKey = (message: string, hint: string): UserError => new UserError('bad-dkim-key', message, hint)
const NEW_RSA_KEY =
  'Make one with  openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048,  and put its public half into DNS.'
