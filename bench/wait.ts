/**
 * `npm run bench:wait`: how punctually `send --due --wait` releases copies, with the real clock, a real mail server on
 * loopback and every core busy with something else. Two waves, at the next two full minutes; aim: within a second.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { SMTPServer } from 'smtp-server'
import { median } from './measure.ts'

const MINUTE = 60_000
const COPIES = 50
const repository = path.resolve(import.meta.dirname, '..')
/** By the address's number: even for the first wave, odd for the second. */
const arrived: { wave: number; at: number }[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  logger: false,
  onData(stream, session, done) {
    const at = Date.now()
    const number = Number(/\d+/.exec(session.envelope.rcptTo[0]?.address ?? '')?.[0] ?? 0)
    arrived.push({ wave: number % 2, at })
    stream.resume()
    stream.on('end', () => done(null, 'kept'))
  },
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.server.address() as AddressInfo

const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-wait-'))
// Long enough for the run to have started and be waiting.
const first = Math.ceil((Date.now() + 15_000) / MINUTE) * MINUTE
const waves = [first, first + MINUTE]
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16)
const busy: ChildProcess[] = []
try {
  const date = new Date(first).toISOString().slice(0, 10)
  if (new Date(first + MINUTE).toISOString().slice(0, 10) !== date)
    throw new Error('Run it again after midnight by UTC.')
  await mkdir(path.join(root, 'digests'))
  await writeFile(
    path.join(root, 'broadsheet.yaml'),
    'name: The Post\nid: post\nfrom: The Post <post@example.org>\npostalAddress: 1 Quay\nurl: https://example.org\nlanguage: en-GB\ntimezone: UTC\ntopics: [{ id: world, name: World }]\n',
  )
  await writeFile(
    path.join(root, `digests/${date}.yaml`),
    'entries:\n  - topic: world\n    headline: The harbour bridge reopens after two years\n    url: https://example.org/bridge\n    summary: After two years of work the bridge carries trains again, and the ferry keeps its evening boats.\n',
  )
  await writeFile(
    path.join(root, 'subscribers.csv'),
    `email,deliverAt\n${Array.from({ length: 2 * COPIES }, (_, number) => `reader${number}@readers.example,${clock(waves[number % 2] ?? 0)}`).join('\n')}\n`,
  )
  for (const _ of cpus()) busy.push(spawn(process.execPath, ['-e', 'for (;;) Math.sqrt(2)'], { stdio: 'ignore' }))
  const child = spawn(
    process.execPath,
    [path.join(repository, 'src/bin.js'), 'send', '--due', '--wait', '3m', '--live', '--root', root],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        BROADSHEET_SECRET: 'a-secret-of-the-bench-only',
        SMTP_URL: `smtp://127.0.0.1:${port}`,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  await once(child, 'exit')
  console.log(`${cpus().length} cores, all busy; ${COPIES} copies a wave, 4 connections`)
  let late = 0
  for (const [wave, at] of waves.entries()) {
    const offsets = arrived.filter((one) => one.wave === wave).map((one) => one.at - at)
    if (offsets.length !== COPIES) throw new Error(`${offsets.length} of ${COPIES} copies came`)
    const [least, most] = [Math.min(...offsets), Math.max(...offsets)]
    late = Math.max(late, Math.abs(least))
    console.log(`wave at ${clock(at)}Z: first body after ${least} ms, middle ${median(offsets)} ms, last ${most} ms`)
  }
  if (late > 1000) process.exitCode = 1
} finally {
  for (const one of busy) one.kill('SIGKILL')
  server.close(() => {})
  await rm(root, { recursive: true, force: true })
}
