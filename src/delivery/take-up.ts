import type { AudienceRow } from '../audience/read-csv.ts'
import { addressHash, type Subscriber } from '../audience/subscriber.ts'
import type { EditionKey, Ledger, Planned } from '../ledger/ledger.ts'
import { type Delivery, type Offer, planDelivery, type SkipReason } from './plan.ts'

/** A delivery that is this run's to make: leased in the ledger, dated with the instant it was first planned. */
export interface LeasedDelivery extends Delivery {
  /** Milliseconds since 1970; what the copy is dated on every attempt. */
  plannedAt: number
  /** Before this one. */
  attempts: number
}

/** Where everybody else ended up. */
export interface Tally {
  audience: number
  planned: number
  already: number
  deferred: number
  skipped: Partial<Record<SkipReason, number>>
}

export interface TakeUp {
  ledger: Ledger
  key: EditionKey
  owner: string
  offer: Offer
  /** How many deliveries are leased at a time; as many again are under way. */
  connections: number
  /** Addresses never to mail, of those asked about, with the reason. */
  suppressed(hashes: readonly string[]): Promise<Map<string, string>>
  clock(): number
  /** True once nothing more may be begun: Ctrl-C, or a refusal of the run. */
  isStopped(): boolean
  /** Waits until the next may go, where there is a rate. */
  pace(): Promise<void>
  onRow(row: AudienceRow): void
}

/** How long a lease lasts without being renewed (design, section 6). */
export const LEASE_MILLISECONDS = 30_000
/** Rows planned in one transaction. */
const CHUNK = 1000

/**
 * The audience, planned in the ledger as it streams by, and of it what this run may deliver, a few leased at a time.
 * What somebody else has, or had, is `already`; what is left when the run stops is `deferred`. Memory stays flat.
 */
export async function* takeUp(
  rows: AsyncIterable<AudienceRow>,
  take: TakeUp,
  tally: Tally,
): AsyncGenerator<LeasedDelivery> {
  let chunk: Candidate[] = []
  for await (const row of rows) {
    tally.audience += 1
    take.onRow(row)
    const candidate = candidateOf(row, take.offer)
    if ('reason' in candidate) skip(tally, candidate.reason)
    else chunk.push(candidate)
    if (chunk.length < CHUNK) continue
    yield* takeChunk(chunk, take, tally)
    chunk = []
  }
  if (chunk.length > 0) yield* takeChunk(chunk, take, tally)
}

interface Candidate {
  subscriber: Subscriber
  hash: string
  /** Null for who is to be served. */
  delivery: Delivery | null
  skipped: SkipReason | null
}

/** A row without a usable address has no place in the ledger; it has its finding. */
function candidateOf(row: AudienceRow, offer: Offer): Candidate | { reason: SkipReason } {
  if ('skipped' in row) return { reason: row.skipped }
  const planned = planDelivery(row, offer)
  return {
    subscriber: row.subscriber,
    hash: addressHash(row.subscriber.email),
    delivery: 'delivery' in planned ? planned.delivery : null,
    skipped: 'skipped' in planned ? planned.skipped : null,
  }
}

async function* takeChunk(chunk: readonly Candidate[], take: TakeUp, tally: Tally): AsyncGenerator<LeasedDelivery> {
  const { ledger, key, owner } = take
  if (take.isStopped()) {
    for (const { skipped } of chunk)
      if (skipped === null) tally.deferred += 1
      else skip(tally, skipped)
    return
  }
  const suppressed = await take.suppressed(chunk.map((one) => one.hash))
  const now = take.clock()
  const planned = await ledger.plan(
    key,
    chunk.map(({ subscriber, hash, skipped }) => ({
      id: subscriber.id,
      addressHash: hash,
      dueAt: now,
      skipped: skipped ?? (suppressed.has(hash) ? 'suppressed' : null),
    })),
    now,
  )
  const ready: Delivery[] = []
  for (const [index, { delivery }] of chunk.entries()) {
    const row = planned[index] as Planned
    if (row.state === 'duplicate') skip(tally, 'duplicate')
    else if (row.state === 'skipped') skip(tally, row.reason as SkipReason)
    else if (row.state === 'planned' && delivery !== null) ready.push(delivery)
    else tally.already += 1
  }
  for (let from = 0; from < ready.length; from += take.connections) {
    const batch = ready.slice(from, from + take.connections)
    if (take.isStopped()) {
      tally.deferred += ready.length - from
      return
    }
    const at = take.clock()
    // A plain `send` serves everyone not yet served, whatever the hour: rows that wait for a second try included.
    const leased = new Map(
      (
        await ledger.lease(
          key,
          batch.map((one) => one.subscriber.id),
          owner,
          at + LEASE_MILLISECONDS,
          at,
          Number.MAX_SAFE_INTEGER,
        )
      ).map((one) => [one.id, one]),
    )
    if (leased.size < batch.length && (await ledger.isHeld(key))) tally.deferred += batch.length - leased.size
    else tally.already += batch.length - leased.size
    for (const delivery of batch) {
      const lease = leased.get(delivery.subscriber.id)
      if (lease === undefined) continue
      tally.planned += 1
      await take.pace()
      yield { ...delivery, plannedAt: lease.plannedAt, attempts: lease.attempts }
    }
  }
}

function skip(tally: Tally, reason: SkipReason): void {
  tally.skipped[reason] = (tally.skipped[reason] ?? 0) + 1
}
