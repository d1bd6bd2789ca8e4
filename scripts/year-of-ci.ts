/**
 * `npm run test:year`: a year of CI, simulated in one process, a thread for each core. Prints what became of every copy,
 * and the same for a month with the ledger switched off. `npm test` runs two weeks of it.
 *   node scripts/year-of-ci.ts [days] [readers] [--postgres]     the last: the ledger on a PostgreSQL of its own
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { datesFrom } from '../src/edition/publishing-days.ts'
import { openPostgresLedger } from '../src/ledger/open-postgres.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type Stretch, simulate, type Year } from './simulated-year.ts'

const YEAR = 2026

/** A function does not go into a thread; a URL does. */
type Part = Stretch & { url: string | null }

/** The year in parts, each in a thread of its own; no edition meets one of another part. */
async function together(
  days: number,
  readers: number,
  remembers: boolean,
  postgres: PostgresServer | null,
): Promise<Year> {
  const parts = Math.min(availableParallelism(), days)
  const starts = Array.from({ length: parts + 1 }, (_, part) => Math.round((part * days) / parts))
  const years = await Promise.all(
    starts.slice(0, -1).map(async (start, part) => {
      const [from = ''] = datesFrom(dayOf(start), 1)
      const url = (await postgres?.database()) ?? null
      const workerData: Part = {
        from,
        days: (starts[part + 1] ?? 0) - start,
        readers,
        seed: YEAR + part,
        remembers,
        url,
      }
      const [year] = (await once(new Worker(import.meta.filename, { workerData }), 'message')) as [Year]
      return year
    }),
  )
  return years.reduce(added)
}

const dayOf = (days: number): string => new Date(Date.UTC(YEAR, 0, 1 + days)).toISOString().slice(0, 10)

const WORST = new Set(['largestDoubt', 'p99', 'middle', 'seconds'])

/** Counts add up; of what is no count the worse part stands for both. */
function added(one: Year, other: Year): Year {
  const names = Object.keys(one) as (keyof Year)[]
  const sum = names.map((name) => [name, WORST.has(name) ? Math.max(one[name], other[name]) : one[name] + other[name]])
  return Object.fromEntries(sum) as Year
}

if (!isMainThread) {
  const { url, ...stretch } = workerData as Part
  const open = url === null ? undefined : () => openPostgresLedger(url)
  parentPort?.postMessage(await simulate({ ...stretch, open }))
} else if (import.meta.main) {
  const [daysAsked, readersAsked] = process.argv.slice(2).filter((one) => one !== '--postgres')
  const days = Number(daysAsked ?? 365)
  const readers = Number(readersAsked ?? 5000)
  const postgres = process.argv.includes('--postgres') ? await startPostgres() : null
  // A month is enough to show what a ledger is for.
  const daysWithout = Math.min(days, 30)
  console.log(`${days} editions, ${readers} readers in ${Intl.supportedValuesOf('timeZone').length} zones`)
  for (const remembers of [true, false]) {
    const year = await together(remembers ? days : daysWithout, readers, remembers, remembers ? postgres : null)
    console.log(`\n${remembers ? 'With the ledger' : `The first ${daysWithout} days, the ledger switched off`}:`)
    for (const [name, value] of Object.entries(year))
      console.log(`  ${name.padEnd(14)} ${Number.isInteger(value) ? value : (value as number).toFixed(1)}`)
    const broken = year.lost > 0 || year.doubled > 0
    if (broken === remembers) process.exitCode = 1
  }
  await postgres?.stop()
}
