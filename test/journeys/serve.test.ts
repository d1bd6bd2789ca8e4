import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { repository, runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

/** The commands as an operator runs them; a real mail server, real requests. */
const SECRET = 'a-secret-of-the-tests-only'
const DATE = '2026-11-20'

async function serving(root: string, env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(
    process.execPath,
    [path.join(repository, 'src/bin.js'), 'serve', '--root', root, '--port', '0', '--json'],
    { env: { PATH: process.env['PATH'] ?? '', BROADSHEET_SECRET: SECRET, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    told.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told.err += text
  })
  await expect.poll(() => told.out, { timeout: 20_000, interval: 50 }).toContain('}')
  const { url } = JSON.parse(told.out) as { url: string }
  const stop = async (): Promise<number> => {
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    return code as number
  }
  return { url, told, stop }
}

const wayOutIn = (raw: Buffer): string =>
  /^List-Unsubscribe: <https:\/\/[^/]+(\/u\/[^>]+)>/im.exec(raw.toString())?.[1] ?? ''

describe('serve beside a send', () => {
  it('keeps a copy from whoever leaves while it is under way, and from the next edition and rehearsal', async () => {
    const sink = await smtpSink()
    const people = Array.from({ length: 30 }, (_, at) => `r${at}@readers.example`)
    const root = await sampleCopy({ 'subscribers.csv': audience(...people) })
    const env = { BROADSHEET_SECRET: SECRET, SMTP_URL: `smtp://127.0.0.1:${sink.port}` }
    // A rehearsal tells the ways out, and makes no database.
    await runCli(['send', DATE, '--root', root], { env })
    expect(existsSync(path.join(root, '.broadsheet/ledger.db'))).toBe(false)
    const outbox = path.join(root, 'outbox', DATE)
    const copies = await Promise.all((await readdir(outbox)).map((name) => readFile(path.join(outbox, name))))
    const last = copies.find((raw) => /^To: r29@/m.test(raw.toString()))
    const site = await serving(root, env)
    const sending = runCli(['send', DATE, '--live', '--rate', '15/s', '--json', '--root', root], { env })
    await expect.poll(() => sink.received.length, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0)
    const left = await fetch(site.url + wayOutIn(last ?? Buffer.from('')), {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
    })
    expect(left.status).toBe(200)
    const { exitCode, stdout } = await sending
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 29, deferred: 0, skipped: { unsubscribed: 1 } })
    expect(exitCode).toBe(0)
    expect(sink.received.flatMap((one) => one.to)).not.toContain('r29@readers.example')
    const status = await runCli(['status', DATE, '--json', '--root', root])
    expect(JSON.parse(status.stdout)).toMatchObject({ accepted: 29, planned: 0, skipped: { unsubscribed: 1 } })
    const again = await runCli(['send', DATE, '--dry-run', '--json', '--root', root], { env })
    expect(JSON.parse(again.stdout)).toMatchObject({ skipped: { unsubscribed: 1 } })
    expect(await site.stop()).toBe(0)
    expect(site.told.err).not.toMatch(/r\d+@|\/u\/|[a-z2-7]{20}/)
  })
})

describe('serve', () => {
  it('signs somebody up by a mail through the publication’s server, and the next edition goes to them', async () => {
    const sink = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': audience('ada@readers.example') })
    const env = { BROADSHEET_SECRET: SECRET, SMTP_URL: `smtp://127.0.0.1:${sink.port}` }
    const site = await serving(root, env)
    const form = /name="form" value="([^"]+)"/.exec(await (await fetch(`${site.url}/sign-up`)).text())?.[1] ?? ''
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const body = new URLSearchParams({ form, email: 'new@readers.example', name: 'Cy' })
    expect((await fetch(`${site.url}/sign-up`, { method: 'POST', body })).status).toBe(200)
    await expect.poll(() => sink.received.length, { timeout: 20_000, interval: 20 }).toBe(1)
    const [mail] = sink.received
    const { subject, from, text, html, headers } = await PostalMime.parse(mail?.raw ?? '')
    expect({ to: mail?.to, subject, from: from?.address }).toEqual({
      to: ['new@readers.example'],
      subject: 'Please confirm: The Morning Digest',
      from: 'digest@morning.example',
    })
    expect(headers.find((one) => one.key === 'auto-submitted')?.value).toBe('auto-generated')
    const link = /https:\/\/morning\.example(\/c\/\S+)/.exec(text ?? '')?.[1] ?? ''
    expect(html).toContain(link)
    expect(`${text}${html}`).not.toMatch(/Cy\b|link\.invalid/)
    for (let opened = 0; opened < 5; opened++) await fetch(site.url + link)
    expect((await fetch(site.url + link, { method: 'POST' })).status).toBe(200)
    expect(await site.stop()).toBe(0)
    const sent = await runCli(['send', DATE, '--live', '--json', '--root', root], { env })
    expect(JSON.parse(sent.stdout)).toMatchObject({ audience: 2, accepted: 2 })
    expect(sink.received.flatMap((one) => one.to)).toContain('new@readers.example')
  })

  it('puts its mails into the outbox where there is no mail server, and answers what is under way when it is stopped', async () => {
    const root = await sampleCopy()
    const site = await serving(root)
    expect(JSON.parse(site.told.out)).toMatchObject({ mail: 'outbox' })
    const asked = Array.from({ length: 50 }, () => fetch(`${site.url}/sign-up`).then((one) => one.status))
    await asked[0]
    const code = site.stop()
    const answers = await Promise.allSettled(asked)
    expect(await code).toBe(0)
    expect(answers.every((one) => one.status === 'rejected' || one.value === 200)).toBe(true)
  })

  it('does not start without a secret, or on a port that is taken', async () => {
    const root = await sampleCopy()
    const none = await runCli(['serve', '--port', '0', '--root', root, '--json'])
    expect(none.exitCode).toBe(2)
    expect(JSON.parse(none.stdout).error.code).toBe('no-secret')
    const site = await serving(root)
    const { port } = new URL(site.url)
    const taken = await runCli(['serve', '--port', port, '--root', root, '--json'], {
      env: { BROADSHEET_SECRET: SECRET },
    })
    expect(taken.exitCode).toBe(2)
    expect(JSON.parse(taken.stdout).error.code).toBe('port-taken')
  })

  it('says which template of the publication it cannot use', async () => {
    const root = await sampleCopy()
    await mkdir(path.join(root, 'templates/pages'), { recursive: true })
    await writeFile(path.join(root, 'templates/pages/notice.hbs'), '{{#if}}')
    const { exitCode, stdout } = await runCli(['serve', '--port', '0', '--root', root, '--json'], {
      env: { BROADSHEET_SECRET: SECRET },
    })
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'bad-template',
      message: expect.stringContaining('pages/notice.hbs'),
    })
  })
})
