import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runFleet } from '../../scripts/fleet.ts'
import { postgresForTests } from '../support/postgres.ts'
import { repository, runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const EDITION = '2026-11-20'
const postgres = postgresForTests()

const READERS = Array.from({ length: 40 }, (_, number) => `reader${number}@readers.example`)

/** A worker as a process of its own, and what it has logged so far. */
function startWorker(root: string, env: Record<string, string>, ...more: string[]) {
  const args = [path.join(repository, 'src/bin.js'), 'work', '--root', root, ...more]
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { log: '', out: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.log += text
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  return { child, said }
}

async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 40): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100))
    if (await holds()) return
  throw new Error(`not within ${seconds} s: ${what}`)
}

async function stopped(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = await exit
  return code
}

describe('work', () => {
  it('delivers what `send` put into the queue: held, released, watched, and ended by SIGTERM', {
    timeout: 120_000,
  }, async () => {
    const { port, received } = await smtpSink()
    const env = {
      BROADSHEET_SECRET: 'a-secret-for-tests-only',
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      DATABASE_URL: await postgres.database(),
    }
    const root = await sampleCopy({ 'subscribers.csv': audience(...READERS) })
    const enqueue = ['send', EDITION, '--live', '--enqueue', '--root', root, '--json']
    const first = await runCli(enqueue, { env })
    expect(first.exitCode).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({ audience: 40, notDue: 40, queued: 40, accepted: 0, deferred: 0 })
    expect(JSON.parse((await runCli(enqueue, { env })).stdout)).toMatchObject({ audience: 40, notDue: 40 })

    // A copy of the publication that has another version of the edition delivers nothing of it.
    const other = await sampleCopy({ 'subscribers.csv': audience(...READERS) })
    const file = path.join(other, `digests/${EDITION}.yaml`)
    await writeFile(file, (await readFile(file, 'utf8')).replace(/headline: /, 'headline: Not '))
    const wrong = startWorker(other, env)
    await until('the other version is refused', () => wrong.said.log.includes('another version'))
    expect(await stopped(wrong.child)).toBe(0)
    expect(received).toEqual([])

    expect((await runCli(['hold', EDITION, '--root', root], { env })).exitCode).toBe(0)
    const { child, said } = startWorker(root, env, '--metrics-port', '0')
    await until('the worker meets the hold', () => said.log.includes('on hold'))
    expect(received).toEqual([])
    await runCli(['release', EDITION, '--root', root], { env })
    await until('everybody is served', () => received.length === 40)
    expect(new Set(received.map((one) => one.to[0])).size).toBe(40)

    const lines = said.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const at = `http://127.0.0.1:${lines.find((one) => one['event'] === 'started')?.['metricsPort']}`
    await until('the ledger has all of it', async () =>
      (await (await fetch(`${at}/metrics`)).text()).includes('outcome="accepted"} 40'),
    )
    const metrics = await (await fetch(`${at}/metrics`)).text()
    expect(metrics).toContain(`broadsheet_deliveries{edition="${EDITION}",state="accepted"} 40`)
    expect(metrics).toContain(`broadsheet_mail_server_up{server="127.0.0.1:${port}"} 1`)
    expect(metrics).toContain('broadsheet_workers 1')
    const health = await fetch(`${at}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { well: true, why: '' }])
    expect(await stopped(child)).toBe(0)
    expect(said.out).toMatch(/^40 accepted in \d+ batches\.\n$/)
    expect(`${said.log}${metrics}`).not.toContain('readers.example')

    const status = await runCli(['status', EDITION, '--root', root, '--watch'], { env })
    expect(status.exitCode).toBe(0)
    expect(status.stdout).toContain('40 of 40 accepted; done')
    expect((await runCli(['work', '--root', root, '--until-empty'], { env })).exitCode).toBe(0)
    expect(received.length).toBe(40)
  })

  it('says what it needs', async () => {
    const root = await sampleCopy()
    const env = { BROADSHEET_SECRET: 'a-secret-for-tests-only', SMTP_URL: 'smtp://127.0.0.1:1' }
    const runs = await Promise.all([
      runCli(['work', '--root', root, '--json'], { env }),
      runCli(['send', EDITION, '--live', '--enqueue', '--root', root, '--json'], { env }),
      runCli(['send', EDITION, '--enqueue', '--root', root, '--json'], { env }),
      runCli(['send', EDITION, '--live', '--enqueue', '--first', '5', '--root', root, '--json'], { env }),
    ])
    expect(runs.map((run) => [run.exitCode, JSON.parse(run.stdout).error.code])).toEqual([
      [2, 'no-database'],
      [2, 'no-database'],
      [2, 'usage'],
      [2, 'usage'],
    ])
  })
})

describe('workers killed with SIGKILL at random, and a database that crashes', () => {
  it('lose nobody and send nobody two copies', { timeout: 180_000 }, async () => {
    const fleet = { subscribers: 1500, workers: 2, servers: 2, connections: 8, delay: 2, kills: 2, crashes: 1 }
    const { lost, doubled, killed, largestDoubt, taken, unknown } = await runFleet(fleet)
    expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 })
    expect(taken + unknown).toBeGreaterThanOrEqual(1500)
    expect(killed).toBe(2)
    // One kill and the crash, of both workers, may fall together.
    expect(largestDoubt).toBeLessThanOrEqual(3 * fleet.connections)
  })
})
