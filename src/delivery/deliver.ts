import { UserError } from '../problems/user-error.ts'
import type { FilledMessage } from './message.ts'
import type { Delivery } from './plan.ts'
import { type Outcome, RunRefused, type Transport } from './transport.ts'

/** How a run ended: `refused` is set when the server turned the run as a whole away. */
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
  messageFor(delivery: Taken): Promise<FilledMessage>
  /** The gate: commits `sending`; false when the delivery is no longer ours to make. */
  onBegin(delivery: Taken): Promise<boolean>
  /** `tried` is false when nothing was asked of the server. Waited for before the next is taken. */
  onSettled(delivery: Taken, outcome: Outcome, tried: boolean): Promise<void>
}

/**
 * Sixth step of the path: takes deliveries as they come and has as many under way as there are connections. Every one
 * taken is settled, exactly once. A message that cannot be made is a rejected delivery with its reason, never the end
 * of the run (unless it is a UserError: that is the operator's to mend, and the run is refused); after a refusal of the run the rest is deferred untried.
 */
export async function deliverAll<Taken extends Delivery>(
  deliveries: AsyncIterable<Taken>,
  { messageFor, onBegin, onSettled }: Steps<Taken>,
  transport: Transport,
  connections: number,
  run: Run = { refused: null },
): Promise<Run> {
  const source = deliveries[Symbol.asyncIterator]()
  const attempt = async (delivery: Taken): Promise<Attempt> => {
    if (run.refused !== null) return untried('not tried: the run was refused')
    let message: FilledMessage
    try {
      message = await messageFor(delivery)
    } catch (caught) {
      // What the operator has to mend, such as a signature that does not verify, concerns everybody.
      if (caught instanceof UserError) {
        run.refused ??= new RunRefused(caught.message, caught.hint, caught)
        return untried(caught.message)
      }
      const reply = `the message could not be made: ${caught instanceof Error ? caught.message : caught}`
      return { outcome: { state: 'rejected', reply }, tried: true }
    }
    let lost = false
    try {
      const outcome = await transport({
        id: delivery.subscriber.id,
        envelope: message.envelope,
        raw: message.raw,
        onBegin: async () => {
          lost = !(await onBegin(delivery))
          return !lost
        },
      })
      return { outcome, tried: !lost }
    } catch (caught) {
      if (!(caught instanceof RunRefused)) throw caught
      run.refused ??= caught
      return untried(caught.message)
    }
  }
  const work = async (): Promise<void> => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      const { outcome, tried } = await attempt(next.value)
      await onSettled(next.value, outcome, tried)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  return run
}
