import { UserError } from '../problems/user-error.ts'
import { type BackOff, RunTrouble } from './back-off.ts'
import type { FilledMessage } from './message.ts'
import type { Delivery } from './plan.ts'
import { type Allocate, RawBuffers } from './raw-buffers.ts'
import { type Outcome, RunRefused, type Transport } from './transport.ts'

/** How a run ended: `refused` is set when the server turned the run as a whole away, or trouble did not end. */
export interface Run {
  refused: RunRefused | null
}

interface Attempt {
  outcome: Outcome
  tried: boolean
}

const untried = (reply: string): Attempt => ({ outcome: { state: 'deferred', reply }, tried: false })

/** What a run does with each delivery it takes. */
export interface Steps<Taken extends Delivery> {
  messageFor(delivery: Taken, allocate: Allocate): Promise<FilledMessage>
  /** The gate: commits `sending`; false when the delivery is no longer ours to make. */
  onBegin(delivery: Taken): Promise<boolean>
  /**
   * `tried` is false when nothing was asked of the server. A connection goes on to its next delivery meanwhile, but
   * no further than to the gate: nothing of a body leaves before the last outcome is on record.
   */
  onSettled(delivery: Taken, outcome: Outcome, tried: boolean): Promise<void>
  /** True once nothing more may be begun. */
  isStopped(): boolean
  backOff: BackOff
}

/** How often trouble of the run may meet the same copy before it is deferred: it may be what the server chokes on. */
const MOST_TROUBLES = 2

/**
 * Sixth step of the path: takes deliveries as they come and has as many under way as there are connections. Every one
 * taken is settled, exactly once. A message that cannot be made is a rejected delivery with its reason, never the end of
 * the run (unless it is a UserError: that is the operator's to mend, and the run is refused). Trouble of the run slows
 * all of it down and the copy is tried again; after a refusal of the run the rest is deferred untried.
 */
export async function deliverAll<Taken extends Delivery>(
  deliveries: AsyncIterable<Taken>,
  { messageFor, onBegin, onSettled, isStopped, backOff }: Steps<Taken>,
  transport: Transport,
  connections: number,
  run: Run = { refused: null },
): Promise<Run> {
  const buffers = new RawBuffers(connections)
  const source = deliveries[Symbol.asyncIterator]()
  let broken: { error: unknown } | null = null
  const attempt = async (delivery: Taken, recorded: Promise<void>): Promise<Attempt> => {
    for (let troubles = 1; ; troubles++) {
      const began = await backOff.ready()
      if (run.refused !== null || broken !== null || isStopped()) return untried('not tried: the run had stopped')
      try {
        return await attemptOnce(delivery, began, recorded)
      } catch (caught) {
        if (caught instanceof RunTrouble) {
          backOff.slowDown(began)
          run.refused ??= backOff.opened(caught)
          if (run.refused === null && troubles >= MOST_TROUBLES)
            return { outcome: { state: 'deferred', reply: caught.message }, tried: true }
          continue
        }
        if (!(caught instanceof RunRefused)) throw caught
        run.refused ??= caught
        return untried(caught.message)
      }
    }
  }
  const attemptOnce = async (delivery: Taken, began: number, recorded: Promise<void>): Promise<Attempt> => {
    let message: FilledMessage
    try {
      message = await messageFor(delivery, buffers.allocate)
    } catch (caught) {
      // What the operator has to mend, such as a signature that does not verify, concerns everybody.
      if (caught instanceof UserError) throw new RunRefused(caught.message, caught.hint, caught)
      const reply = `the message could not be made: ${caught instanceof Error ? caught.message : caught}`
      return { outcome: { state: 'rejected', reply }, tried: true }
    }
    let lost = false
    const outcome = await transport({
      id: delivery.subscriber.id,
      envelope: message.envelope,
      raw: message.raw,
      needsNoStuffing: message.needsNoStuffing,
      onBegin: async () => {
        const [granted] = await Promise.all([onBegin(delivery), recorded])
        lost = !granted || broken !== null
        return !lost
      },
    })
    if (outcome.state === 'deferred' && outcome.slow === true) backOff.slowDown(began)
    else if (!lost) backOff.delivered()
    if (outcome.state === 'accepted') buffers.giveBack(message.raw)
    return { outcome, tried: !lost }
  }
  const work = async (): Promise<void> => {
    let recorded: Promise<void> = Promise.resolve()
    try {
      for (let next = await source.next(); next.done !== true && broken === null; next = await source.next()) {
        const { outcome, tried } = await attempt(next.value, recorded)
        await recorded
        recorded = onSettled(next.value, outcome, tried)
        recorded.catch((error) => {
          broken ??= { error }
        })
      }
      await recorded
    } catch (error) {
      broken ??= { error }
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  // What breaks the run (a ledger that cannot be written) breaks it once the copies under way have had their answers.
  if (broken !== null) throw (broken as { error: unknown }).error
  return run
}
