import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { dkimFrom } from '../../src/config.ts'
import { type DkimSettings, loadDkimKeys, requireAlignment } from '../../src/delivery/dkim-key.ts'
import { UserError } from '../../src/problems/user-error.ts'
import { aKeyPem, ed25519Pem, rsaPem } from '../support/dkim.ts'

const settings = (more: Partial<DkimSettings> = {}): DkimSettings => ({
  domain: 'morning.example',
  selector: 'mail2026',
  privateKey: rsaPem,
  ed25519: null,
  ...more,
})

/** The operator's error a call ends in, one line and a hint, exit code 2. */
function refusal(run: () => unknown): string {
  try {
    run()
  } catch (caught) {
    if (!(caught instanceof UserError)) throw caught
    expect(caught.exitCode).toBe(2)
    expect(caught.message).not.toContain('\n')
    expect(caught.hint).not.toBe('')
    expect(`${caught.message} ${caught.hint}`).not.toMatch(/MII|MC4C/)
    return `${caught.code}: ${caught.message}`
  }
  throw new Error('was taken')
}

describe('a DKIM key', () => {
  it('is taken as PEM with line ends of any kind, also written as \\n, and with the public half it leads to', () => {
    for (const text of [rsaPem, rsaPem.replaceAll('\n', '\r\n'), rsaPem.replaceAll('\n', '\\n'), `  ${rsaPem}\n\n`]) {
      const { rsa, ed25519, domain } = loadDkimKeys(settings({ privateKey: text, domain: 'Morning.Example.' }))
      expect(rsa.publicKey.equals(createPublicKey(rsaPem))).toBe(true)
      expect(ed25519).toBeNull()
      expect(domain).toBe('morning.example')
    }
  })

  it.each([1024, 1536, 512])('of %i bits is refused', (bits) => {
    expect(refusal(() => loadDkimKeys(settings({ privateKey: aKeyPem('rsa', bits) })))).toContain(`has ${bits} bits`)
  })

  it('is refused when it is broken, encrypted, public, of another kind, or no key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    const traditional = privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    const open = createPublicKey(rsaPem).export({ type: 'spki', format: 'pem' })
    const refused = [
      rsaPem.slice(0, 400),
      rsaPem.replace(/\n/g, ''),
      rsaPem.replace(/[A-Z]/g, 'A'),
      encrypted,
      traditional,
      open,
      ec,
      '',
      'mail2026',
      ed25519Pem,
    ].map((pem) => refusal(() => loadDkimKeys(settings({ privateKey: String(pem) }))))
    expect(refused).toEqual([
      'bad-dkim-key: DKIM_PRIVATE_KEY is a broken key: its text cannot be read.',
      'bad-dkim-key: DKIM_PRIVATE_KEY is a broken key: its text cannot be read.',
      'bad-dkim-key: DKIM_PRIVATE_KEY holds no key in PEM form.',
      'bad-dkim-key: DKIM_PRIVATE_KEY is protected by a passphrase.',
      'bad-dkim-key: DKIM_PRIVATE_KEY is protected by a passphrase.',
      'bad-dkim-key: DKIM_PRIVATE_KEY holds a public key, not a private key.',
      'bad-dkim-key: DKIM_PRIVATE_KEY is a key for ec, not RSA.',
      'bad-dkim-key: DKIM_PRIVATE_KEY holds no key in PEM form.',
      'bad-dkim-key: DKIM_PRIVATE_KEY holds no key in PEM form.',
      'bad-dkim-key: DKIM_PRIVATE_KEY is an Ed25519 key, which large receivers do not count yet.',
    ])
  })

  it('of Ed25519 stands beside the RSA one, under a selector of its own', () => {
    const ed = { selector: 'ed2026', privateKey: ed25519Pem }
    expect(loadDkimKeys(settings({ ed25519: ed })).ed25519?.algorithm).toBe('ed25519-sha256')
    expect(refusal(() => loadDkimKeys(settings({ ed25519: { ...ed, selector: 'MAIL2026' } })))).toContain('the same')
    expect(refusal(() => loadDkimKeys(settings({ ed25519: { ...ed, privateKey: rsaPem } })))).toContain('not Ed25519')
  })

  it('has a selector and a domain that can stand in DNS', () => {
    for (const selector of ['', 'a b', 'a..b', '-a', 'a_b', 'a;b=x', 'x'.repeat(64), `a\r\nb`, `${'abc.'.repeat(60)}d`])
      expect(refusal(() => loadDkimKeys(settings({ selector })))).toContain('bad-dkim-selector')
    for (const domain of ['', 'example', 'a b.example', '127.0.0.1', 'a..example', 'x;y.example'])
      expect(refusal(() => loadDkimKeys(settings({ domain })))).toContain('bad-dkim-domain')
    expect(loadDkimKeys(settings({ domain: 'Bücher.example', selector: 'a.b-2' })).domain).toBe('xn--bcher-kva.example')
  })

  it('signs for the domain of the sender, one above it or one below, and for no other', () => {
    const keys = loadDkimKeys(settings())
    for (const from of ['morning.example', 'news.morning.example', 'MORNING.example']) requireAlignment(keys, from)
    requireAlignment(loadDkimKeys(settings({ domain: 'mail.morning.example' })), 'morning.example')
    for (const from of ['evening.example', 'goodmorning.example', 'morning.example.org'])
      expect(refusal(() => requireAlignment(keys, from))).toContain('dkim-alignment')
  })
})

describe('the DKIM_ variables', () => {
  const all = {
    DKIM_PRIVATE_KEY: 'keys/rsa.pem',
    DKIM_SELECTOR: 'mail2026',
    DKIM_DOMAIN: 'morning.example',
    DKIM_ED25519_PRIVATE_KEY: ed25519Pem,
    DKIM_ED25519_SELECTOR: 'ed2026',
  }
  const readFile = async (name: string): Promise<string> => {
    if (name === 'keys/rsa.pem') return rsaPem
    throw Object.assign(new Error(`no such file: ${name}`), { code: 'ENOENT' })
  }

  it('are all empty when the relay signs', async () => {
    expect(await dkimFrom({}, readFile)).toBeNull()
    expect(await dkimFrom({ DKIM_PRIVATE_KEY: '', DKIM_SELECTOR: ' ' }, readFile)).toBeNull()
  })

  it('hold a key or the path of a file', async () => {
    const keys = await dkimFrom(all, readFile)
    expect(keys).toMatchObject({
      domain: 'morning.example',
      rsa: { selector: 'mail2026' },
      ed25519: { selector: 'ed2026' },
    })
    expect(keys?.rsa.publicKey.equals(createPublicKey(rsaPem))).toBe(true)
  })

  it('are refused by halves, whichever is left out', async () => {
    for (const left of Object.keys(all)) {
      const some = Object.fromEntries(Object.entries(all).filter(([name]) => name !== left))
      await expect(dkimFrom(some, readFile)).rejects.toMatchObject({ code: 'partial-dkim', exitCode: 2 })
      await expect(dkimFrom(some, readFile)).rejects.toThrow(`${left} is not.`)
    }
    await expect(dkimFrom({ DKIM_SELECTOR: 'x' }, readFile)).rejects.toMatchObject({ code: 'partial-dkim' })
  })

  it('never have their value in a message, which may be a key that lost its first line', async () => {
    const torn = rsaPem.split('\n').slice(1).join('\n')
    const failed = await dkimFrom({ ...all, DKIM_PRIVATE_KEY: torn }, readFile).catch((caught) => caught)
    expect(failed).toMatchObject({ code: 'bad-dkim-key', exitCode: 2 })
    expect(`${failed.message}${failed.hint}`).not.toContain(torn.slice(0, 20))
  })
})
