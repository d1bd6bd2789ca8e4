import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const SECRET = { BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }
const EDITION = '2024-12-19'
const live = (root: string, env: Record<string, string>, ...more: string[]) =>
  runCli(['send', EDITION, '--live', '--root', root, ...more], { env: { ...SECRET, ...env } })

describe('send --live', () => {
  it('hands every subscriber one message with an envelope of their own, in clear to this machine', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({
      'subscribers.csv': audience('a@readers.example', 'b@readers.example', 'c@readers.example'),
    })
    const run = await live(root, { SMTP_URL: `smtp://127.0.0.1:${port}` }, '--json')
    expect(run.exitCode).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ live: true, audience: 3, planned: 3, accepted: 3 })
    expect(received.map((one) => one.to).sort()).toEqual([
      ['a@readers.example'],
      ['b@readers.example'],
      ['c@readers.example'],
    ])
    expect(new Set(received.map((one) => one.from))).toEqual(new Set(['digest@morning.example']))
    expect(await readdir(path.join(root, 'outbox')).catch(() => [])).toEqual([])
  })

  it('arrives as it was composed: the same subject, words, links and pictures', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': 'email,name\nada@readers.example,Ada Łukasiewicz\n' })
    await live(root, { SMTP_URL: `smtp://127.0.0.1:${port}` })
    await runCli(['send', EDITION, '--root', root], { env: SECRET })
    const [name = ''] = await readdir(path.join(root, 'outbox', EDITION))
    const there = await PostalMime.parse(received[0]?.raw ?? '')
    const here = await PostalMime.parse(await readFile(path.join(root, 'outbox', EDITION, name)))
    expect(there.subject).toBe(here.subject)
    expect(there.to).toEqual([{ name: 'Ada Łukasiewicz', address: 'ada@readers.example' }])
    expect(there.html).toBe(here.html)
    expect(there.text).toBe(here.text)
    expect(there.messageId).toBe(here.messageId)
    expect(there.attachments.map((one) => one.contentId)).toEqual(here.attachments.map((one) => one.contentId))
  })

  it('takes STARTTLS when it is offered, and logs in only over TLS', async () => {
    const logins: string[] = []
    const { port, received } = await smtpSink({
      disabledCommands: [],
      authOptional: false,
      onAuth(auth, _session, done) {
        logins.push(`${auth.username}:${auth.password}`)
        done(auth.password === 'p@ss' ? null : new Error('Wrong password'), { user: auth.username ?? '' })
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const right = await live(root, { SMTP_URL: `smtp://ada:p%40ss@127.0.0.1:${port}` })
    expect(right.exitCode).toBe(0)
    expect(received).toMatchObject([{ secure: true, user: 'ada' }])
    const other = await sampleCopy({ 'subscribers.csv': audience('b@readers.example') })
    const wrong = await live(other, { SMTP_URL: `smtp://ada:nope@127.0.0.1:${port}` })
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stderr).toContain('refused the login')
    expect(wrong.stderr).toContain('Nothing was sent.')
    expect(wrong.stderr).not.toContain('nope')
    expect(logins).toEqual(['ada:p@ss', 'ada:nope'])
  })

  it('stops before anything leaves when there is a password and the server takes none, or takes it only in clear', async () => {
    const noAuth = await smtpSink({ disabledCommands: ['AUTH'] })
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const run = await live(root, { SMTP_URL: `smtp://ada:secret@127.0.0.1:${noAuth.port}` })
    expect(run).toMatchObject({ exitCode: 2 })
    expect(run.stderr).toContain('takes no login')
    const noTls = await smtpSink({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(null, { user: 'x' }),
    })
    const clear = await live(root, { SMTP_URL: `smtp://ada:secret@127.0.0.1:${noTls.port}` })
    expect(clear.exitCode).toBe(2)
    expect(noAuth.received.concat(noTls.received)).toEqual([])
  })

  it('tells a refused recipient from a busy server, serves the others, and exits with 3', async () => {
    const { port, received } = await smtpSink({
      onRcptTo({ address }, _session, done) {
        const code = address.startsWith('gone') ? 550 : address.startsWith('busy') ? 451 : 0
        done(code === 0 ? null : Object.assign(new Error(`no ${address}`), { responseCode: code }))
      },
    })
    const root = await sampleCopy({
      'subscribers.csv': audience(
        'a@readers.example',
        'gone@readers.example',
        'busy@readers.example',
        'b@readers.example',
      ),
    })
    const run = await live(root, { SMTP_URL: `smtp://127.0.0.1:${port}` }, '--json')
    expect(run.exitCode).toBe(3)
    expect(JSON.parse(run.stdout)).toMatchObject({ accepted: 2, rejected: 1, deferred: 1, unknown: 0 })
    expect(received).toHaveLength(2)
  })

  it('stops the run when the sender is refused, rejecting nobody', async () => {
    const { port } = await smtpSink({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not you'), { responseCode: 553 })),
    })
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example', 'b@readers.example') })
    const run = await live(root, { SMTP_URL: `smtp://127.0.0.1:${port}` }, '--json')
    expect(run.exitCode).toBe(2)
    expect(JSON.parse(run.stdout).error).toMatchObject({ code: 'run-refused' })
    expect(JSON.parse(run.stdout).error.message).toContain('refused the sender digest@morning.example')
  })

  it('refuses an edition with errors, a draft and one under embargo, and leaves everything as it was', async () => {
    const { port, received } = await smtpSink()
    const env = { SMTP_URL: `smtp://127.0.0.1:${port}` }
    const entry = 'entries:\n  - {topic: world, headline: One, url: "https://example.org/a", summary: It holds.}\n'
    const broken = await live(await sampleCopy({ 'digests/2024-12-19.yaml': `${entry}  - {topic: world}\n` }), env)
    expect(broken.exitCode).toBe(1)
    expect(broken.stderr).toContain('Nothing was sent.')
    const draft = await live(await sampleCopy({ 'digests/2024-12-19.yaml': `status: draft\n${entry}` }), env)
    expect(draft).toMatchObject({ exitCode: 2, stdout: '' })
    const held = await live(
      await sampleCopy({ 'digests/2024-12-19.yaml': `embargo: 2999-01-01T00:00Z\n${entry}` }),
      env,
    )
    expect(held.exitCode).toBe(2)
    expect(received).toEqual([])
  })

  it('goes out in spite of an error with --force and a reason, which is kept; never in spite of one that harms readers', async () => {
    const { port, received } = await smtpSink()
    const env = { SMTP_URL: `smtp://127.0.0.1:${port}` }
    const picture = 'image: {src: images/clocks.png, alt: Three clocks, caption: The clocks of the port}'
    const uncredited = `entries:\n  - {topic: world, headline: One, url: "https://example.org/a", summary: The clocks tell three times., ${picture}}\n`
    const root = await sampleCopy({
      'digests/2024-12-19.yaml': uncredited,
      'subscribers.csv': audience('a@readers.example'),
    })
    expect(await live(root, env)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('image-credit-missing'),
    })
    expect(await live(root, env, '--force', 'oops')).toMatchObject({ exitCode: 2 })
    expect(received).toEqual([])
    const forced = await live(root, env, '--force', 'The credit is being cleared; the editor agreed.')
    expect(received.length).toBe(1)
    expect(forced.stderr).toContain('image-credit-missing')
    const kept = JSON.parse(await readFile(path.join(root, '.broadsheet/forced.jsonl'), 'utf8'))
    expect(kept).toMatchObject({
      edition: EDITION,
      reason: 'The credit is being cleared; the editor agreed.',
      errors: ['image-credit-missing digests/2024-12-19.yaml:2'],
    })
    const harmful = await sampleCopy({
      'digests/2024-12-19.yaml': uncredited.replace('https://example.org/a', 'https://jo:pw@example.org/a'),
    })
    const refused = await live(harmful, env, '--force', 'We know what we are doing here.')
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('url-userinfo') })
    expect(received.length).toBe(1)
  })

  it('wants the edition by name, a secret, a mail server, and no --now', async () => {
    const root = await sampleCopy()
    const server = { SMTP_URL: 'smtp://127.0.0.1:1' }
    const runs = [
      await runCli(['send', '--live', '--root', root, '--json'], { env: { ...SECRET, ...server } }),
      await runCli(['send', EDITION, '--live', '--root', root, '--json'], { env: server }),
      await runCli(['send', EDITION, '--live', '--root', root, '--json'], { env: SECRET }),
      await runCli(['send', EDITION, '--live', '--now', '2024-12-19T07:00Z', '--root', root, '--json'], {
        env: { ...SECRET, ...server },
      }),
      await runCli(['send', EDITION, '--live', '--root', root, '--json'], {
        env: { ...SECRET, ...server, DATABASE_URL: 'postgres://127.0.0.1:1/x' },
      }),
    ]
    expect(runs.map((run) => run.exitCode)).toEqual([2, 2, 2, 2, 2])
    expect(runs.map((run) => JSON.parse(run.stdout).error.code)).toEqual([
      'name-the-edition',
      'no-secret',
      'no-smtp-url',
      'now-and-live',
      'database-unreachable',
    ])
  })

  it('sends a proof through the mail server to the named address alone, with a way out that does nothing', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy()
    const run = await runCli(['send', EDITION, '--to', 'editor@paper.example', '--root', root], {
      env: { SMTP_URL: `smtp://127.0.0.1:${port}` },
    })
    expect(run.exitCode).toBe(0)
    expect(received.map((one) => one.to)).toEqual([['editor@paper.example']])
    const proof = await PostalMime.parse(received[0]?.raw ?? '')
    expect(proof.subject).toMatch(/^\[Proof\] /)
    expect(proof.html).toContain('href="https://morning.example/u/proof"')
    expect(proof.headers.find((one) => one.key === 'list-unsubscribe')?.value).toBe('<https://morning.example/u/proof>')
  })
})
