/**
 * Days of CI in one process: an edition a day, readers in every time zone, runs by our own cron lines that start late,
 * twice, not at all, or die; an injected clock, a server that counts, a real ledger.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { AudienceRow } from '../src/audience/read-csv.ts'
import { addressHash, type Subscriber } from '../src/audience/subscriber.ts'
import { editionsDue } from '../src/commands/editions-due.ts'
import { noCounts } from '../src/delivery/counts.ts'
import { cronLines } from '../src/delivery/cron.ts'
import { runDeliveries } from '../src/delivery/run.ts'
import { atTheirTime } from '../src/delivery/timing.ts'
import { clocksOf, wavesOf } from '../src/delivery/waves.ts'
import type { Publication } from '../src/edition/publication.ts'
import { withDefaults } from '../src/edition/publication.ts'
import { datesFrom } from '../src/edition/publishing-days.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { openLedger } from '../src/ledger/open.ts'
import { Died, mortal, randomFrom, Time } from './simulated-time.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const CONNECTIONS = 100

interface Delays {
  skipped: number
  twice: number
  dies: number
  late: { share: number; from: number; to: number }[]
}

export interface Year {
  runs: number
  skippedRuns: number
  twice: number
  died: number
  copies: number
  lost: number
  doubled: number
  /** Copies a reader did not get, counted as too late in the ledger. */
  tooLate: number
  /** Open at some time because a sender had died, and settled by the server's log. */
  doubted: number
  /** The largest doubt of one death. */
  largestDoubt: number
  /** Minutes after its instant: the middle copy, and 99 of 100. */
  middle: number
  p99: number
  seconds: number
}

const PUBLICATION: Publication = withDefaults({
  name: 'The Year',
  id: 'year',
  from: 'The Year <year@example.org>',
  postalAddress: '1 Quay',
  url: 'https://example.org',
  language: 'en-GB',
  timezone: 'Europe/London',
  topics: [{ id: 'world', name: 'World' }],
})

export interface Stretch {
  /** The date of its first edition. */
  from: string
  days: number
  readers: number
  seed: number
  /** False switches the ledger off: each run begins with an empty one. */
  remembers: boolean
  /** Gives the ledger; in memory, when it is left out. */
  open?: (() => Promise<Ledger>) | undefined
}

export async function simulate({
  from,
  days,
  readers,
  seed,
  remembers,
  open = () => openLedger(':memory:'),
}: Stretch): Promise<Year> {
  const began = performance.now()
  const delays = JSON.parse(await readFile(path.join(import.meta.dirname, 'ci-delays.json'), 'utf8')) as Delays
  const random = randomFrom(seed)
  const zones = Intl.supportedValuesOf('timeZone')
  const rows: AudienceRow[] = Array.from({ length: readers }, (_, number) => {
    const zone = zones[number % zones.length] as string
    const email = `reader${number}@readers.example`
    const subscriber: Subscriber = {
      id: `reader${number}`,
      email,
      addressHash: addressHash(email),
      name: '',
      topics: [],
      status: 'active',
      timezone: zone,
      extra: {},
      line: number + 2,
    }
    return { subscriber, findings: [] }
  })
  async function* audience(): AsyncGenerator<AudienceRow> {
    yield* rows
  }
  const dates = datesFrom(from, days)
  const clocks = await clocksOf(audience(), PUBLICATION)
  const instants = dates.flatMap((date) => wavesOf(clocks, date).map((wave) => wave.at))
  const lines = cronLines(instants, 4 * 60 * MINUTE)
  const lateness = (): number => {
    let share = random()
    for (const { share: one, from, to } of delays.late) {
      if (share < one) return (from + random() * (to - from)) * MINUTE
      share -= one
    }
    return 0
  }
  const firstDay = Date.parse(`${from}T00:00Z`)
  const year: Year = {
    runs: 0,
    skippedRuns: 0,
    twice: 0,
    died: 0,
    copies: 0,
    lost: 0,
    doubled: 0,
    tooLate: 0,
    doubted: 0,
    largestDoubt: 0,
    middle: 0,
    p99: 0,
    seconds: 0,
  }
  const starts: { at: number; wait: number }[] = []
  for (let day = -1; day <= days + 2; day++)
    for (const line of lines) {
      const at = firstDay + day * DAY + line.hour * 60 * MINUTE + line.minute * MINUTE
      if (!line.weekdays.includes(new Date(at).getUTCDay())) continue
      if (random() < delays.skipped) {
        year.skippedRuns += 1
        continue
      }
      const run = { at: at + lateness(), wait: line.wait * MINUTE }
      starts.push(run)
      if (random() < delays.twice) {
        year.twice += 1
        starts.push({ at: run.at + random() * 5 * MINUTE, wait: run.wait })
      }
    }
  starts.sort((a, b) => a.at - b.at)

  const time = new Time((starts[0]?.at ?? 0) - 1)
  /** What the server has accepted: edition and reader -> copies. */
  const taken = new Map<string, Map<string, number>>()
  const minutesLate: number[] = []
  const dead = new Set<string>()
  const ledger = await open()
  const opened = new Set<string>()

  const startRun = async ({ wait }: { wait: number }, number: number): Promise<void> => {
    year.runs += 1
    time.live += 1
    const owner = `run${number}`
    const steps = { left: random() < delays.dies ? Math.floor(random() * 400) : Number.MAX_SAFE_INTEGER }
    const own = remembers ? ledger : await open()
    const handle = mortal(own, steps)
    let ended = false
    try {
      await handle.reap((one) => dead.has(one), time.now)
      const found = await editionsDue({
        publication: PUBLICATION,
        dates: dates.filter((date) => isNear(date, time.now)),
        audience,
        ledger: remembers ? handle : null,
        now: time.now,
        wait,
      })
      ended = true
      time.lives(found.length - 1)
      const sent = await Promise.allSettled(
        found.map((date) => sendEdition(date, handle, owner, wait, steps).finally(() => time.lives(-1))),
      )
      for (const one of sent) if (one.status === 'rejected') throw one.reason
    } catch (caught) {
      if (!(caught instanceof Died)) throw caught
    } finally {
      if (!ended) time.lives(-1)
      if (steps.left <= 0) {
        year.died += 1
        dead.add(owner)
      }
      if (!remembers) await own.close()
    }
  }

  const sendEdition = async (
    date: string,
    handle: Ledger,
    owner: string,
    wait: number,
    steps: { left: number },
  ): Promise<void> => {
    const key = { publication: PUBLICATION.id, edition: date }
    const waitUntil = time.now + wait
    if (!opened.has(`${date}${remembers ? '' : owner}`)) await handle.open(key, 'the same', false, time.now)
    opened.add(`${date}${remembers ? '' : owner}`)
    const copies = taken.get(date) ?? new Map<string, number>()
    taken.set(date, copies)
    const timing = atTheirTime(date, PUBLICATION)
    await runDeliveries(
      {
        ledger: handle,
        key,
        owner,
        offer: { date, topics: ['world'], languages: ['en-GB'] },
        // Without a ledger nobody can catch up without repeating: a run serves the waves that fall into it.
        timing: remembers
          ? timing
          : (subscriber, now) => {
              const window = timing(subscriber, now)
              return window === null || window.from < waitUntil - Math.max(wait, 30 * MINUTE) ? null : window
            },
        audience,
        due: { waitUntil },
        first: null,
        connections: CONNECTIONS,
        transport: {
          async transport({ id, onBegin }) {
            if (!(await onBegin())) return { state: 'deferred', reply: 'lost' }
            if (steps.left <= 0) throw new Died()
            copies.set(id, (copies.get(id) ?? 0) + 1)
            const window = timing((rows[Number(id.slice(6))] as { subscriber: Subscriber }).subscriber, 0)
            minutesLate.push((time.now - (window?.from ?? 0)) / MINUTE)
            return { state: 'accepted', reply: '250 ok' }
          },
          warmUp: async () => {},
          close: async () => {},
        },
        suppressed: async () => new Map(),
        clock: () => time.now,
        sleep: (milliseconds) => time.sleepUntil(time.now + milliseconds),
        isAborted: () => steps.left <= 0,
        pace: null,
        messageFor: async ({ subscriber }) => ({
          envelope: { from: 'a@b.example', to: subscriber.email },
          raw: EMPTY,
          messageId: '',
        }),
        onRow: () => {},
        prepare: async () => {},
        onSettled: () => {},
      },
      noCounts(),
      { refused: null },
    )
  }

  /** Every three hours somebody settles what is unknown by the server's log, as docs/trouble.md says. */
  const settleUnknown = async (): Promise<void> => {
    await ledger.reap((one) => dead.has(one), time.now)
    for (const date of dates.filter((one) => isNear(one, time.now))) {
      const key = { publication: PUBLICATION.id, edition: date }
      const unknown: string[] = []
      for await (const row of ledger.rows(key, ['unknown'])) unknown.push(row.id)
      if (unknown.length === 0) continue
      year.doubted += unknown.length
      year.largestDoubt = Math.max(year.largestDoubt, unknown.length)
      const copies = taken.get(date)
      await ledger.reconcile(
        key,
        unknown.filter((id) => copies?.has(id)),
        true,
        'the log',
        time.now,
      )
      await ledger.reconcile(
        key,
        unknown.filter((id) => copies?.has(id) !== true),
        false,
        'the log',
        time.now,
      )
    }
  }

  time.live += 1
  const running: Promise<void>[] = []
  let next = firstDay - DAY
  for (const [number, run] of starts.entries()) {
    while (remembers && next < run.at) {
      await time.sleepUntil(next)
      await settleUnknown()
      next += DAY / 8
    }
    await time.sleepUntil(run.at)
    running.push(startRun(run, number))
  }
  await time.sleepUntil(time.now + DAY)
  time.lives(-1)
  await Promise.all(running)
  if (remembers) await settleUnknown()

  for (const date of dates) {
    const key = { publication: PUBLICATION.id, edition: date }
    const copies = taken.get(date) ?? new Map<string, number>()
    const accounted = new Map((await statesOf(ledger, key)).map((row) => [row.id, row]))
    for (const row of rows) {
      const { id } = (row as { subscriber: Subscriber }).subscriber
      const got = copies.get(id) ?? 0
      year.copies += got
      if (got > 1) year.doubled += 1
      if (got > 0) continue
      const state = accounted.get(id)
      if (state?.state === 'skipped' && state.reason === 'too-late') year.tooLate += 1
      else year.lost += 1
    }
  }
  await ledger.close()
  minutesLate.sort((a, b) => a - b)
  year.middle = minutesLate[Math.floor(minutesLate.length / 2)] ?? 0
  year.p99 = minutesLate[Math.floor(minutesLate.length * 0.99)] ?? 0
  year.seconds = (performance.now() - began) / 1000
  return year
}

const EMPTY = Buffer.alloc(0)
const isNear = (date: string, now: number): boolean => Math.abs(Date.parse(`${date}T12:00Z`) - now) < 4.5 * DAY

async function statesOf(ledger: Ledger, key: { publication: string; edition: string }) {
  const rows = []
  for await (const row of ledger.rows(key)) rows.push(row)
  return rows
}
