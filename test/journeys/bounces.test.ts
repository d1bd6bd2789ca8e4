import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { aComplaint, aMail, aReport } from '../bounces/notices.ts'
import { imapServer } from '../support/imap-server.ts'
import { runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { type Received, smtpSink } from '../support/smtp-sink.ts'

const SECRET = { BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }
const EDITION = '2024-12-19'
const NAMES = ['hard', 'soft', 'spam', 'complains', 'leaves', 'away', 'slow', 'fine']

const address = (name: string): string => `${name}@readers.example`
async function bounces(root: string, source: string, ...more: string[]) {
  const run = await runCli(['bounces', source, '--root', root, '--json', ...more], { env: SECRET, cwd: root })
  return { ...run, report: JSON.parse(run.stdout) }
}
const send = (root: string, port: number) =>
  runCli(['send', EDITION, '--live', '--root', root, '--json'], {
    env: { ...SECRET, SMTP_URL: `smtp://127.0.0.1:${port}` },
  })
const listed = async (root: string): Promise<string[]> =>
  (await runCli(['status', EDITION, '--root', root, '--list'])).stdout
    .split('\n')
    .map((line) => line.replaceAll('\t', ' '))

/** A publication whose edition was sent to everybody, and what the mail server got. */
async function sent(): Promise<{
  root: string
  port: number
  copyOf(name: string): { from: string; headers: string }
}> {
  const { port, received } = await smtpSink()
  const root = await sampleCopy({ 'subscribers.csv': audience(...NAMES.map(address)) })
  const yaml = path.join(root, 'broadsheet.yaml')
  await writeFile(
    yaml,
    `${await readFile(yaml, 'utf8')}\nbounceAddress: bounces@morning.example\nunsubscribeAddress: leave@morning.example\n`,
  )
  expect((await send(root, port)).exitCode).toBe(0)
  const copyOf = (name: string) => {
    const one = received.find((copy) => copy.to[0] === address(name)) as Received
    return { from: one.from, headers: one.raw.toString().split('\r\n\r\n')[0] ?? '' }
  }
  return { root, port, copyOf }
}

/** What servers, readers and machines send back for it. */
function answers(copyOf: (name: string) => { from: string; headers: string }): Record<string, string> {
  const report = (name: string, more: object): string =>
    aReport({
      to: copyOf(name).from,
      recipient: address(name),
      returned: copyOf(name).headers,
      messageId: `<${name}@mx.test.example>`,
      ...more,
    })
  const wayOut = /mailto:([^>]+)/.exec(copyOf('leaves').headers)?.[1] ?? ''
  return {
    '1-hard.eml': report('hard', {}),
    '2-soft.eml': report('soft', { status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 mailbox full' }),
    '3-spam.eml': report('spam', { status: '5.7.1', diagnostic: 'smtp; 550 5.7.1 looks like spam' }),
    '4-complains.eml': aComplaint(['Feedback-Type: abuse', 'Version: 1'], copyOf('complains').headers),
    '5-leaves.eml': aMail([`To: ${wayOut}`, 'From: leaves@readers.example', 'Subject: unsubscribe'], ''),
    '6-away.eml': aMail(
      [`To: ${copyOf('away').from}`, 'Return-Path: <>', 'From: away@readers.example', 'Subject: Out of office'],
      'user unknown 550 5.1.1',
    ),
    '7-slow.eml': report('slow', { action: 'delayed', status: '4.4.1', diagnostic: 'smtp; 450 4.4.1 timed out' }),
    '8-fine.eml': report('fine', { action: 'delivered', status: '2.0.0', diagnostic: 'smtp; 250 ok' }),
    '9-forged.eml': report('fine', {
      to: 'bounces+aaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbbbbbb@morning.example',
      returned: 'Subject: x',
      recipient: 'box@else.example',
    }),
    'a-letter.eml': aMail(['From: friend@else.example', 'Subject: Hello'], 'A word of thanks.'),
    'b-strange.eml': aMail(['From: MAILER-DAEMON@else.example', 'Subject: Something'], 'Something happened.'),
    'c-nothing.txt': 'not a mail',
  }
}

describe('bounces', () => {
  it('takes a folder of returned mail, once', { timeout: 60_000 }, async () => {
    const { root, port, copyOf } = await sent()
    await mkdir(path.join(root, 'returned'))
    const mails = answers(copyOf)
    for (const [name, mail] of Object.entries(mails)) await writeFile(path.join(root, 'returned', name), mail)

    const rehearsed = await bounces(root, 'returned', '--dry-run')
    expect(rehearsed.report).toMatchObject({
      mails: 12,
      dryRun: true,
      bounced: 0,
      suppressed: 0,
      verdicts: { hard: 2 },
    })
    expect((await listed(root)).filter((line) => line.startsWith('bounced'))).toEqual([])

    const first = await bounces(root, 'returned')
    expect(first.exitCode).toBe(1)
    expect(first.report).toMatchObject({
      mails: 12,
      again: 0,
      verdicts: {
        hard: 2,
        soft: 1,
        refused: 1,
        complaint: 1,
        unsubscribe: 1,
        delayed: 1,
        success: 1,
        'auto-reply': 1,
        other: 1,
        unclear: 2,
      },
      unproven: 1,
      bounced: 3,
      suppressed: 2,
      unsubscribed: 1,
    })
    expect(first.report.rows[0]).toMatchObject({
      place: '1-hard.eml',
      address: 'h…@readers.example',
      edition: EDITION,
      proof: 'token',
      suppressed: true,
    })
    expect(first.stdout + first.stderr).not.toMatch(/(hard|soft|spam|leaves)@/)

    const second = await bounces(root, 'returned')
    expect(second.report).toMatchObject({
      mails: 12,
      again: 8,
      bounced: 0,
      suppressed: 0,
      unsubscribed: 0,
      unproven: 1,
    })
    for (const [name, mail] of Object.entries(mails))
      expect(await readFile(path.join(root, 'returned', name), 'utf8')).toBe(mail)

    const lines = await listed(root)
    const lineOf = (name: string): string => lines.find((line) => line.includes(address(name))) ?? ''
    expect(lineOf('hard')).toMatch(/^bounced .* hard, no such mailbox: 550 5\.1\.1 <…>: user unknown/)
    expect(lineOf('soft')).toMatch(/^bounced .* soft, mailbox full: 552 5\.2\.2 mailbox full \(1 in a row of 5\)/)
    expect(lineOf('spam')).toMatch(/^bounced .* refused, the copy or its sender was refused/)
    expect(lineOf('complains')).toMatch(/^accepted .* complaint, complaint: abuse/)
    for (const name of ['leaves', 'away', 'slow', 'fine']) expect(lineOf(name)).toMatch(/^accepted /)
    const counts = JSON.parse((await runCli(['status', EDITION, '--root', root, '--json'])).stdout)
    expect(counts).toMatchObject({ audience: 8, accepted: 5, bounced: 3 })

    // The next edition passes over who is gone, and says why; the ledger tells nothing of the mailbox that was full.
    const next = '2024-12-20'
    await writeFile(path.join(root, `digests/${next}.yaml`), await readFile(path.join(root, `digests/${EDITION}.yaml`)))
    const later = await runCli(['send', next, '--live', '--root', root, '--json'], {
      env: { ...SECRET, SMTP_URL: `smtp://127.0.0.1:${port}` },
    })
    const { accepted, skipped } = JSON.parse(later.stdout)
    expect(accepted).toBe(5)
    expect(skipped).toEqual({ suppressed: 2, unsubscribed: 1 })
    const csv = (await runCli(['status', next, '--root', root, '--csv'])).stdout
    expect(csv).toContain('suppressed (hard, no such mailbox: 550 5.1.1 <…>: user unknown)')
    expect(csv).toContain('suppressed (complaint, complaint: abuse)')
  })

  it('takes one mail as a mail server’s pipe and keeps what it cannot use, or reads a mailbox on a server', {
    timeout: 60_000,
  }, async () => {
    const { root, copyOf } = await sent()
    const pipe = (input: string) => runCli(['bounces', '-', '--root', root, '--json'], { env: SECRET, input })
    const mails = answers(copyOf)
    const hard = await pipe(`From MAILER-DAEMON Fri Nov 20 08:00:00 2026\n${mails['1-hard.eml']}`)
    expect(hard.exitCode).toBe(0)
    expect(JSON.parse(hard.stdout)).toMatchObject({ bounced: 1, suppressed: 1, rows: [{ kept: null }] })
    const strange = await pipe(mails['b-strange.eml'] ?? '')
    expect(strange.exitCode).toBe(0)
    const [{ kept }] = JSON.parse(strange.stdout).rows
    expect(await readFile(path.join(root, kept), 'utf8')).toContain('Something happened.')
    expect((await stat(path.join(root, kept))).mode & 0o777).toBe(0o600)
    expect(await readdir(path.join(root, '.broadsheet/bounces'))).toHaveLength(1)

    const there = ['1-hard.eml', '4-complains.eml', 'a-letter.eml'].map((name) => Buffer.from(mails[name] ?? ''))
    const { port } = await imapServer('bounces', 'right', there)
    const read = await runCli(['bounces', `imap://bounces@127.0.0.1:${port}/INBOX`, '--root', root, '--json'], {
      env: { ...SECRET, IMAP_PASSWORD: 'right' },
    })
    expect(JSON.parse(read.stdout)).toMatchObject({
      mails: 3,
      again: 1,
      suppressed: 1,
      rows: [{ again: true }, { place: 'INBOX/2', verdict: 'complaint' }, { verdict: 'other', kept: null }],
    })
  })

  it('wants the secret copies were sent with, and a ledger', async () => {
    const root = await sampleCopy()
    const none = await runCli(['bounces', '-', '--root', root, '--json'], { input: '' })
    expect(none).toMatchObject({ exitCode: 2 })
    expect(JSON.parse(none.stdout).error.code).toBe('no-secret')
    expect((await bounces(root, '.')).report.error.code).toBe('no-ledger')
  })
})
