import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/commands/command.ts'
import { doctor, type World } from '../../src/commands/doctor.ts'
import type { Check } from '../../src/commands/doctor-check.ts'
import { openPostgresLedger } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'
import { sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const SAMPLE = readFileSync('broadsheet.yaml', 'utf8')
const NOW = DateTime.fromISO('2026-11-20T06:00:00Z')
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const rsaPart = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const edPart = ed.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
const DKIM = {
  DKIM_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  DKIM_SELECTOR: 'm1',
  DKIM_DOMAIN: 'morning.example',
  DKIM_ED25519_PRIVATE_KEY: ed.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  DKIM_ED25519_SELECTOR: 'e1',
}
const SECRET = { BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }

/** Everything as it should be; a test takes something away. */
const NAMES: Record<string, string[][]> = {
  // A TXT record longer than 255 octets comes in pieces.
  'm1._domainkey.morning.example': [[`v=DKIM1; k=rsa; p=${rsaPart.slice(0, 200)}`, rsaPart.slice(200)]],
  'e1._domainkey.morning.example': [[`v=DKIM1; k=ed25519; p=${edPart}`]],
  'morning.example': [['google-site-verification=x'], ['v=spf1 include:mail.example.org -all']],
  '_dmarc.morning.example': [['v=DMARC1; p=quarantine; rua=mailto:d@morning.example']],
}

interface Setting {
  names?: Record<string, string[][]>
  environment?: Record<string, string>
  files?: Record<string, string>
  world?: Partial<World>
  resolver?: Partial<World['resolver']>
}

async function look({ names = {}, environment = {}, files = {}, world = {}, resolver = {} }: Setting = {}) {
  const all = { ...NAMES, ...names }
  let out = ''
  const context: Context = {
    root: await sampleCopy(files),
    json: true,
    now: NOW,
    environment: { ...SECRET, ...DKIM, ...environment },
    stdout: {
      write(text) {
        out += text
      },
      isTerminal: false,
    },
    stderr: { write: () => {}, isTerminal: false },
    signal: new AbortController().signal,
  }
  const exitCode = await doctor(context, {
    resolver: {
      txt: async (name) => all[name] ?? [],
      mx: async () => ['mx.morning.example'],
      addresses: async () => ['192.0.2.1'],
      ...resolver,
    },
    page: async () => ({ status: 200, date: NOW.plus({ seconds: 5 }).toHTTP() }),
    oneClick: async () => 200,
    zoneData: '2026a',
    ...world,
  })
  const { checks } = JSON.parse(out) as { checks: Check[] }
  const state = (name: string) => checks.filter((one) => one.name === name).map((one) => one.state)
  const said = (name: string) => checks.find((one) => one.name === name)
  return { exitCode, checks, state, said, out }
}

const postgres = postgresForTests()

describe('doctor', () => {
  it('finds everything right, with a real mail server', async () => {
    const { port } = await smtpSink()
    const { exitCode, checks, said } = await look({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } })
    expect(checks.filter((one) => one.state !== 'right').map((one) => one.name)).toEqual(['Ledger'])
    expect(said('Mail server')?.message).toMatch(/answers in clear; it offers .*8BITMIME/)
    expect(exitCode).toBe(0)
  })

  it('looks at the database of DATABASE_URL: there, empty, and one that forgets what it calls written', async () => {
    const ledger = async (DATABASE_URL: string) =>
      (await look({ environment: { DATABASE_URL } })).checks.filter((one) => one.name === 'Ledger')
    expect(await ledger('postgres://127.0.0.1:1/x')).toMatchObject([
      { state: 'wrong', message: expect.stringMatching(/cannot be reached/) },
    ])
    const url = await postgres.schema()
    expect(await ledger(url)).toMatchObject([{ state: 'not checked' }])
    await (await openPostgresLedger(url)).close()
    // A test's own server has fsync off.
    const checks = await ledger(url)
    expect(checks.map((one) => one.state)).toEqual(['right', 'wrong'])
    expect(checks[0]?.message).toMatch(/^postgres:\/\/127\.0\.0\.1:\d+\/\w+ \(PostgreSQL 18\) opens and can be written/)
    expect(checks[1]?.message).toMatch(/fsync/)
  })

  it('looks at each of several mail servers', async () => {
    const { port } = await smtpSink()
    const { checks } = await look({
      environment: { SMTP_URL: `smtp://127.0.0.1:${port}?weight=3, smtp://127.0.0.1:1` },
    })
    expect(checks.filter((one) => one.name === 'Mail server').map((one) => one.state)).toEqual(['right', 'wrong'])
  })

  it.each<[string, string, Setting, RegExp]>([
    ['DKIM', 'no record', { names: { 'm1._domainkey.morning.example': [] } }, /There is no record/],
    [
      'DKIM',
      'the key of somebody else',
      { names: { 'm1._domainkey.morning.example': [['v=DKIM1; p=AAAA']] } },
      /another/,
    ],
    ['DKIM', 'a revoked key', { names: { 'm1._domainkey.morning.example': [['v=DKIM1; p=']] } }, /revoked/],
    ['DKIM', 'two records', { names: { 'm1._domainkey.morning.example': [[`p=${rsaPart}`], ['p=x']] } }, /2 records/],
    ['DKIM', 'a key on trial', { names: { 'm1._domainkey.morning.example': [[`t=y; p=${rsaPart}`]] } }, /only testing/],
    ['DKIM', 'half a configuration', { environment: { DKIM_SELECTOR: '' } }, /DKIM_SELECTOR is not/],
    ['DKIM, Ed25519', 'no record', { names: { 'e1._domainkey.morning.example': [] } }, /There is no record/],
    ['SPF', 'no record', { names: { 'morning.example': [['hello']] } }, /does not say/],
    ['SPF', 'two records', { names: { 'morning.example': [['v=spf1 -all'], ['v=spf1 ~all']] } }, /2 SPF/],
    ['SPF', 'everybody', { names: { 'morning.example': [['v=spf1 +all']] } }, /everybody/],
    ['SPF', 'no end', { names: { 'morning.example': [['v=spf1 a mx']] } }, /no end/],
    ['DMARC', 'no record', { names: { '_dmarc.morning.example': [] } }, /no DMARC record/],
    ['DMARC', 'no policy', { names: { '_dmarc.morning.example': [['v=DMARC1; rua=mailto:x@y']] } }, /no policy/],
    ['Answers', 'nobody takes mail', { resolver: { mx: async () => [], addresses: async () => [] } }, /takes no mail/],
    ['Secrets', 'none', { environment: { BROADSHEET_SECRET: '' } }, /is not set/],
    ['Secrets', 'a short one', { environment: { BROADSHEET_SECRET: 'short' } }, /shorter than 16/],
    ['Audience', 'a bad row', { files: { 'subscribers.csv': 'email\nnobody\na@b.example\n' } }, /1 active.*1 rows/],
    ['Audience', 'no email column', { files: { 'subscribers.csv': 'name\nAda\n' } }, /no column "email"/],
    ['Way out', 'a redirect for one-click', { world: { oneClick: async () => 301 } }, /answers 301 to a one-click/],
    [
      'Way out',
      'under another secret',
      {
        world: {
          page: async (url: string) => ({ status: url.endsWith('/u/proof') ? 200 : 404, date: NOW.toHTTP() }),
        },
      },
      /does not know links made with this BROADSHEET_SECRET/,
    ],
    ['Way out', 'not there', { world: { page: async () => ({ status: 404, date: null }) } }, /answers 404/],
    [
      'Clock',
      'two minutes off',
      { world: { page: async () => ({ status: 200, date: NOW.plus({ minutes: 2 }).toHTTP() }) } },
      /120 seconds off/,
    ],
    ['Time zones', 'old', { world: { zoneData: '2024b' } }, /2024b/],
    ['Mail server', 'nobody there', { environment: { SMTP_URL: 'smtp://127.0.0.1:1' } }, /No connection/],
    ['Mail server', 'a bad address', { environment: { SMTP_URL: 'http://x' } }, /begins with http:/],
    [
      'Postal address',
      'left as init made it',
      {
        files: {
          'broadsheet.yaml': SAMPLE.replace(/postalAddress: .*/, 'postalAddress: Write your postal address here'),
        },
      },
      /not been written/,
    ],
    ['Publication', 'broken', { files: { 'broadsheet.yaml': 'name: x\n' } }, /cannot be used/],
  ])('%s is wrong: %s', async (name, _what, setting, message) => {
    const { exitCode, said } = await look(setting)
    expect(said(name)).toMatchObject({ state: 'wrong', message: expect.stringMatching(message) })
    expect(said(name)?.hint).not.toBe('')
    expect(exitCode).toBe(2)
  })

  it('says what it could not check, and that alone is no failure', async () => {
    const down = async (): Promise<never> => {
      throw new Error('queryTxt ETIMEOUT')
    }
    const { exitCode, state } = await look({
      resolver: { txt: down, mx: down, addresses: down },
      world: { page: down, zoneData: undefined },
    })
    for (const name of [
      'DKIM',
      'DKIM, Ed25519',
      'SPF',
      'DMARC',
      'Answers',
      'Way out',
      'Clock',
      'Time zones',
      'Mail server',
    ])
      expect({ name, state: state(name) }).toEqual({ name, state: ['not checked'] })
    expect(exitCode).toBe(0)
  })

  it('takes the DMARC policy of the domain above, where the sender has none of its own', async () => {
    const files = { 'broadsheet.yaml': SAMPLE.replaceAll('digest@morning.example', 'digest@news.morning.example') }
    const { said } = await look({ files, names: { 'news.morning.example': [['v=spf1 -all']] } })
    expect(said('DMARC')).toMatchObject({
      state: 'right',
      message: expect.stringMatching(/^_dmarc\.morning\.example: /),
    })
  })

  it('never repeats the password, whatever the server says', async () => {
    const { port } = await smtpSink({
      disabledCommands: [],
      authOptional: false,
      onAuth: (_auth, _session, done) => done(new Error('535 no')),
    })
    const { said, out } = await look({ environment: { SMTP_URL: `smtp://me:topsecret@127.0.0.1:${port}` } })
    expect(said('Mail server')).toMatchObject({ state: 'wrong', message: expect.stringContaining('refused the login') })
    expect(out).not.toContain('topsecret')
  })
})
