import type { AudienceRow } from '../audience/read-csv.ts'
import type { Settlement } from '../ledger/ledger.ts'
import { BackOff } from './back-off.ts'
import type { Counts } from './counts.ts'
import { deliverAll, type Run } from './deliver.ts'
import { Leases } from './leases.ts'
import type { FilledMessage } from './message.ts'
import type { Delivery, SkipReason } from './plan.ts'
import type { Allocate } from './raw-buffers.ts'
import { settlementOf } from './settlement.ts'
import { type LeasedDelivery, noTally, type TakeUp, type Tally, takeUp } from './take-up.ts'
import type { OpenTransport, Outcome } from './transport.ts'

/** A run of `send` over one edition: everything it touches is passed in. */
export interface EditionRun
  extends Omit<TakeUp, 'due' | 'only' | 'accounts' | 'room' | 'leases' | 'onRow' | 'isStopped'> {
  /** The audience from its beginning, as often as it is asked for. */
  audience(): AsyncIterable<AudienceRow>
  /** Null for plain `send`; with `--due`, until when the run stays for copies that become due. */
  due: { waitUntil: number } | null
  /** `--first N`. */
  first: number | null
  transport: OpenTransport
  /** Waits until the next may go, where there is a rate; null without one. */
  pace: (() => Promise<void>) | null
  /** Makes what can be made of these before their instant. */
  prepare(ready: readonly Delivery[]): Promise<void>
  messageFor(delivery: LeasedDelivery, allocate: Allocate): Promise<FilledMessage>
  /** Ends early when the run is stopped. */
  sleep(milliseconds: number): Promise<void>
  /** Ctrl-C. */
  isAborted(): boolean
  /** Each row of the audience, once. */
  onRow(row: AudienceRow): void
  /** `settlement` is what the ledger was told of it. */
  onSettled(delivery: LeasedDelivery, outcome: Outcome, settlement: Settlement, tried: boolean): void
}

/** For each connection (design, section 6). */
const MOST_LEASED = 4
/** So long before copies become due a waiting run reads the audience and connects. */
const AHEAD = 10_000
const HOLD_CHECKED_EVERY = 1000

/**
 * Plan, lease, deliver, settle. One pass over the audience takes what is due; a run that waits sleeps until the next
 * instant at which something is (a wave of subscribers, or second tries), and passes over the audience again. `counts`
 * are kept while it runs and are whole at its end.
 */
export async function runDeliveries(edition: EditionRun, counts: Counts, run: Run): Promise<void> {
  const { ledger, key, owner, clock, sleep, due } = edition
  const room = { left: edition.first ?? Number.MAX_SAFE_INTEGER }
  const isStopped = (): boolean => run.refused !== null || edition.isAborted()
  const backOff = new BackOff(clock, sleep)
  const leases = new Leases(MOST_LEASED * edition.connections)
  const deferredHere = new Set<string>()
  /** Who left between the plan and the server's 354. */
  const withdrawn = new Map<string, SkipReason>()
  const onSettled = async (delivery: LeasedDelivery, outcome: Outcome, tried: boolean): Promise<void> => {
    leases.end(delivery.subscriber.id)
    if (withdrawn.has(delivery.subscriber.id)) return
    const settlement = settlementOf(delivery, outcome, tried, clock())
    await ledger.settle(key, settlement, owner, clock())
    const { id } = delivery.subscriber
    if (!deferredHere.has(id)) counts.planned += 1
    const gaveUp = settlement.state === 'deferred' && settlement.retryAt === null
    counts[gaveUp ? 'rejected' : outcome.state] += 1
    if (outcome.state === 'deferred' && !gaveUp) deferredHere.add(id)
    edition.onSettled(delivery, outcome, settlement, tried)
  }
  let at = clock()
  let since: number | null = null
  let takenLater = 0
  const passOver = async (accounts: boolean): Promise<Tally> => {
    const tally = noTally()
    const wait = async (ready: readonly Delivery[]): Promise<void> => {
      if (at > clock()) await edition.prepare(ready)
      for (let left = at - clock(); left > 0 && !isStopped(); left = at - clock()) await sleep(left)
    }
    const take: TakeUp = {
      ...edition,
      due: due === null ? null : { at, wait },
      only: since === null || accounts ? null : { since, ids: deferredHere },
      accounts,
      room,
      leases,
      isStopped,
      onRow: (row) => {
        if (since === null) edition.onRow(row)
      },
    }
    const steps = {
      messageFor: edition.messageFor,
      onBegin: async ({ subscriber: { id } }: LeasedDelivery) => {
        const begun = await ledger.begin(key, id, owner, clock())
        if (begun) leases.end(id)
        const reason = begun ? null : await ledger.withdraw(key, id, clock())
        if (reason !== null) withdrawn.set(id, reason)
        return begun
      },
      onSettled,
      isStopped,
      backOff,
      pace: edition.pace,
    }
    await deliverAll(
      takeUp(edition.audience(), take, tally),
      steps,
      edition.transport.transport,
      edition.connections,
      run,
    )
    return tally
  }
  takeTally(counts, await passOver(false), 0)
  for (const reason of withdrawn.values()) counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1
  if (due === null) return
  while (!isStopped()) {
    const next = due.waitUntil <= at ? null : await nextInstant(edition, due.waitUntil, at)
    if (next === null) break
    since = at
    at = next
    await sleep(Math.max(0, at - AHEAD - clock()))
    if (isStopped()) break
    await edition.transport.warmUp()
    takenLater += (await passOver(false)).taken
  }
  if (takenLater === 0) return
  // Whoever was looked at once more is counted once: the last word on everybody is the ledger's.
  counts.deferred = 0
  takeTally(counts, await passOver(true), counts.accepted + counts.rejected + counts.unknown)
  if (edition.first !== null) {
    counts.notDue += counts.deferred
    counts.deferred = 0
  }
}

/** When the next pass is worth it: something becomes due, or a hold is lifted; null when that is not within the wait. */
async function nextInstant(edition: EditionRun, until: number, after: number): Promise<number | null> {
  const { ledger, key, clock, sleep } = edition
  if (await ledger.isHeld(key)) {
    while (await ledger.isHeld(key)) {
      if (clock() >= until || edition.isAborted()) return null
      await sleep(Math.min(HOLD_CHECKED_EVERY, Math.max(1, until - clock())))
    }
    return clock()
  }
  const next = await ledger.nextDue(key, after)
  return next === null || next > until ? null : next
}

/** `settledHere`: what the tally calls `already` though this run settled it. */
function takeTally(counts: Counts, tally: Tally, settledHere: number): void {
  counts.audience = tally.audience
  counts.already = tally.already - settledHere
  counts.deferred += tally.deferred
  counts.notDue = tally.notDue
  counts.skipped = tally.skipped
}
