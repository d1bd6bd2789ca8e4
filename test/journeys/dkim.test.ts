import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { aKeyPem, bothKeys, ed25519Pem, refereed, rsaPem } from '../support/dkim.ts'
import { runCli } from '../support/run-cli.ts'
import { audience, emptyFolder, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const EDITION = '2024-12-19'
const SECRET = { BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }
const KEYS = { DKIM_PRIVATE_KEY: rsaPem, DKIM_SELECTOR: 'rsa', DKIM_DOMAIN: 'morning.example' }
const SECOND = { DKIM_ED25519_PRIVATE_KEY: ed25519Pem, DKIM_ED25519_SELECTOR: 'ed' }
const keys = bothKeys('morning.example')

describe('with DKIM keys', () => {
  it('every copy that reaches the mail server passes, for every variant, with pictures in it', async () => {
    const { port, received } = await smtpSink()
    const rows = [
      'ada@readers.example,"Łukasiewicz, ""Ada""",',
      'b@readers.example,نور,mail',
      'c@readers.example,,tools',
    ]
    const root = await sampleCopy({ 'subscribers.csv': `email,name,topics\n${rows.join('\n')}\n` })
    const file = path.join(await emptyFolder(), 'rsa.pem')
    await writeFile(file, rsaPem)
    const run = await runCli(['send', '2026-11-20', '--live', '--root', root, '--json'], {
      env: { ...SECRET, ...KEYS, ...SECOND, DKIM_PRIVATE_KEY: file, SMTP_URL: `smtp://127.0.0.1:${port}` },
    })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(received).toHaveLength(3)
    for (const { raw } of received) expect(await refereed(raw, keys)).toEqual(['pass', 'pass'])
  })

  it('the outbox, the built email and a proof are signed like what would leave', async () => {
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const env = { ...KEYS, DKIM_PRIVATE_KEY: rsaPem.replaceAll('\n', '\\n') }
    for (const args of [
      ['send', EDITION],
      ['send', EDITION, '--to', 'editor@paper.example'],
      ['build', EDITION],
    ])
      expect((await runCli([...args, '--root', root], { env })).exitCode).toBe(0)
    const outbox = path.join(root, 'outbox', EDITION)
    const files = (await readdir(outbox)).filter((name) => name.endsWith('.eml')).map((name) => path.join(outbox, name))
    expect(files).toHaveLength(2)
    for (const file of [...files, path.join(root, 'dist', EDITION, 'email.eml')])
      expect({ file, verdict: await refereed(await readFile(file), keys) }).toEqual({ file, verdict: ['pass'] })
  })

  it('a broken configuration ends with exit code 2, one line and a hint, before any connection', async () => {
    let connections = 0
    const { port, received } = await smtpSink({
      onConnect(_session, done) {
        connections += 1
        done()
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const broken: [string, Record<string, string>][] = [
      ['bad-dkim-key', { ...KEYS, DKIM_PRIVATE_KEY: rsaPem.slice(0, 500) }],
      ['bad-dkim-key', { ...KEYS, DKIM_PRIVATE_KEY: aKeyPem('rsa', 1024) }],
      ['bad-dkim-key', { ...KEYS, DKIM_PRIVATE_KEY: 'no/such/key.pem' }],
      ['bad-dkim-key', { ...KEYS, DKIM_PRIVATE_KEY: ed25519Pem }],
      ['bad-dkim-key', { ...KEYS, ...SECOND, DKIM_ED25519_PRIVATE_KEY: 'x' }],
      ['partial-dkim', { DKIM_SELECTOR: 'rsa', DKIM_DOMAIN: 'morning.example' }],
      ['partial-dkim', { ...SECOND, DKIM_DOMAIN: 'morning.example' }],
      ['bad-dkim-selector', { ...KEYS, DKIM_SELECTOR: 'a b' }],
      ['dkim-alignment', { ...KEYS, DKIM_DOMAIN: 'evening.example' }],
    ]
    const runs = await Promise.all(
      broken.map(([, env]) =>
        runCli(['send', EDITION, '--live', '--root', root, '--json'], {
          env: { ...SECRET, ...env, SMTP_URL: `smtp://127.0.0.1:${port}` },
        }),
      ),
    )
    expect(runs.map((run) => [run.exitCode, JSON.parse(run.stdout).error.code])).toEqual(
      broken.map(([code]) => [2, code]),
    )
    const rehearsal = await runCli(['send', EDITION, '--root', root], { env: { ...KEYS, DKIM_PRIVATE_KEY: 'x' } })
    expect(rehearsal.exitCode).toBe(2)
    expect(rehearsal.stderr.trim().split('\n')).toHaveLength(2)
    expect({ connections, received }).toEqual({ connections: 0, received: [] })
    expect(await readdir(path.join(root, 'outbox')).catch(() => [])).toEqual([])
  })

  it('without keys nothing is signed, and nothing is said', async () => {
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const run = await runCli(['build', EDITION, '--root', root])
    expect(run.stderr).not.toContain('DKIM')
    const mail = await PostalMime.parse(await readFile(path.join(root, 'dist', EDITION, 'email.eml')))
    expect(mail.headers.map((one) => one.key)).not.toContain('dkim-signature')
  })

  it('returned mail comes back to an address of the subscriber’s own when the publication has a place for it', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example', 'b@readers.example') })
    const yaml = await readFile(path.join(root, 'broadsheet.yaml'), 'utf8')
    await writeFile(
      path.join(root, 'broadsheet.yaml'),
      `${yaml}bounceAddress: bounces@morning.example\nunsubscribeAddress: leave@morning.example\n`,
    )
    const run = await runCli(['send', EDITION, '--live', '--root', root], {
      env: { ...SECRET, ...KEYS, SMTP_URL: `smtp://127.0.0.1:${port}` },
    })
    expect(run.exitCode).toBe(0)
    expect(new Set(received.map((one) => one.from)).size).toBe(2)
    for (const { from, raw } of received) {
      expect(from).toMatch(/^bounces\+[a-z2-7]{20}-[a-z2-7]{20}@morning\.example$/)
      expect(raw.toString('latin1')).toMatch(/,\r\n <mailto:leave\+[a-z2-7]{20}-[a-z2-7]{20}@morning\.example>\r\n/)
      expect(await refereed(raw, keys)).toEqual(['pass'])
    }
  })
})
