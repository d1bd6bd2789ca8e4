import { UserError } from '../problems/user-error.ts'
import { type BackOff, RunTrouble } from './back-off.ts'
import { HandOver } from './hand-over.ts'
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
  /** Waits until the next may go, where there is a rate. */
  pace?(): Promise<void>
}

/** How often trouble of the run may meet the same copy before it is deferred: it may be what the server chokes on. */
const MOST_TROUBLES = 2

/** Copies made ready for each connection. With two, signing goes on while the connections move in step (3 % more than with one, 2026-11-27). */
const READY = 2

/** A delivery with its message, or with why it has none; null when the run was over before it was made. */
interface Prepared<Taken> {
  delivery: Taken
  message: FilledMessage | RunRefused | Outcome | null
}

/**
 * Sixth step of the path: takes deliveries as they come, has as many under way as there are connections, and holds twice as
 * many ready, filled and signed, for whichever connection is free first. Every one taken is settled, exactly once. A
 * message that cannot be made is a rejected delivery with its reason, never the end of the run (unless it is a UserError:
 * that is the operator's to mend, and the run is refused). Trouble of the run slows all of it down and the copy is tried
 * again; after a refusal of the run the rest is deferred untried.
 */
export async function deliverAll<Taken extends Delivery>(
  deliveries: AsyncIterable<Taken>,
  { messageFor, onBegin, onSettled, isStopped, backOff, pace }: Steps<Taken>,
  transport: Transport,
  connections: number,
  run: Run = { refused: null },
): Promise<Run> {
  const buffers = new RawBuffers((1 + READY) * connections)
  const source = deliveries[Symbol.asyncIterator]()
  const ready = new HandOver<Prepared<Taken>>()
  let broken: { error: unknown } | null = null
  const breaks = (error: unknown): void => {
    broken ??= { error }
    ready.end()
  }
  const isOver = (): boolean => run.refused !== null || broken !== null || isStopped()

  const attempt = async ({ delivery, message }: Prepared<Taken>, recorded: Promise<void>): Promise<Attempt> => {
    if (!isOver()) await pace?.()
    for (let troubles = 1; ; troubles++) {
      const began = await backOff.ready()
      if (isOver() || message === null) return untried('not tried: the run had stopped')
      if ('state' in message) return { outcome: message, tried: true }
      try {
        if (message instanceof RunRefused) throw message
        return await attemptOnce(delivery, message, began, recorded)
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
  const attemptOnce = async (
    delivery: Taken,
    { envelope, raw, needsNoStuffing }: FilledMessage,
    began: number,
    recorded: Promise<void>,
  ): Promise<Attempt> => {
    let lost = false
    const outcome = await transport({
      id: delivery.subscriber.id,
      envelope,
      raw,
      needsNoStuffing,
      onBegin: async () => {
        const [granted] = await Promise.all([onBegin(delivery), recorded])
        lost = !granted || broken !== null
        return !lost
      },
    })
    if (outcome.state === 'deferred' && outcome.slow === true) backOff.slowDown(began)
    else if (!lost) backOff.delivered()
    if (outcome.state === 'accepted') buffers.giveBack(raw)
    return { outcome, tried: !lost }
  }

  const messageOf = async (delivery: Taken): Promise<Prepared<Taken>['message']> => {
    try {
      return await messageFor(delivery, buffers.allocate)
    } catch (caught) {
      // What the operator has to mend, such as a signature that does not verify, concerns everybody.
      if (caught instanceof UserError) return new RunRefused(caught.message, caught.hint, caught)
      const reply = `the message could not be made: ${caught instanceof Error ? caught.message : caught}`
      return { state: 'rejected', reply }
    }
  }
  const prepare = async (): Promise<void> => {
    try {
      for (let next = await source.next(); next.done !== true && broken === null; next = await source.next()) {
        const delivery = next.value
        await ready.offer({ delivery, message: isOver() ? null : await messageOf(delivery) })
      }
    } catch (error) {
      breaks(error)
    }
  }
  const send = async (): Promise<void> => {
    let recorded: Promise<void> = Promise.resolve()
    try {
      for (let next = await ready.take(); next !== null && broken === null; next = await ready.take()) {
        const { outcome, tried } = await attempt(next, recorded)
        await recorded
        recorded = onSettled(next.delivery, outcome, tried)
        recorded.catch(breaks)
      }
      await recorded
    } catch (error) {
      breaks(error)
    }
  }
  const many = (count: number, work: () => Promise<void>) => Promise.all(Array.from({ length: count }, work))
  void many(READY * connections, prepare).then(() => ready.end())
  await many(connections, send)
  // What breaks the run (a ledger that cannot be written) breaks it once the copies under way have had their answers.
  if (broken !== null) throw (broken as { error: unknown }).error
  return run
}
