import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { repository, runCli } from '../support/run-cli.ts'
import { audience, sampleCopy } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const SECRET = { BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }
const EDITION = '2024-12-19'
const many = (count: number): string =>
  audience(...Array.from({ length: count }, (_, index) => `s${index}@readers.example`))

async function live(root: string, port: number, ...more: string[]) {
  const run = await runCli(['send', EDITION, '--live', '--root', root, '--json', ...more], {
    env: { ...SECRET, SMTP_URL: `smtp://127.0.0.1:${port}` },
  })
  return {
    ...run,
    report: JSON.parse(run.stdout) as Record<string, unknown> & { error?: { code: string; message: string } },
  }
}
const status = async (root: string, ...more: string[]) => {
  const run = await runCli(['status', EDITION, '--root', root, '--json', ...more])
  return { exitCode: run.exitCode, ...(JSON.parse(run.stdout) as Record<string, unknown>) }
}
const counted = (received: readonly { to: string[] }[]): number[] =>
  [...Map.groupBy(received, (one) => one.to[0]).values()].map((all) => all.length)

describe('a second run', () => {
  it('sends nobody a second copy, and serves who joined in between', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': many(3) })
    expect((await live(root, port)).report).toMatchObject({ audience: 3, planned: 3, accepted: 3, already: 0 })
    expect((await live(root, port)).report).toMatchObject({ audience: 3, planned: 0, accepted: 0, already: 3 })
    await writeFile(path.join(root, 'subscribers.csv'), many(4))
    expect((await live(root, port)).report).toMatchObject({ audience: 4, planned: 1, accepted: 1, already: 3 })
    expect(counted(received)).toEqual([1, 1, 1, 1])
    expect(await status(root)).toMatchObject({
      exitCode: 0,
      audience: 4,
      accepted: 4,
      planned: 0,
      unknown: 0,
      held: false,
    })
  })

  it('makes no second copy for an address that comes back under an id of its own, or in other letters', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': 'email\nada@readers.example\n' })
    await live(root, port)
    await writeFile(path.join(root, 'subscribers.csv'), 'email,id\nAda@Readers.example,ada-1\n')
    expect((await live(root, port)).report).toMatchObject({ audience: 1, accepted: 0, skipped: { duplicate: 1 } })
    expect(received).toHaveLength(1)
  })

  it('refuses an edition that changed after the first copies left, and sends it to who is left with --amended', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': many(2) })
    await live(root, port)
    const file = path.join(root, `digests/${EDITION}.yaml`)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/headline: (.*)/, 'headline: A corrected headline for the lead'))
    await writeFile(path.join(root, 'subscribers.csv'), many(3))
    const refused = await live(root, port)
    expect(refused).toMatchObject({ exitCode: 2, report: { error: { code: 'edition-changed' } } })
    expect(refused.report.error?.message).toContain('Nothing was sent.')
    expect((await live(root, port, '--amended')).report).toMatchObject({ accepted: 1, already: 2 })
    expect(counted(received)).toEqual([1, 1, 1])
    await writeFile(
      file,
      `${text.replace(/headline: (.*)/, 'headline: A corrected headline for the lead')}# a comment changes nothing\n`,
    )
    expect((await live(root, port)).report).toMatchObject({ accepted: 0, already: 3 })
  })

  it('tries the deferred again with the same Message-ID and date, and the rejected only when told', async () => {
    let answer = 450
    const { port, received } = await smtpSink({
      onRcptTo({ address }, _session, done) {
        const code = address.startsWith('s0') ? answer : address.startsWith('s1') ? 550 : 250
        done(code === 250 ? null : Object.assign(new Error('not now'), { responseCode: code }))
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': many(3) })
    const first = await live(root, port)
    expect(first).toMatchObject({ exitCode: 3, report: { accepted: 1, deferred: 1, rejected: 1 } })
    expect((await live(root, port)).report).toMatchObject({ accepted: 0, deferred: 1, already: 2 })
    answer = 250
    expect((await live(root, port)).report).toMatchObject({ accepted: 1, already: 2 })
    expect((await live(root, port, '--retry', 'rejected')).report).toMatchObject({ rejected: 1, already: 2 })
    expect(received.map((one) => one.to[0]).sort()).toEqual(['s0@readers.example', 's2@readers.example'])
    const { stdout } = await runCli(['status', EDITION, '--root', root, '--csv'])
    expect(stdout.split('\r\n').find((line) => line.includes('s1@'))).toMatch(/rejected,refused: 550/)
  })

  it('beside another one shares the work: every subscriber one copy', { timeout: 60_000 }, async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': many(200) })
    const [one, two] = await Promise.all([live(root, port), live(root, port)])
    expect([one.exitCode, two.exitCode]).toEqual([0, 0])
    expect(Number(one.report['accepted']) + Number(two.report['accepted'])).toBe(200)
    expect(counted(received)).toEqual(Array.from({ length: 200 }, () => 1))
  })
})

describe('the stop button', () => {
  it('holds every sender, and lets go again', async () => {
    const { port, received } = await smtpSink()
    const root = await sampleCopy({ 'subscribers.csv': many(2) })
    expect((await runCli(['hold', EDITION, '--root', root])).stdout).toContain('nothing more of it leaves')
    expect(await live(root, port)).toMatchObject({ exitCode: 2, report: { error: { code: 'run-refused' } } })
    expect(received).toEqual([])
    await runCli(['release', EDITION, '--root', root])
    expect((await live(root, port)).report).toMatchObject({ accepted: 2 })
  })

  it('is obeyed within a second by a sender at work, which says what is left', { timeout: 60_000 }, async () => {
    let after = 0
    let taken = 0
    let held = Number.POSITIVE_INFINITY
    const { port } = await smtpSink({
      onRcptTo(_address, _session, done) {
        setTimeout(done, 20)
      },
      onData(stream, _session, done) {
        stream.resume()
        stream.on('end', () => {
          taken += 1
          if (performance.now() > held + 1000) after += 1
          done()
        })
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': many(600) })
    const sending = live(root, port, '--connections', '2')
    while (taken < 10) await new Promise((resolve) => setTimeout(resolve, 20))
    await runCli(['hold', EDITION, '--root', root])
    held = performance.now()
    const { report, exitCode } = await sending
    expect(exitCode).toBe(3)
    expect(after).toBe(0)
    expect(Number(report['accepted'])).toBeGreaterThan(0)
    expect(Number(report['accepted']) + Number(report['deferred'])).toBe(600)
  })
})

describe('Ctrl-C', () => {
  it('finishes what is under way, gives the rest back, and says where things stand', { timeout: 60_000 }, async () => {
    const { port, received } = await smtpSink({
      onRcptTo(_address, _session, done) {
        setTimeout(done, 20)
      },
    })
    const root = await sampleCopy({ 'subscribers.csv': many(600) })
    const child = spawn(
      process.execPath,
      [path.join(repository, 'src/bin.js'), 'send', EDITION, '--live', '--root', root, '--json'],
      {
        env: { PATH: process.env['PATH'] ?? '', ...SECRET, SMTP_URL: `smtp://127.0.0.1:${port}` },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    while (received.length < 20) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    const [code] = await once(child, 'close')
    expect(code).toBe(3)
    const report = JSON.parse(out)
    expect(report.accepted).toBe(received.length)
    expect(report.accepted + report.deferred).toBe(600)
    expect(await status(root)).toMatchObject({
      accepted: received.length,
      planned: 600 - received.length,
      leased: 0,
      sending: 0,
      unknown: 0,
    })
  })
})

describe('reconcile', () => {
  it('settles what is unknown from a mail log, from a list of Message-IDs, or by hand', {
    timeout: 60_000,
  }, async () => {
    // A server that takes each message and hangs up without a word: nobody can know.
    const ids: string[] = []
    const server = createServer((socket) => {
      let buffer = ''
      socket.write('220 mute ESMTP\r\n')
      socket.on('error', () => {})
      socket.setEncoding('latin1').on('data', (text: string) => {
        buffer += text
        if (buffer.includes('\r\n.\r\n')) {
          ids.push(/^Message-ID:\s*(<[^>]+>)/m.exec(buffer)?.[1] ?? '')
          return socket.destroy()
        }
        if (/^DATA\r\n$/m.test(text)) socket.write('354 go on\r\n')
        else if (/^(?:EHLO|MAIL|RCPT|QUIT)/.test(text)) socket.write('250 ok\r\n')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
    const root = await sampleCopy({ 'subscribers.csv': many(4) })
    const sent = await live(root, (server.address() as AddressInfo).port, '--connections', '1')
    expect(sent).toMatchObject({ exitCode: 3, report: { unknown: 4 } })
    expect((await status(root)).exitCode).toBe(3)
    const by = (...more: string[]) => runCli(['reconcile', EDITION, '--root', root, '--json', ...more], { env: SECRET })
    const bare = (id: string | undefined): string => (id ?? '').replace(/[<>]/g, '')
    const log = path.join(root, 'mail.log')
    await writeFile(
      log,
      [
        `Dec 19 07:00:01 mx postfix/cleanup[812]: 4A1B2C3D4E: message-id=${ids[0]}`,
        'Dec 19 07:00:01 mx postfix/qmgr[700]: 4A1B2C3D4E: from=<post@example.org>, size=31000, nrcpt=1 (queue active)',
        // Cleaned up, and never taken over by the queue: the last dot did not come.
        `Dec 19 07:00:02 mx postfix/cleanup[812]: 5B1B2C3D4E: message-id=${ids[1]}`,
        `2024-12-19 07:00:03 1tO2Ab-0001xy-AB <= post@example.org H=ci [203.0.113.9] P=esmtps S=31000 id=${bare(ids[2])}`,
      ].join('\n'),
    )
    expect(JSON.parse((await by('--log', log)).stdout)).toEqual({
      edition: EDITION,
      accepted: 2,
      planned: 0,
      unknown: 2,
    })
    expect((await by()).exitCode).toBe(2)
    const addressOf = async (id: string | undefined): Promise<string> => {
      for (const number of [0, 1, 2, 3]) {
        const address = `s${number}@readers.example`
        const { stdout } = await by('--accepted', address)
        if (JSON.parse(stdout).accepted === 1) return address
      }
      throw new Error(`nobody is still unknown, ${id}`)
    }
    expect(await addressOf(ids[1])).toMatch(/^s\d@/)
    const unknown = (await runCli(['status', EDITION, '--root', root, '--csv'])).stdout
      .split('\r\n')
      .find((line) => line.includes(',unknown,'))
    const address = unknown?.split(',')[1] ?? ''
    expect(JSON.parse((await by('--not-accepted', address)).stdout)).toMatchObject({ planned: 1, unknown: 0 })
    const { port, received } = await smtpSink()
    expect((await live(root, port)).report).toMatchObject({ accepted: 1, already: 3 })
    expect(received[0]?.to).toEqual([address])
    expect(ids).toContain(/^Message-ID:\s*(<[^>]+>)/m.exec(received[0]?.raw.toString() ?? '')?.[1])
  })
})
