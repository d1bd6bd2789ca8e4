import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import PostalMime from 'postal-mime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'
import { troubledServer } from '../support/troubled-server.ts'

const EDITION = '2024-12-19'
/** Tokyo has its seven o'clock at 22:00Z of the day before, London at 07:00Z, New York at 12:00Z. */
const WORLD = `email,timezone,deliverAt
tokyo@readers.example,Asia/Tokyo,
london@readers.example,,
early@readers.example,Europe/London,05:30
newyork@readers.example,America/New_York,
`

async function rehearse(root: string, now: string, ...more: string[]) {
  const run = await runCli(['send', '--root', root, '--now', now, '--due', '--json', ...more])
  return {
    ...run,
    report: JSON.parse(run.stdout) as Record<string, unknown> & { editions?: Record<string, unknown>[] },
  }
}

const outboxOf = async (root: string, date = EDITION): Promise<string[]> => {
  const folder = path.join(root, 'outbox', date)
  const names = await readdir(folder).catch(() => [])
  const mails = await Promise.all(names.map(async (name) => PostalMime.parse(await readFile(path.join(folder, name)))))
  return mails.map((mail) => `${mail.to?.[0]?.address?.split('@')[0]} ${mail.date}`).sort()
}

/** The sample with one edition only, and readers around the world. */
const world = (more: Record<string, string> = {}) => sampleCopy({ 'subscribers.csv': WORLD, ...more })

describe('send --due', () => {
  it('serves everybody at their own seven o’clock, once, whatever the cadence, and dates the copy with it', async () => {
    const root = await world()
    const report = async (now: string) => (await rehearse(root, now, EDITION)).report
    expect(await report('2024-12-18T21:59Z')).toMatchObject({ audience: 4, accepted: 0, notDue: 4, planned: 0 })
    expect(await report('2024-12-18T22:05Z')).toMatchObject({ accepted: 1, notDue: 3, already: 0 })
    expect(await report('2024-12-19T07:10Z')).toMatchObject({ accepted: 2, notDue: 1, already: 1 })
    expect(await report('2024-12-19T07:10Z')).toMatchObject({ accepted: 0, notDue: 1, already: 3 })
    expect(await report('2024-12-19T12:40Z')).toMatchObject({ accepted: 1, notDue: 0, already: 3, nextDue: null })
    expect(await outboxOf(root)).toEqual([
      'early 2024-12-19T05:30:00.000Z',
      'london 2024-12-19T07:00:00.000Z',
      'newyork 2024-12-19T12:00:00.000Z',
      'tokyo 2024-12-18T22:00:00.000Z',
    ])
  })

  it('after missed runs serves who can still be served, and counts the others as too late', async () => {
    const root = await world()
    const { report, exitCode } = await rehearse(root, '2024-12-19T10:00Z', EDITION)
    expect(report).toMatchObject({
      audience: 4,
      accepted: 1,
      notDue: 1,
      skipped: { 'too-late': 2 },
      nextDue: '2024-12-19T12:00:00.000Z',
    })
    expect(exitCode).toBe(0)
  })

  it('gives who is too late the next morning instead, where the publication wants that', async () => {
    const yaml = await readFile('broadsheet.yaml', 'utf8')
    const root = await world({ 'broadsheet.yaml': `${yaml}\nwhenLate: next\n` })
    expect((await rehearse(root, '2024-12-19T10:00Z', EDITION)).report).toMatchObject({ accepted: 1, notDue: 3 })
    expect((await rehearse(root, '2024-12-20T07:01Z', EDITION)).report).toMatchObject({
      accepted: 1,
      already: 1,
      notDue: 2,
    })
  })

  it('without a name takes every edition somebody is due for, and no other', async () => {
    const root = await world()
    const tomorrow = (await readFile(path.join(root, `digests/${EDITION}.yaml`), 'utf8')).replace(
      /headline: .*/,
      'headline: Another day',
    )
    await writeFile(path.join(root, 'digests/2024-12-20.yaml'), tomorrow)
    const dates = async (now: string, ...more: string[]) =>
      (await rehearse(root, now, ...more)).report.editions?.map((one) => [one['edition'], one['accepted']])
    expect(await dates('2024-12-18T20:00Z')).toEqual([])
    expect(await dates('2024-12-19T12:30Z')).toEqual([[EDITION, 1]])
    // New York's Thursday is not over when Tokyo's Friday begins, if copies may be so late.
    expect(await dates('2024-12-19T22:30Z')).toEqual([['2024-12-20', 1]])
  })

  it('holds a draft back, and an edition under embargo until its end', async () => {
    const root = await world()
    const file = path.join(root, `digests/${EDITION}.yaml`)
    const yaml = await readFile(file, 'utf8')
    await writeFile(file, `status: draft\n${yaml}`)
    const draft = await rehearse(root, '2024-12-19T07:10Z', EDITION)
    expect(draft.report).toMatchObject({ accepted: 0, heldBack: expect.stringContaining('is a draft') })
    expect(draft.exitCode).toBe(0)
    expect((await rehearse(root, '2024-12-19T07:10Z', EDITION, '--require-edition')).exitCode).toBe(2)
    await writeFile(file, `embargo: "2024-12-19T08:00:00Z"\n${yaml}`)
    expect((await rehearse(root, '2024-12-19T07:10Z', EDITION)).report).toMatchObject({ accepted: 0, notDue: 4 })
    expect((await rehearse(root, '2024-12-19T08:01Z', EDITION)).report).toMatchObject({ accepted: 3, notDue: 1 })
  })

  it('says so when there is nothing, and fails only if it was told to', async () => {
    const root = await world()
    await rm(path.join(root, 'digests'), { recursive: true })
    await mkdir(path.join(root, 'digests'))
    const none = await runCli(['send', '--root', root, '--now', '2024-12-19T07:00Z', '--due'])
    expect([none.exitCode, none.stdout]).toEqual([
      0,
      'There is no edition for which anybody is due. Nothing to send.\n',
    ])
    const required = await runCli(['send', '--root', root, '--now', '2024-12-19T07:00Z', '--due', '--require-edition'])
    expect(required.exitCode).toBe(2)
  })

  it('with --wait stays for the next wave', async () => {
    const root = await world()
    const { report, milliseconds } = await rehearse(root, '2024-12-19T06:59:57Z', EDITION, '--wait', '10s')
    expect(report).toMatchObject({ audience: 4, accepted: 2, notDue: 1, already: 0, skipped: { 'too-late': 1 } })
    // It leaves when nobody becomes due within the wait any more.
    expect(milliseconds).toBeGreaterThan(3000)
    expect(milliseconds).toBeLessThan(12_000)
  })
})

describe('the report of a run', () => {
  it('is Markdown for the job’s page and JSON for a webhook, with the same facts', async () => {
    const root = await world()
    const told: string[] = []
    const hook = createServer((request, answer) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        told.push(body)
        answer.end()
      })
    })
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise((resolve) => hook.close(() => resolve(undefined))))
    const { port } = await troubledServer({
      get rcpt() {
        return told.length === 0 ? '550 no such user | <b>x</b>' : '250 ok'
      },
    })
    const summary = path.join(root, 'summary.md')
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`
    const run = await runCli(['send', EDITION, '--live', '--root', root, '--notify', url], {
      env: {
        BROADSHEET_SECRET: 'a-secret-of-the-tests-only',
        SMTP_URL: `smtp://127.0.0.1:${port}`,
        GITHUB_STEP_SUMMARY: summary,
      },
    })
    expect(run.exitCode).toBe(3)
    const markdown = await readFile(summary, 'utf8')
    expect(markdown).toContain('### 🔴 2024-12-19')
    expect(markdown).toContain('| rejected | 4 |')
    expect(markdown).toContain('| audience | 4 |')
    expect(JSON.parse(told[0] ?? '')).toMatchObject({
      publication: 'morning-digest',
      exitCode: 3,
      editions: [{ edition: EDITION, audience: 4, rejected: 4, alarm: true }],
    })
  })

  it('says of a webhook that nobody answers that the run itself is done', async () => {
    const root = await world()
    const run = await runCli(['send', EDITION, '--root', root, '--notify', 'http://127.0.0.1:1/'])
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toContain('could not be reached')
    expect(run.stderr).toContain('The run itself is done.')
  })
})

describe('a ledger that does not know of a run that began', () => {
  const send = (root: string, port: number, more: Record<string, string> = {}) =>
    runCli(['send', EDITION, '--live', '--root', root, '--json'], {
      env: { BROADSHEET_SECRET: 'a-secret-of-the-tests-only', SMTP_URL: `smtp://127.0.0.1:${port}`, ...more },
    })

  it('is refused before anything is sent: lost, or older than that run', async () => {
    const { port, received } = await smtpSink()
    const root = await world()
    expect((await send(root, port)).exitCode).toBe(0)
    await rm(path.join(root, '.broadsheet/ledger.db'))
    const second = await send(root, port)
    expect(second.exitCode).toBe(2)
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'ledger-behind' } })
    expect(received).toHaveLength(4)
  })

  it('is told by a note that is kept before the first copy leaves, or nothing leaves', async () => {
    const { port, received } = await smtpSink()
    const root = await world()
    const failing = await send(root, port, { BROADSHEET_ON_BEGIN: 'echo the branch is protected >&2; false' })
    expect(failing.exitCode).toBe(2)
    expect(JSON.parse(failing.stdout).error.message).toBe(
      'BROADSHEET_ON_BEGIN failed: the branch is protected Nothing was sent.',
    )
    expect(received).toHaveLength(0)
    const kept = await send(root, port, { BROADSHEET_ON_BEGIN: 'cp -r .broadsheet/begun kept' })
    expect(kept.exitCode).toBe(0)
    expect(received).toHaveLength(4)
    expect((await readFile(path.join(root, 'kept', EDITION), 'utf8')).trim().split('\n')).toHaveLength(2)
  })
})
