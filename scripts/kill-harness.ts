// A sender killed with SIGKILL at a chosen moment, against a mail server that counts; then resumed.
//   node scripts/kill-harness.ts [rounds] [--postgres]
// 20 rounds of each phase; with the ledger in a file, or on a PostgreSQL of its own. Prints a table, fails when a promise
// is broken.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { CountingServer, type Phase } from './counting-server.ts'
import { startPostgres } from './postgres-server.ts'

const repository = path.resolve(import.meta.dirname, '..')
const EDITION = '2024-12-19'
export const SUBSCRIBERS = 24
export const CONNECTIONS = 4

export const PHASES: readonly Phase[] = ['plan', 'connect', 'RCPT', '354', 'mid-body', 'after the dot', 'after the 250']

export interface Round {
  phase: Phase
  /** Subscribers who got no copy, and whom the ledger does not call unknown. */
  lost: number
  /** Copies beyond the first of any subscriber. */
  twice: number
  /** Deliveries the ledger is in doubt about after the resumed run. */
  doubt: number
  /** How many had been taken by the server when the sender was killed. */
  before: number
}

interface Sender {
  bin: string
  /** Where the ledger is; null: in the publication's own file. */
  databaseUrl: string | null
}

/**
 * Kills the sender when the server has reached the phase for the `nth` time, resumes, and counts. `bin` is the sender's;
 * `databaseUrl` an empty database.
 */
export async function killRound(
  phase: Phase,
  nth: number,
  { bin = path.join(repository, 'src/bin.js'), databaseUrl = null }: Partial<Sender> = {},
): Promise<Round> {
  const sender: Sender = { bin, databaseUrl }
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-kill-'))
  const accepted = new Map<string, number>()
  const server = new CountingServer(accepted)
  try {
    await publicationIn(root)
    const port = await server.listen()
    let reached = 0
    const first = start(sender, root, port)
    server.onPhase = (at) => {
      if (at !== phase || ++reached !== nth) return false
      first.child.kill('SIGKILL')
      return true
    }
    if (phase === 'plan') void killWhilePlanning(sender, root, first.child, nth)
    await first.ended
    if (phase !== 'plan' && reached < nth) throw new Error(`nobody was killed: ${phase} came ${reached} times`)
    const before = [...accepted.values()].reduce((sum, count) => sum + count, 0)
    server.onPhase = () => false
    server.dropAll()
    const second = start(sender, root, port)
    await second.ended
    const status = await run(sender, ['status', EDITION, '--root', root, '--json', '--list'])
    const { deliveries } = JSON.parse(status) as { deliveries: { id: string; state: string }[] }
    const rows = await idsByAddress(root)
    let lost = 0
    let twice = 0
    for (const [address, id] of rows) {
      const copies = accepted.get(address) ?? 0
      const state = deliveries.find((one) => one.id === id)?.state
      if (copies === 0 && state !== 'unknown') lost += 1
      twice += Math.max(0, copies - 1)
    }
    return { phase, lost, twice, before, doubt: deliveries.filter((one) => one.state === 'unknown').length }
  } finally {
    await server.close()
    await rm(root, { recursive: true, force: true })
  }
}

/** The sender without the gate: it believes that every delivery it leased may begin, and notes nothing before the body. */
export async function senderWithoutGate(): Promise<{ bin: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-gateless-'))
  for (const name of ['src', 'templates', 'package.json'])
    await cp(path.join(repository, name), path.join(folder, name), { recursive: true })
  await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'))
  const file = path.join(folder, 'src/delivery/run.ts')
  const text = await readFile(file, 'utf8')
  const gate = 'ledger.begin(key, id, owner, clock())'
  if (!text.includes(gate)) throw new Error('the gate is not where it was')
  await writeFile(file, text.replace(gate, 'Promise.resolve(id !== "")'))
  return { bin: path.join(folder, 'src/bin.js'), remove: () => rm(folder, { recursive: true, force: true }) }
}

async function publicationIn(root: string): Promise<void> {
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
  const rows = Array.from({ length: SUBSCRIBERS }, (_, index) => `s${index}@readers.example,s${index}`)
  await writeFile(path.join(root, 'subscribers.csv'), `email,id\n${rows.join('\n')}\n`)
}

async function idsByAddress(root: string): Promise<Map<string, string>> {
  const [, ...lines] = (await readFile(path.join(root, 'subscribers.csv'), 'utf8')).trim().split('\n')
  return new Map(lines.map((line) => line.split(',') as [string, string]))
}

function start({ bin, databaseUrl }: Sender, root: string, port: number) {
  const args = [bin, 'send', EDITION, '--live', '--root', root, '--connections', String(CONNECTIONS)]
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    BROADSHEET_SECRET: 'a-secret-of-the-harness-only',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl ?? '',
  }
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
  return { child, ended: once(child, 'exit') }
}

async function run({ bin, databaseUrl }: Sender, args: readonly string[]): Promise<string> {
  const env = { ...process.env, DATABASE_URL: databaseUrl ?? '' }
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  await once(child, 'close')
  return out
}

/** While rows are being written: as soon as the ledger is there, and up to some milliseconds later. */
async function killWhilePlanning(
  { databaseUrl }: Sender,
  root: string,
  child: ReturnType<typeof spawn>,
  nth: number,
): Promise<void> {
  const file = path.join(root, '.broadsheet/ledger.db')
  const isThere = async (): Promise<boolean> => (databaseUrl === null ? existsSync(file) : hasTables(databaseUrl))
  while (!(await isThere()) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1))
  await new Promise((resolve) => setTimeout(resolve, (nth * 3) % 20))
  child.kill('SIGKILL')
}

async function hasTables(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query("select 1 from pg_class where relname = 'broadsheet_version'")
  await client.end()
  return rows.length > 0
}

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 20)
  const server = process.argv.includes('--postgres') ? await startPostgres({ durable: true }) : null
  let broken = false
  console.log(
    '| killed at | rounds | lost | sent twice | largest doubt | doubted in all | taken before the kill, on average |\n|---|---|---|---|---|---|---|',
  )
  for (const phase of PHASES) {
    const all: Round[] = []
    for (let round = 0; round < rounds; round++) {
      const nth = 1 + (round % (phase === 'connect' ? CONNECTIONS : SUBSCRIBERS - CONNECTIONS))
      all.push(await killRound(phase, nth, { databaseUrl: (await server?.database()) ?? null }))
    }
    const sum = (pick: (one: Round) => number): number => all.reduce((total, one) => total + pick(one), 0)
    const worst = Math.max(...all.map((one) => one.doubt))
    broken ||= sum((one) => one.lost + one.twice) > 0 || worst > CONNECTIONS
    console.log(
      `| ${phase} | ${rounds} | ${sum((one) => one.lost)} | ${sum((one) => one.twice)} | ${worst} | ${sum((one) => one.doubt)} | ${(sum((one) => one.before) / rounds).toFixed(1)} |`,
    )
  }
  const { bin, remove } = await senderWithoutGate()
  const gateless = await killRound('after the dot', 5, { bin, databaseUrl: (await server?.database()) ?? null })
  await remove()
  await server?.stop()
  console.log(`\nWithout the gate, killed after the dot: ${gateless.twice} sent twice.`)
  if (broken || gateless.twice === 0) process.exitCode = 1
}
