import type { Settlement } from '../ledger/ledger.ts'
import type { LeasedDelivery } from './take-up.ts'
import type { Outcome } from './transport.ts'

/** A copy is given up after eight tries, or at the end of its window (design, section 6). */
const MOST_TRIES = 8
/** Minutes before a next try: 1, 2, 4, … up to an hour. */
const backOff = (tries: number): number => Math.min(60, 2 ** tries) * 60_000

/** What the ledger is told of an outcome. `tried` is false when nothing was asked of the server. */
export function settlementOf(
  { subscriber: { id }, attempts, window, datedAt }: LeasedDelivery,
  outcome: Outcome,
  tried: boolean,
  now: number,
): Settlement {
  switch (outcome.state) {
    case 'accepted':
      return { id, state: 'accepted', reply: outcome.reply }
    case 'unknown':
      return { id, state: 'unknown', reason: outcome.reply }
    case 'rejected':
      return {
        id,
        state: 'rejected',
        reason: /^5\d\d/.test(outcome.reply) ? 'refused' : 'not-made',
        reply: outcome.reply,
      }
    case 'deferred': {
      if (!tried) return { id, state: 'returned' }
      const retryAt = now + backOff(attempts)
      const over = attempts + 1 >= MOST_TRIES || retryAt > datedAt + (window.until - window.from)
      return { id, state: 'deferred', reply: outcome.reply, retryAt: over ? null : retryAt }
    }
  }
}
