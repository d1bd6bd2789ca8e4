import { UserError } from '../problems/user-error.ts'
import type { FilledMessage } from './message.ts'
import type { Delivery } from './plan.ts'
import { type Outcome, RunRefused, type Transport } from './transport.ts'

/** How a run ended: `refused` is set when the server turned the run as a whole away. */
export interface Run {
  refused: RunRefused | null
}

/**
 * Sixth step of the path: takes deliveries as they come and has as many under way as there are connections. Every one
 * taken is settled, exactly once. A message that cannot be made is a rejected delivery with its reason, never the end
 * of the run (unless it is a UserError: that is the operator's to mend, and the run is refused); after a refusal of the run the rest is deferred untried.
 */
export async function deliverAll(
  deliveries: AsyncIterable<Delivery>,
  messageFor: (delivery: Delivery) => Promise<FilledMessage>,
  transport: Transport,
  connections: number,
  onSettled: (delivery: Delivery, outcome: Outcome, run: Run) => void,
): Promise<Run> {
  const run: Run = { refused: null }
  const source = deliveries[Symbol.asyncIterator]()
  const attempt = async (delivery: Delivery): Promise<Outcome> => {
    if (run.refused !== null) return { state: 'deferred', reply: 'not tried: the run was refused' }
    let message: FilledMessage
    try {
      message = await messageFor(delivery)
    } catch (caught) {
      // What the operator has to mend, such as a signature that does not verify, concerns everybody.
      if (caught instanceof UserError) {
        run.refused ??= new RunRefused(caught.message, caught.hint, caught)
        return { state: 'deferred', reply: caught.message }
      }
      return {
        state: 'rejected',
        reply: `the message could not be made: ${caught instanceof Error ? caught.message : caught}`,
      }
    }
    try {
      return await transport({
        id: delivery.subscriber.id,
        envelope: message.envelope,
        raw: message.raw,
        onBegin: async () => true,
      })
    } catch (caught) {
      if (!(caught instanceof RunRefused)) throw caught
      run.refused ??= caught
      return { state: 'deferred', reply: caught.message }
    }
  }
  const work = async (): Promise<void> => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      onSettled(next.value, await attempt(next.value), run)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  return run
}
