import type { AudienceRow } from '../audience/read-csv.ts'
import type { EditionKey, Ledger, Planned } from '../ledger/ledger.ts'
import type { Counts } from './counts.ts'
import type { Offer, SkipReason, Timing } from './plan.ts'
import type { Queue } from './queue.ts'
import { type Candidate, candidateOf, planRowOf } from './take-up.ts'

export interface EnqueueRun {
  ledger: Ledger
  queue: Pick<Queue, 'enqueue'>
  key: EditionKey
  offer: Offer
  timing: Timing
  /** For plain `send`; null when every reader has an instant of their own. */
  plannedAt: number | null
  suppressed(hashes: readonly string[]): Promise<Map<string, string>>
  clock(): number
  isStopped(): boolean
  onRow(row: AudienceRow): void
}

/** Deliveries in a batch: a worker's few seconds. */
export const BATCH = 200
/** Whoever is skipped has no instant. */
const NO_INSTANT = -1

/**
 * One pass over the audience: planned in the ledger, and in the same transaction a batch for workers, by the instant its
 * copies are due. Nothing is delivered here: who is to be is counted as not due. Memory holds a batch an instant.
 * Returns how many deliveries are in the queue.
 */
export async function enqueueAll(rows: AsyncIterable<AudienceRow>, run: EnqueueRun, counts: Counts): Promise<number> {
  const waiting = new Map<number, Candidate[]>()
  let enqueued = 0
  for await (const row of rows) {
    if (run.isStopped()) break
    counts.audience += 1
    run.onRow(row)
    const candidate = candidateOf(row, run)
    if ('reason' in candidate) {
      skip(counts, candidate.reason)
      continue
    }
    const instant = candidate.delivery?.window.from ?? NO_INSTANT
    const batch = waiting.get(instant) ?? []
    waiting.set(instant, batch)
    if (batch.push(candidate) < BATCH) continue
    waiting.delete(instant)
    enqueued += await enqueueBatch(instant, batch, run, counts)
  }
  for (const [instant, batch] of waiting) enqueued += await enqueueBatch(instant, batch, run, counts)
  return enqueued
}

async function enqueueBatch(
  instant: number,
  batch: readonly Candidate[],
  { ledger, queue, key, plannedAt, suppressed, clock }: EnqueueRun,
  counts: Counts,
): Promise<number> {
  const withheld = await suppressed(batch.map((one) => one.subscriber.addressHash))
  const now = clock()
  const rows = batch.map((one) => planRowOf(one, withheld, now))
  const open = (planned: readonly Planned[]): Candidate[] =>
    batch.filter((one, index) => one.delivery !== null && planned[index]?.state === 'planned')
  const planned = await ledger.plan(key, rows, now, async (db, planned) => {
    const subscribers = open(planned).map((one) => one.subscriber)
    // Of an instant that is past the queue would count its week from then, and sweep a batch away that nobody has seen.
    const dueAt = Math.max(instant, now)
    if (subscribers.length > 0) await queue.enqueue(db, { edition: key.edition, plannedAt, subscribers }, dueAt)
  })
  for (const { state, reason } of planned)
    if (state === 'duplicate') skip(counts, 'duplicate')
    else if (state === 'skipped') skip(counts, reason as SkipReason)
    else counts[state === 'planned' ? 'notDue' : 'already'] += 1
  return open(planned).length
}

function skip(counts: Counts, reason: SkipReason): void {
  counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1
}
