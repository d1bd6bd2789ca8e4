import type { AudienceRow } from '../audience/read-csv.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import type { EditionKey, Leased, Ledger, Planned, PlanRow } from '../ledger/ledger.ts'
import type { Leases } from './leases.ts'
import { type Delivery, type Offer, planDelivery, type SkipReason, type Timing } from './plan.ts'
import { readAhead } from './read-ahead.ts'

/** A delivery that is this run's to make: leased in the ledger. */
export interface LeasedDelivery extends Delivery {
  /** Milliseconds since 1970; what the copy is dated on every attempt. */
  datedAt: number
  /** Before this one. */
  attempts: number
}

/** Where everybody is that a pass over the audience did not take. */
export interface Tally {
  audience: number
  taken: number
  already: number
  /** Tried before and to be tried again, or left when the run stopped. */
  deferred: number
  /** Not yet due, or left for later by `--first`. */
  notDue: number
  skipped: Partial<Record<SkipReason, number>>
}

export const noTally = (): Tally => ({ audience: 0, taken: 0, already: 0, deferred: 0, notDue: 0, skipped: {} })

export interface TakeUp {
  ledger: Ledger
  key: EditionKey
  owner: string
  offer: Offer
  timing: Timing
  /** Takes only what is due by then; waits for that instant before the first is taken. Null: whatever is planned. */
  due: { at: number; wait(ready: readonly Delivery[]): Promise<void> } | null
  /** Looks only at who has become due since an instant, and at these; null: at everybody. */
  only: { since: number; ids: ReadonlySet<string> } | null
  /** Takes nobody: says where everybody is. */
  accounts: boolean
  /** No more than so many are taken. */
  room: { left: number }
  /** How many deliveries are under way at a time; as many are leased at once. */
  connections: number
  leases: Leases
  /** Addresses never to mail, of those asked about, with the reason. */
  suppressed(hashes: readonly string[]): Promise<Map<string, string>>
  clock(): number
  /** True once nothing more may be begun: Ctrl-C, or a refusal of the run. */
  isStopped(): boolean
  onRow(row: AudienceRow): void
}

/** How long a lease lasts without being renewed (design, section 6). */
export const LEASE_MILLISECONDS = 30_000
/** Rows planned in one transaction: what is under way waits for it with its own. */
const CHUNK = 500

/**
 * One pass over the audience: planned in the ledger as it streams by, a chunk ahead, and of it what this run may deliver now,
 * as many leased at a time as there are connections, when there is room for them. Everybody else is in the tally. Memory
 * stays flat.
 */
export async function* takeUp(
  rows: AsyncIterable<AudienceRow>,
  take: TakeUp,
  tally: Tally,
): AsyncGenerator<LeasedDelivery> {
  // Not yield*, which in an async generator takes each from the list by a promise of its own.
  for await (const batch of readAhead(leasedOf(readAhead(plannedOf(rows, take, tally), 1), take, tally), 1))
    for (const delivery of batch) yield delivery
}

/** Those to be delivered now, in the chunks they were planned in. */
async function* plannedOf(rows: AsyncIterable<AudienceRow>, take: TakeUp, tally: Tally): AsyncGenerator<Delivery[]> {
  let chunk: Candidate[] = []
  for await (const row of rows) {
    tally.audience += 1
    take.onRow(row)
    if (!isLookedAt(row, take)) continue
    const candidate = candidateOf(row, take)
    if ('reason' in candidate) skip(tally, candidate.reason)
    else chunk.push(candidate)
    if (chunk.length < CHUNK) continue
    yield await planChunk(chunk, take, tally)
    chunk = []
  }
  if (chunk.length > 0) yield await planChunk(chunk, take, tally)
}

/** A row of the audience as it is to be planned. */
export interface Candidate {
  subscriber: Subscriber
  /** Null for who is to be served. */
  delivery: Delivery | null
  skipped: SkipReason | null
}

/** The first question to every row at every instant, so it is asked before anything is made of the row. */
function isLookedAt(row: AudienceRow, { only, due, timing, clock }: TakeUp): boolean {
  if (only === null || due === null) return true
  if ('skipped' in row) return false
  const from = timing(row.subscriber, clock())?.from ?? Number.POSITIVE_INFINITY
  return (from > only.since && from <= due.at) || only.ids.has(row.subscriber.id)
}

/** A row without a usable address has no place in the ledger; it has its finding. */
export function candidateOf(
  row: AudienceRow,
  { offer, timing, clock }: Pick<TakeUp, 'offer' | 'timing' | 'clock'>,
): Candidate | { reason: SkipReason } {
  if ('skipped' in row) return { reason: row.skipped }
  const planned = planDelivery(row, offer, timing, clock())
  return {
    subscriber: row.subscriber,
    delivery: 'delivery' in planned ? planned.delivery : null,
    skipped: 'skipped' in planned ? planned.skipped : null,
  }
}

/** As the ledger is asked to plan it. */
export function planRowOf(
  { subscriber: { id, addressHash }, delivery, skipped }: Candidate,
  suppressed: ReadonlyMap<string, string>,
  now: number,
): PlanRow {
  const reason = skipped ?? (suppressed.has(addressHash) ? 'suppressed' : null)
  return { id, addressHash, dueAt: delivery?.window.from ?? now, skipped: reason }
}

async function planChunk(chunk: readonly Candidate[], take: TakeUp, tally: Tally): Promise<Delivery[]> {
  const { ledger, key, due } = take
  const hashes = chunk.map((one) => one.subscriber.addressHash)
  const suppressed = await take.suppressed(hashes)
  const now = take.clock()
  const planned = await ledger.plan(
    key,
    chunk.map((one) => planRowOf(one, suppressed, now)),
    now,
  )
  const ready: Delivery[] = []
  for (const [index, { delivery }] of chunk.entries()) {
    const row = planned[index] as Planned
    if (row.state === 'duplicate') skip(tally, 'duplicate')
    else if (row.state === 'skipped') skip(tally, row.reason as SkipReason)
    else if (row.state !== 'planned' || delivery === null) tally.already += 1
    else if (take.accounts || (due !== null && row.dueAt > due.at)) tally[leftAs(row, now)] += 1
    else ready.push(delivery)
  }
  return ready
}

async function* leasedOf(
  chunks: AsyncIterable<Delivery[]>,
  take: TakeUp,
  tally: Tally,
): AsyncGenerator<LeasedDelivery[]> {
  const { ledger, key, due, room } = take
  for await (const ready of chunks) {
    if (ready.length === 0) continue
    await due?.wait(ready)
    for (let from = 0; from < ready.length; ) {
      const batch = ready.slice(from, from + Math.min(take.connections, room.left))
      from += batch.length
      if (batch.length === 0) {
        tally.notDue += ready.length - from
        break
      }
      const leased = await leaseBatch(batch, take)
      const lost = batch.filter((one) => !leased.has(one.subscriber.id))
      // What nobody may have (the edition is on hold, the run has stopped) is left; the rest is another sender's.
      if (lost.length > 0 && (take.isStopped() || (await ledger.isHeld(key)))) tally.deferred += lost.length
      else tally.already += lost.length
      room.left -= leased.size
      tally.taken += leased.size
      yield batch.flatMap((delivery) => {
        const lease = leased.get(delivery.subscriber.id)
        return lease === undefined ? [] : [{ ...delivery, datedAt: lease.datedAt, attempts: lease.attempts }]
      })
    }
  }
}

async function leaseBatch(batch: readonly Delivery[], take: TakeUp): Promise<Map<string, Leased>> {
  await take.leases.room(batch.length)
  if (take.isStopped()) return new Map()
  const at = take.clock()
  const leased = await take.ledger.lease(
    take.key,
    batch.map((one) => one.subscriber.id),
    take.owner,
    at + LEASE_MILLISECONDS,
    at,
    // A plain `send` serves everyone not yet served, whatever the hour: rows that wait for a second try included.
    take.due?.at ?? Number.MAX_SAFE_INTEGER,
  )
  for (const { id } of leased) take.leases.begin(id)
  return new Map(leased.map((one) => [one.id, one]))
}

/** What has been tried, or could have been, is deferred. */
const leftAs = ({ attempts, dueAt }: Planned, now: number): 'deferred' | 'notDue' =>
  attempts > 0 || dueAt <= now ? 'deferred' : 'notDue'

function skip(tally: Tally, reason: SkipReason): void {
  tally.skipped[reason] = (tally.skipped[reason] ?? 0) + 1
}
