import { setTimeout as sleep } from 'node:timers/promises'
import type { EditionKey, Ledger } from '../ledger/ledger.ts'
import type { WorkerRow } from '../ledger/worker-rows.ts'
import type { Context } from './command.ts'

/** What there is to see of an edition at one moment. */
export interface Sight {
  /** Milliseconds since 1970. */
  at: number
  audience: number
  accepted: number
  rejected: number
  unknown: number
  skipped: number
  /** Leased or sending. */
  underWay: number
  held: boolean
  /** Planned deliveries by the minute they are due, earliest first. */
  waves: { at: number; count: number }[]
  workers: WorkerRow[]
}

const AT_A_TERMINAL = 1000
const ELSEWHERE = 10_000
/** The rate is that of the last seconds. */
const RATE_OVER = 15_000
const WAVES_SHOWN = 4

/**
 * `status --watch`: at a terminal a few lines that rewrite themselves, elsewhere one every ten seconds; until everything
 * is settled, or somebody stops it.
 */
export async function watchStatus(
  context: Context,
  ledger: Ledger,
  key: EditionKey,
  workers: () => Promise<WorkerRow[]>,
): Promise<void> {
  const { stdout, signal } = context
  const seen: Sight[] = []
  let shown = 0
  while (!signal.aborted) {
    const sight = await look(ledger, key, workers)
    seen.push(sight)
    while ((seen[0]?.at ?? 0) < sight.at - RATE_OVER) seen.shift()
    const rate = rateOf(seen)
    if (stdout.isTerminal) {
      const lines = linesOf(key.edition, sight, rate)
      stdout.write(`${shown > 0 ? `\u001b[${shown}F\u001b[J` : ''}${lines.join('\n')}\n`)
      shown = lines.length
    } else stdout.write(`${lineOf(key.edition, sight, rate)}\n`)
    if (sight.underWay === 0 && sight.waves.length === 0) return
    await sleep(stdout.isTerminal ? AT_A_TERMINAL : ELSEWHERE, undefined, { signal }).catch(() => {})
  }
}

async function look(ledger: Ledger, key: EditionKey, workers: () => Promise<WorkerRow[]>): Promise<Sight> {
  const counts = await ledger.counts(key)
  const sum = (...states: string[]): number =>
    counts.reduce((total, one) => total + (states.includes(one.state) ? one.count : 0), 0)
  return {
    at: await ledger.now(),
    audience: counts.reduce((total, one) => total + one.count, 0),
    accepted: sum('accepted', 'bounced'),
    rejected: sum('rejected'),
    unknown: sum('unknown'),
    skipped: sum('skipped'),
    underWay: sum('leased', 'sending'),
    held: await ledger.isHeld(key),
    waves: sum('planned') > 0 ? await ledger.waves(key) : [],
    workers: await workers(),
  }
}

/** Accepted copies a second over what was seen. */
export function rateOf(seen: readonly Sight[]): number {
  const [first, last] = [seen[0], seen.at(-1)]
  if (first === undefined || last === undefined || last.at <= first.at) return 0
  return Math.max(0, ((last.accepted - first.accepted) * 1000) / (last.at - first.at))
}

/** The whole of it in one line. */
export function lineOf(edition: string, sight: Sight, rate: number): string {
  const { workers } = sight
  const fleet = workers.length > 0 ? [`${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}`] : []
  return `${edition}: ${[countsOf(sight), paceOf(sight, rate), ...fleet].join('; ')}`
}

export function linesOf(edition: string, sight: Sight, rate: number): string[] {
  const { waves, workers, at } = sight
  const wave = (one: { at: number; count: number }): string =>
    `${new Date(one.at).toISOString().slice(11, 16)}Z ${one.count.toLocaleString('en')}`
  const later = waves.filter((one) => one.at > at)
  const shown = later.slice(0, WAVES_SHOWN).map(wave)
  const more = later.length > WAVES_SHOWN ? [`${later.length - WAVES_SHOWN} more`] : []
  return [
    `${edition}: ${countsOf(sight)}`,
    `  ${paceOf(sight, rate)}`,
    ...(later.length > 0 ? [`  waves to come: ${[...shown, ...more].join(', ')}`] : []),
    ...workers.map((one) => {
      const [host = '', process = ''] = one.owner.split('/')
      const failed = one.failed > 0 ? `, ${one.failed.toLocaleString('en')} failed` : ''
      return `  worker ${host.split('~')[0]} ${process}: ${one.state}, ${one.accepted.toLocaleString('en')} accepted${failed}`
    }),
  ]
}

function countsOf({ audience, accepted, rejected, unknown, skipped, underWay, waves }: Sight): string {
  const planned = waves.reduce((total, one) => total + one.count, 0)
  const parts = [`${accepted.toLocaleString('en')} of ${audience.toLocaleString('en')} accepted`]
  for (const [name, count] of Object.entries({ planned, 'under way': underWay, rejected, unknown, skipped }))
    if (count > 0) parts.push(`${count.toLocaleString('en')} ${name}`)
  return parts.join(', ')
}

function paceOf({ at, held, waves, underWay }: Sight, rate: number): string {
  if (held) return 'on hold'
  const due = underWay + waves.reduce((total, one) => total + (one.at <= at ? one.count : 0), 0)
  const next = waves.find((one) => one.at > at)
  const pace = `${Math.round(rate).toLocaleString('en')}/s`
  if (due > 0 && rate > 0)
    return `${pace}, ${inWords((due / rate) * 1000)} left${next === undefined ? '' : ' of what is due'}`
  if (due > 0) return `${pace}, ${due.toLocaleString('en')} are due and nobody delivers`
  return next === undefined ? 'done' : `next wave in ${inWords(next.at - at)}`
}

function inWords(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 90) return `about ${seconds} s`
  if (seconds < 5400) return `about ${Math.ceil(seconds / 60)} min`
  return `about ${(seconds / 3600).toFixed(1)} h`
}
