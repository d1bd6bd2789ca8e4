// A morning of `send --due --wait` whose senders are killed with SIGKILL at random moments, one or two at a time, while
// readers become due minute by minute. A mail server counts the copies.
//   node scripts/kill-morning.ts [kills]     30 kills; prints what became of everybody, fails when a promise is broken
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CountingServer } from './counting-server.ts'

const BIN = path.resolve(import.meta.dirname, '../src/bin.js')
const CONNECTIONS = 4
const READERS = 1500
/** Minutes over which readers become due; the first are due at once. */
const MINUTES = 3

export interface Morning {
  kills: number
  /** Of these, how many hit one of two senders that were at work together. */
  together: number
  copies: number
  lost: number
  twice: number
  /** Deliveries in doubt at the end, and the most that one kill added. */
  doubt: number
  largestDoubt: number
  seconds: number
}

/** Kills senders until `kills` have died, then lets one run to its end. */
export async function killMorning(kills: number): Promise<Morning> {
  const started = performance.now()
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-morning-'))
  const accepted = new Map<string, number>()
  const server = new CountingServer(accepted)
  server.slowness = 60
  const begun = new Date()
  const edition = begun.toISOString().slice(0, 10)
  try {
    await publicationIn(root, edition, begun)
    const port = await server.listen()
    const send = () => sender(root, port)
    let killed = 0
    let together = 0
    let largestDoubt = 0
    let known = 0
    while (killed < kills) {
      const alive = killed % 3 === 2 ? [send(), send()] : [send()]
      await untilCopies(accepted, 1 + ((killed * 17) % 45), 1000 + ((killed * 733) % 5000))
      for (const one of alive) one.child.kill('SIGKILL')
      await Promise.all(alive.map((one) => one.ended))
      server.dropAll()
      killed += alive.length
      if (alive.length > 1) together += alive.length
      const now = await unknownNow(root, edition)
      largestDoubt = Math.max(largestDoubt, (now - known) / alive.length)
      known = now
    }
    const last = send()
    await last.ended
    const states = await statesOf(root, edition)
    let lost = 0
    let twice = 0
    for (let number = 0; number < READERS; number++) {
      const copies = accepted.get(`r${number}@readers.example`) ?? 0
      if (copies === 0 && states.get(`r${number}`) !== 'unknown') lost += 1
      twice += Math.max(0, copies - 1)
    }
    const copies = [...accepted.values()].reduce((sum, count) => sum + count, 0)
    const doubt = [...states.values()].filter((state) => state === 'unknown').length
    const seconds = (performance.now() - started) / 1000
    return { kills: killed, together, copies, lost, twice, doubt, largestDoubt, seconds }
  } finally {
    await server.close()
    await rm(root, { recursive: true, force: true })
  }
}

/** Some die before their first copy, or while they wait for the next minute; most among copies. */
async function untilCopies(accepted: ReadonlyMap<string, number>, copies: number, patience: number): Promise<void> {
  const before = accepted.size
  const until = performance.now() + patience
  while (accepted.size < before + copies && performance.now() < until) await sleep(5)
}

async function publicationIn(root: string, edition: string, begun: Date): Promise<void> {
  await mkdir(path.join(root, 'digests'))
  await writeFile(
    path.join(root, 'broadsheet.yaml'),
    'name: The Post\nid: post\nfrom: The Post <post@example.org>\npostalAddress: 1 Quay\nurl: https://example.org\nlanguage: en-GB\ntimezone: UTC\ndeliverWithin: 4h\ntopics: [{ id: world, name: World }]\n',
  )
  const entry = (index: number): string =>
    `  - topic: world\n    headline: Story ${index} of the day\n    url: https://example.org/${index}\n    summary: The stalls stand under the old roof from Monday on.\n`
  await writeFile(path.join(root, `digests/${edition}.yaml`), `entries:\n${[0, 1, 2, 3].map(entry).join('')}`)
  const rows = Array.from({ length: READERS }, (_, number) => {
    const due = new Date(begun.getTime() + (number % (MINUTES + 1)) * 60_000)
    return `r${number}@readers.example,r${number},${due.toISOString().slice(11, 16)}`
  })
  await writeFile(path.join(root, 'subscribers.csv'), `email,id,deliverAt\n${rows.join('\n')}\n`)
}

function sender(root: string, port: number) {
  const args = [BIN, 'send', '--due', '--wait', `${MINUTES + 1}m`, '--live', '--root', root]
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    BROADSHEET_SECRET: 'a-secret-of-the-harness-only',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
  }
  const child = spawn(process.execPath, [...args, '--connections', String(CONNECTIONS)], { env, stdio: 'ignore' })
  return { child, ended: once(child, 'exit') }
}

async function status(root: string, edition: string, ...more: string[]): Promise<string> {
  const args = [BIN, 'status', edition, '--root', root, '--json', ...more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  await once(child, 'close')
  return out
}

/** Zero while there is no ledger yet. `status` settles at once what the dead held. */
async function unknownNow(root: string, edition: string): Promise<number> {
  return (JSON.parse(await status(root, edition)) as { unknown?: number }).unknown ?? 0
}

async function statesOf(root: string, edition: string): Promise<Map<string, string>> {
  const { deliveries } = JSON.parse(await status(root, edition, '--list')) as {
    deliveries: { id: string; state: string }[]
  }
  return new Map(deliveries.map((one) => [one.id, one.state]))
}

if (import.meta.main) {
  const morning = await killMorning(Number(process.argv[2] ?? 30))
  for (const [name, value] of Object.entries(morning))
    console.log(`${name.padEnd(14)} ${Number.isInteger(value) ? value : (value as number).toFixed(1)}`)
  const { lost, twice, largestDoubt } = morning
  if (lost > 0 || twice > 0 || largestDoubt > CONNECTIONS) process.exitCode = 1
}
