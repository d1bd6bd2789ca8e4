// Workers on a queue, killed at random: nobody is lost, nobody gets two copies.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from './postgres-server.ts'

const repository = path.resolve(import.meta.dirname, '..')
const bin = path.join(repository, 'src/bin.js')
export const EDITION = '2024-12-19'

export interface FleetOptions {
  subscribers: number
  workers: number
  /** Mail servers; each worker has one of its own, or all of them when workers are killed. */
  servers: number
  /** Connections of each worker. */
  connections: number
  /** Milliseconds before each answer of a mail server. */
  delay: number
  /** How many workers are killed on the way, at moments and of a choice nobody knows; others take their place. */
  kills: number
  /** How often the database itself crashes and comes back. */
  crashes: number
}

export interface FleetResult {
  /** Copies the mail servers took. */
  taken: number
  /** Subscribers without a copy whom the ledger does not call unknown. */
  lost: number
  /** Copies beyond the first of any subscriber. */
  doubled: number
  /** Of which the ledger cannot tell. */
  unknown: number
  killed: number
  /** The largest doubt of one kill: never more than a worker has connections. */
  largestDoubt: number
  enqueueSeconds: number
  /** From the start of the workers to the last delivery settled. */
  seconds: number
  /** Copies settled a second while the middle four fifths were: without the start of a worker, and the last few. */
  rate: number
}

/** Plans, enqueues, delivers, and counts on both sides. Everything it starts has ended when it returns. */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { subscribers, workers, servers, connections, delay, kills, crashes } = options
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-fleet-'))
  const postgres = await startPostgres({ durable: true, settings: ['shared_buffers=256MB', 'max_wal_size=2GB'] })
  const children = new Set<ChildProcess>()
  try {
    await publicationIn(root, subscribers)
    const url = await postgres.database()
    const sinks = await Promise.all(
      Array.from({ length: servers }, (_, index) => startSink(path.join(root, `copies-${index}`), subscribers, delay)),
    )
    for (const { child } of sinks) children.add(child)
    const environment = (smtp: readonly number[]) => ({
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      BROADSHEET_SECRET: 'a-secret-of-the-harness-only',
      DATABASE_URL: url,
      SMTP_URL: smtp.map((port) => `smtp://127.0.0.1:${port}`).join(','),
    })
    const ports = sinks.map((one) => one.port)
    let began = performance.now()
    await enqueue(root, environment(ports))
    const enqueueSeconds = (performance.now() - began) / 1000
    const start = (index: number): ChildProcess => {
      const smtp = kills > 0 ? ports : [ports[index % ports.length] ?? 0]
      const args = [bin, 'work', '--root', root, '--connections', String(connections)]
      const log = path.join(root, 'workers.log')
      const child = spawn(process.execPath, args, { env: environment(smtp), stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr?.on('data', (text: Buffer) => void appendFile(log, text).catch(() => {}))
      children.add(child)
      return child
    }
    const fleet = Array.from({ length: workers }, (_, index) => start(index))
    await started(root, workers)
    began = performance.now()
    const ledger = new pg.Pool({ connectionString: url, max: 1 })
    ledger.on('error', () => {})
    ledger.on('connect', (client) => client.on('error', () => {}))
    const count = (states: string): Promise<number> =>
      counted(ledger, `select count(*) from delivery where state in (${states})`)
    const middle: { at: number; settled: number }[] = []
    let [killed, largestDoubt, doubted] = [0, 0, 0]
    // By what is done, not by the clock: on a slow machine as many are killed, and as far apart.
    const killAt = Array.from({ length: kills }, (_, index) => ((index + Math.random()) / (kills + 1)) * subscribers)
    const crashAt = Array.from({ length: crashes }, (_, index) => ((index + 0.5) / crashes) * subscribers)
    for (let open = subscribers; open > 0; ) {
      await sleep(subscribers > 100_000 ? 2000 : 100)
      open = await count("'planned', 'leased', 'sending'")
      const done = (subscribers - open) / subscribers
      if (done > 0.1 && done < 0.9) middle.push({ at: performance.now(), settled: subscribers - open })
      if (subscribers - open > (crashAt[0] ?? Number.POSITIVE_INFINITY)) {
        crashAt.shift()
        await crash(ledger)
      }
      if (subscribers - open <= (killAt[0] ?? Number.POSITIVE_INFINITY)) continue
      killAt.shift()
      const victim = Math.floor(Math.random() * workers)
      const dead = fleet[victim]
      const died = dead === undefined ? null : once(dead, 'exit')
      dead?.kill('SIGKILL')
      await died
      fleet[victim] = start(victim)
      killed += 1
      // What it left has been taken over by another, or by the new one.
      for (let tries = 0; tries < 100 && (await heldBy(ledger, dead?.pid)) > 0; tries++) await sleep(200)
      const now = await count("'unknown'")
      largestDoubt = Math.max(largestDoubt, now - doubted)
      doubted = now
    }
    const seconds = (performance.now() - began) / 1000
    await Promise.all(fleet.map((child) => ended(child, 'SIGTERM')))
    await Promise.all(sinks.map(({ child }) => ended(child, 'SIGTERM')))
    const copies = await Promise.all(sinks.map((_, index) => readFile(path.join(root, `copies-${index}`))))
    const { rows } = await ledger.query("select subscriber_id from delivery where state = 'unknown'")
    await ledger.end()
    const unknown = new Set(rows.map((row) => Number(row.subscriber_id.slice(1))))
    let [taken, lost, doubled] = [0, 0, 0]
    for (let number = 0; number < subscribers; number++) {
      const got = copies.reduce((sum, one) => sum + (one[number] ?? 0), 0)
      taken += got
      if (got === 0 && !unknown.has(number)) lost += 1
      if (got > 1) doubled += got - 1
    }
    return {
      taken,
      lost,
      doubled,
      unknown: unknown.size,
      killed,
      largestDoubt,
      enqueueSeconds,
      seconds,
      rate: rateOf(middle),
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await postgres.stop()
    await rm(root, { recursive: true, force: true })
  }
}

function rateOf(seen: readonly { at: number; settled: number }[]): number {
  const [first, last] = [seen[0], seen.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  return ((last.settled - first.settled) * 1000) / (last.at - first.at)
}

/** Rows that are leased by a process, or being sent. */
const heldBy = (ledger: pg.Pool, pid: number | undefined): Promise<number> =>
  counted(
    ledger,
    `select count(*) from delivery where state in ('leased', 'sending') and lease_owner like '%/${pid}/%'`,
  )

/** Asked again while the database is away. */
async function counted(ledger: pg.Pool, query: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return Number((await ledger.query(query)).rows[0].count)
    } catch (caught) {
      if (tries === 100) throw caught
      await sleep(200)
    }
  }
}

/** As by a fault of the machine: one process of the server dies, it ends every connection, and recovers. */
async function crash(ledger: pg.Pool): Promise<void> {
  const { rows } = await ledger.query("select pid from pg_stat_activity where backend_type = 'checkpointer'")
  process.kill(Number(rows[0].pid), 'SIGKILL')
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

async function startSink(file: string, subscribers: number, delay: number) {
  const args = [path.join(import.meta.dirname, 'null-sink.ts'), String(subscribers), file, String(delay)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(port.toString()) }
}

async function enqueue(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [bin, 'send', EDITION, '--live', '--enqueue', '--root', root], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => {
    said += text
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`send --enqueue ended with ${code}: ${said}`)
}

/** Workers take the clock from when they are ready: starting Node is not delivering. */
async function started(root: string, workers: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const log = await readFile(path.join(root, 'workers.log'), 'utf8').catch(() => '')
    if (log.split('"event":"started"').length > workers) return
    await sleep(100)
  }
  throw new Error(
    `the workers did not start: ${await readFile(path.join(root, 'workers.log'), 'utf8').catch(() => '')}`,
  )
}

async function publicationIn(root: string, subscribers: number): Promise<void> {
  await mkdir(path.join(root, 'digests'))
  await writeFile(
    path.join(root, 'broadsheet.yaml'),
    'name: The Post\nid: post\nfrom: The Post <post@example.org>\npostalAddress: 1 Quay\nurl: https://example.org\nlanguage: en-GB\ntimezone: Europe/London\ntopics: [{ id: world, name: World }]\n',
  )
  const entries = Array.from(
    { length: 6 },
    (_, index) =>
      `  - topic: world\n    headline: Story ${index} of the day\n    url: https://example.org/${index}\n    summary: The stalls stand under the old roof from Monday on.\n`,
  )
  await writeFile(path.join(root, `digests/${EDITION}.yaml`), `entries:\n${entries.join('')}`)
  const file = createWriteStream(path.join(root, 'subscribers.csv'))
  file.write('email,id\n')
  for (let number = 0; number < subscribers; number++)
    if (!file.write(`s${number}@readers.example,s${number}\n`)) await once(file, 'drain')
  file.end()
  await once(file, 'finish')
}
