import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'

const EDITION = '2026-11-20'

async function copies(root: string, date = EDITION): Promise<string[]> {
  return (await readdir(path.join(root, 'outbox', date)).catch(() => [])).sort()
}

async function copyFor(root: string, address: string) {
  for (const name of await copies(root)) {
    const mail = await PostalMime.parse(await readFile(path.join(root, 'outbox', EDITION, name)))
    if (mail.to?.[0]?.address === address) return mail
  }
  throw new Error(`no copy for ${address}`)
}

describe('send into the outbox', () => {
  it('gives every subscriber of the sample one copy, with their name and their own way out', async () => {
    const root = await sampleCopy()
    const run = await runCli(['send', '--root', root])
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await copies(root)).toHaveLength(9)
    const ada = await copyFor(root, 'ada@readers.example')
    const sam = await copyFor(root, 'sam@readers.example')
    expect(ada.html).toContain('This copy was set for Ada Lovelace.')
    expect(ada.text).toContain('This copy was set for Ada Lovelace.')
    const wayOut = (mail: typeof ada) =>
      mail.headers.find((one) => one.key === 'list-unsubscribe')?.value.replace(/[<>]/g, '') ?? ''
    expect(wayOut(ada)).toMatch(/^https:\/\/morning\.example\/u\/[a-z2-7]{20}\.[\w-]{22}$/)
    expect(ada.html).toContain(`href="${wayOut(ada)}"`)
    expect(ada.text).toContain(wayOut(ada))
    expect(wayOut(sam)).not.toBe(wayOut(ada))
    expect(sam.html).not.toContain(wayOut(ada))
  })

  it('adds nothing on a second run, and says who was there already', async () => {
    const root = await sampleCopy()
    await runCli(['send', '--root', root])
    const before = await Promise.all(
      (await copies(root)).map((name) => readFile(path.join(root, 'outbox', EDITION, name))),
    )
    const second = await runCli(['send', '--root', root, '--json'])
    const after = await Promise.all(
      (await copies(root)).map((name) => readFile(path.join(root, 'outbox', EDITION, name))),
    )
    expect(JSON.parse(second.stdout)).toMatchObject({
      audience: 10,
      planned: 0,
      already: 9,
      accepted: 0,
      skipped: { 'no-topic': 1 },
    })
    expect(after).toEqual(before)
  })

  it('serves the newcomer alone when one joined after the first run', async () => {
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    await runCli(['send', '--root', root])
    const csv = path.join(root, 'subscribers.csv')
    const { writeFile } = await import('node:fs/promises')
    await writeFile(csv, audience('a@readers.example', 'b@readers.example'))
    const second = await runCli(['send', '--root', root, '--json'])
    expect(JSON.parse(second.stdout)).toMatchObject({ audience: 2, planned: 1, already: 1, accepted: 1 })
  })

  it('prints all keys of the contract, and accounts that add up', async () => {
    const root = await sampleCopy({
      'subscribers.csv':
        'email,status,topics\na@readers.example,,\nb@readers.example,paused,\nnot an address,,\nA@readers.example,,\nc@readers.example,,world\n',
    })
    const { stdout, exitCode } = await runCli(['send', '--root', root, '--json'])
    const report = JSON.parse(stdout)
    expect(Object.keys(report)).toEqual([
      'edition',
      'live',
      'audience',
      'planned',
      'already',
      'accepted',
      'deferred',
      'rejected',
      'unknown',
      'notDue',
      'skipped',
      'seconds',
    ])
    expect(report).toMatchObject({
      edition: EDITION,
      live: false,
      audience: 5,
      planned: 1,
      accepted: 1,
      skipped: { inactive: 1, 'bad-address': 1, duplicate: 1, 'no-topic': 1 },
    })
    expect(exitCode).toBe(0)
  })

  it('shows a subscriber only the topics they chose, with a lead, subject and counts of their own', async () => {
    const root = await sampleCopy()
    await runCli(['send', '--root', root])
    const konrad = await copyFor(root, 'konrad@readers.example')
    const ada = await copyFor(root, 'ada@readers.example')
    expect(konrad.subject).not.toBe(ada.subject)
    expect(konrad.html).toContain('4 stories')
    expect(konrad.html).not.toContain('>Runtime<')
    expect(ada.html).toContain('10 stories')
  })

  it('writes nothing on --dry-run', async () => {
    const root = await sampleCopy()
    const { stdout } = await runCli(['send', '--root', root, '--dry-run', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ audience: 10, planned: 9, accepted: 0 })
    expect(await copies(root)).toEqual([])
  })

  it('keeps to the outbox even when a mail server is configured', async () => {
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const run = await runCli(['send', '--root', root], { env: { SMTP_URL: 'smtp://127.0.0.1:1' } })
    expect(run.exitCode).toBe(0)
    expect(await copies(root)).toHaveLength(1)
  })

  it('lets no subscriber write headers, markup or a second recipient', async () => {
    const evil = '"Eve""> <script>alert(1)</script>\r\nBcc: victim@example.org"'
    const root = await sampleCopy({ 'subscribers.csv': `email,name\nevil@readers.example,${evil}\n` })
    await runCli(['send', '--root', root])
    const mail = await copyFor(root, 'evil@readers.example')
    expect(mail.bcc).toBeUndefined()
    expect(mail.to).toHaveLength(1)
    expect(mail.to?.[0]?.name).toBe('Eve"> <script>alert(1)</script> Bcc: victim@example.org')
    expect(mail.html).not.toContain('<script>')
    expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('makes what can be made of an edition with an error, names it, and exits with 1', async () => {
    const root = await sampleCopy({
      'subscribers.csv': audience('a@readers.example'),
      'digests/2024-12-19.yaml':
        'entries:\n  - {topic: world, headline: Good one, url: "https://example.org/a", summary: It holds.}\n  - {topic: wrld, headline: Bad one, url: "https://example.org/b", summary: It does not.}\n',
    })
    const run = await runCli(['send', '2024-12-19', '--root', root])
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('digests/2024-12-19.yaml:3:13  error  unknown-topic')
    expect(run.stderr).toContain('Did you mean "world"?')
    expect(await copies(root, '2024-12-19')).toHaveLength(1)
  })

  it('says so and exits with 0 when there is no edition for today, and with 2 when one is required', async () => {
    const root = await sampleCopy()
    const quiet = await runCli(['send', 'today', '--root', root, '--now', '2025-01-01T06:00Z'])
    expect(quiet).toMatchObject({
      exitCode: 0,
      stdout: 'There is no edition for today, 2025-01-01. Nothing to send.\n',
    })
    const strict = await runCli(['send', 'today', '--root', root, '--now', '2025-01-01T06:00Z', '--require-edition'])
    expect(strict.exitCode).toBe(2)
  })
})
