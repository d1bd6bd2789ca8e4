/**
 * `npm run bench:ledger [rows]`: rows a second through the ledger on this disk, each step committed before it counts, as
 * many steps to a commit as there are connections. Medians of five.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { addressHash } from '../src/audience/subscriber.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { openLedger } from '../src/ledger/open.ts'
import { threaded } from '../src/ledger/threaded.ts'
import { calibration, median } from './measure.ts'

const ROWS = Number(process.argv[2] ?? 10_000)
const ROUNDS = 5
const KEY = { publication: 'bench', edition: '2026-11-20' }
const OWNER = 'bench/1/1/bench'
const REPLY = '250 2.0.0 Ok: queued as 4F1B2C3D4E'

interface Rates {
  plan: number
  again: number
  lease: number
  deliver: number
}

/** Plans, plans again, leases and delivers; `connections` steps are waiting for a commit at any time. */
async function ratesOf(ledger: Ledger, connections: number): Promise<Rates> {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const hash = addressHash(`s${index}@readers.example`)
    return { id: hash.slice(0, 20), addressHash: hash, dueAt: 1, skipped: null }
  })
  await ledger.open(KEY, 'content', false, 1)
  const spent = { plan: 0, again: 0, lease: 0, deliver: 0 }
  const clocked = async (what: keyof Rates, work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now()
    await work()
    spent[what] += performance.now() - started
  }
  for (let at = 0; at < ROWS; at += 1000) {
    const chunk = rows.slice(at, at + 1000)
    await clocked('plan', () => ledger.plan(KEY, chunk, 2))
    await clocked('again', () => ledger.plan(KEY, chunk, 3))
    const ids = chunk.map(({ id }) => id)
    for (let from = 0; from < ids.length; from += 3 * connections) {
      const batch = ids.slice(from, from + 3 * connections)
      await clocked('lease', () => ledger.lease(KEY, batch, OWNER, 9e12, 4))
      await clocked('deliver', () => deliver(ledger, batch, connections))
    }
  }
  const perSecond = (milliseconds: number): number => (ROWS * 1000) / milliseconds
  return {
    plan: perSecond(spent.plan),
    again: perSecond(spent.again),
    lease: perSecond(spent.lease),
    deliver: perSecond(spent.deliver),
  }
}

/** Each begun and settled, as a run does it: an outcome is recorded beside the next begin. */
async function deliver(ledger: Ledger, ids: readonly string[], connections: number): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let recorded: Promise<void> = Promise.resolve()
      while (next < ids.length) {
        const id = ids[next++] as string
        await Promise.all([ledger.begin(KEY, id, OWNER, 5), recorded])
        recorded = ledger.settle(KEY, { id, state: 'accepted', reply: REPLY }, OWNER, 6)
      }
      await recorded
    }),
  )
}

console.log(`calibration ${calibration().toFixed(0)} ms; ${ROWS} rows, medians of ${ROUNDS}; rows a second`)
console.log(`${''.padEnd(36)}     plan    again    lease  begin and settle`)
for (const [what, connections, inThread] of [
  ['SQLite, 1 connection', 1, false],
  ['SQLite, 20 connections', 20, false],
  ['SQLite, 50 connections', 50, false],
  ['SQLite in a thread, 50 connections', 50, true],
] as const) {
  const all: Rates[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-bench-'))
    const file = path.join(folder, 'ledger.db')
    const plain = await openLedger(file)
    const ledger = inThread ? threaded(plain, file) : plain
    all.push(await ratesOf(ledger, connections))
    await ledger.close()
    await rm(folder, { recursive: true, force: true })
  }
  const middle = (name: keyof Rates): string => median(all.map((one) => one[name])).toFixed(0)
  console.log(
    `${what.padEnd(36)} ${middle('plan').padStart(8)} ${middle('again').padStart(8)} ${middle('lease').padStart(8)} ${middle('deliver').padStart(17)}`,
  )
}
