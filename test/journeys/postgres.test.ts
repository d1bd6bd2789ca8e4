import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { linkToken } from '../../src/audience/token.ts'
import { postgresForTests } from '../support/postgres.ts'
import { repository, runCli } from '../support/run-cli.ts'
import { emptyFolder, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const EDITION = '2026-11-20'
const SECRET = 'a-secret-of-the-tests-only'
const postgres = postgresForTests()
const READERS = Array.from({ length: 60 }, (_, number) => `r${number}@readers.example,r${number}`)

it('with DATABASE_URL every command goes by the database, and none by a file', { timeout: 120_000 }, async () => {
  const { port, received } = await smtpSink()
  const root = await sampleCopy({ 'subscribers.csv': `email,id\n${READERS.join('\n')}\n` })
  const env = {
    BROADSHEET_SECRET: SECRET,
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    DATABASE_URL: await postgres.database(),
  }
  const run = async (...args: string[]) => runCli([...args, '--root', root, '--json'], { env })
  const json = async (...args: string[]) => JSON.parse((await run(...args)).stdout)

  expect(await json('status', EDITION)).toMatchObject({ error: { code: 'no-ledger' } })
  // A reader leaves by the page, before anything was sent.
  const args = [
    path.join(repository, 'src/bin.js'),
    'serve',
    '--port',
    '0',
    '--metrics-port',
    '0',
    '--root',
    root,
    '--json',
  ]
  const serve = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void serve.kill('SIGKILL'))
  const [said] = (await once(serve.stdout, 'data')) as [Buffer]
  const { url, metricsPort } = JSON.parse(said.toString()) as { url: string; metricsPort: number }
  const token = linkToken({ keys: [SECRET] }, 'unsubscribe', 'morning-digest', 'r7')
  const left = await fetch(`${url.replace(/\/$/, '')}/u/${token}`, {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
  })
  expect(left.status).toBe(200)
  const told = async (what: string) => (await fetch(`http://127.0.0.1:${metricsPort}/${what}`)).text()
  expect(JSON.parse(await told('healthz'))).toEqual({ well: true, why: '' })
  expect(await told('metrics')).toMatch(/broadsheet_events_total\{event="[a-z-]+"\} 1/)
  const ended = once(serve, 'exit')
  serve.kill('SIGTERM')
  await ended

  // Two senders share the work.
  const both = await Promise.all([run('send', EDITION, '--live'), run('send', EDITION, '--live')])
  expect(both.map((one) => one.exitCode)).toEqual([0, 0])
  const counts = both.map((one) => JSON.parse(one.stdout) as { accepted: number; already: number; audience: number })
  expect(counts.map((one) => one.audience)).toEqual([60, 60])
  expect(counts.reduce((sum, one) => sum + one.accepted, 0)).toBe(59)
  expect(received.length).toBe(59)
  expect(new Set(received.map((one) => one.to[0])).size).toBe(59)
  expect(received.map((one) => one.to[0])).not.toContain('r7@readers.example')
  expect(await json('status', EDITION)).toMatchObject({ accepted: 59, skipped: { unsubscribed: 1 }, unknown: 0 })

  expect(await json('hold', EDITION)).toMatchObject({ held: true })
  expect(await json('status', EDITION)).toMatchObject({ held: true })
  expect((await run('release', EDITION)).exitCode).toBe(0)
  // A rehearsal reads there who has left, and keeps its own ledger.
  expect(await json('send', EDITION)).toMatchObject({ live: false, accepted: 59, skipped: { unsubscribed: 1 } })
  const copy = path.join(await emptyFolder(), 'copy.db')
  expect((await run('ledger', 'backup', copy)).exitCode).toBe(0)
  expect(existsSync(copy)).toBe(true)
  expect(await json('ledger', 'purge', '--older', '1d')).toEqual({ editions: 0 })
  expect(await json('ledger', 'move', copy)).toMatchObject({ rows: { delivery: 60 } })
  expect(await json('subscribers', 'show', 'r7@readers.example')).toMatchObject({ state: 'unsubscribed' })
  expect(await readdir(path.join(root, '.broadsheet'))).not.toContain('ledger.db')
})
