import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { troubledServer } from '../support/troubled-server.ts'

const EDITION = '2024-12-19'
const three = audience('a@readers.example', 'b@readers.example', 'c@readers.example')

describe('an outbox that cannot be written', () => {
  it('stops the run in one line, loses nobody, and goes on when it can', async () => {
    const root = await sampleCopy({ 'subscribers.csv': three })
    await mkdir(path.join(root, 'outbox'))
    await writeFile(path.join(root, 'outbox', EDITION), 'a file where a folder should be')
    const first = await runCli(['send', EDITION, '--root', root])
    expect(first.exitCode).toBe(2)
    expect(first.stderr.trim().split('\n')).toHaveLength(2)
    expect(first.stderr).toMatch(/outbox\/2024-12-19 cannot be written: .* Nothing was sent\.\n.*run `send` again/)
    await rm(path.join(root, 'outbox', EDITION))
    const second = await runCli(['send', EDITION, '--root', root, '--json'])
    expect(JSON.parse(second.stdout)).toMatchObject({ audience: 3, accepted: 3, unknown: 0 })
    expect(await readdir(path.join(root, 'outbox', EDITION))).toHaveLength(3)
  })
})

describe('a clock that jumps back between two runs', () => {
  it('makes no second copy, and keeps nobody waiting', async () => {
    const root = await sampleCopy({ 'subscribers.csv': audience('a@readers.example') })
    const send = async (now: string) =>
      JSON.parse((await runCli(['send', EDITION, '--root', root, '--json', '--now', now])).stdout) as object
    expect(await send('2024-12-19T08:00Z')).toMatchObject({ accepted: 1 })
    await writeFile(path.join(root, 'subscribers.csv'), three)
    expect(await send('2024-12-19T05:00Z')).toMatchObject({ audience: 3, already: 1, accepted: 2, notDue: 0 })
  })
})

describe('a mail server', () => {
  const send = (root: string, port: number, ...more: string[]) =>
    runCli(['send', EDITION, '--live', '--root', root, '--json', ...more], {
      env: {
        BROADSHEET_SECRET: 'a-secret-of-the-tests-only',
        SMTP_URL: `smtp://127.0.0.1:${port}?timeout=1s`,
      },
    })

  it('that hangs is given up by the clock; before the dot the copy is deferred, after it unknown', async () => {
    for (const [at, counts, exitCode] of [
      [{ rcpt: 'silence' }, { deferred: 3, unknown: 0 }, 3],
      [{ dot: 'silence' }, { deferred: 0, unknown: 3 }, 3],
    ] as const) {
      const { port } = await troubledServer(at)
      const root = await sampleCopy({ 'subscribers.csv': three })
      const run = await send(root, port)
      expect(JSON.parse(run.stdout)).toMatchObject({ audience: 3, accepted: 0, ...counts })
      expect(run.exitCode).toBe(exitCode)
    }
  })

  it('that greylists gets the same copy again from the next run, and takes it', async () => {
    const root = await sampleCopy({ 'subscribers.csv': three })
    const grey = await troubledServer({ rcpt: '450 4.2.0 greylisted, come back' })
    expect(JSON.parse((await send(root, grey.port)).stdout)).toMatchObject({ deferred: 3, accepted: 0 })
    const well = await troubledServer({})
    const second = await send(root, well.port)
    expect(JSON.parse(second.stdout)).toMatchObject({ audience: 3, planned: 3, accepted: 3, deferred: 0 })
    expect(second.exitCode).toBe(0)
    expect(well.bodies).toHaveLength(3)
  })

  it('that asks for patience once is asked again in the same run', async () => {
    let asked = 0
    const { port, bodies } = await troubledServer({
      get mail() {
        asked += 1
        return asked === 1 ? '421 too many connections' : '250 ok'
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': three })
    const run = await send(root, port)
    expect(JSON.parse(run.stdout)).toMatchObject({ accepted: 3, deferred: 0 })
    expect(run.exitCode).toBe(0)
    expect(bodies).toHaveLength(3)
  })
})

describe('--first', () => {
  it('serves so many and leaves the rest for the next run', async () => {
    const root = await sampleCopy({ 'subscribers.csv': three })
    const canary = await runCli(['send', EDITION, '--root', root, '--json', '--first', '2'])
    expect(JSON.parse(canary.stdout)).toMatchObject({ audience: 3, planned: 2, accepted: 2, notDue: 1, deferred: 0 })
    expect(canary.exitCode).toBe(0)
    const rest = await runCli(['send', EDITION, '--root', root, '--json'])
    expect(JSON.parse(rest.stdout)).toMatchObject({ audience: 3, planned: 1, already: 2, accepted: 1, notDue: 0 })
  })
})
