import type { Settlement } from '../ledger/ledger.ts'
import type { LeasedDelivery } from './take-up.ts'
import type { Outcome } from './transport.ts'

/** Plain `send` gives a copy up after a day or eight tries (design, section 6). */
const MOST_TRIES = 8
const DAY = 86_400_000
/** Minutes before a next try: 1, 2, 4, … up to an hour. */
const backOff = (tries: number): number => Math.min(60, 2 ** tries) * 60_000

/** What the ledger is told of an outcome. `tried` is false when nothing was asked of the server. */
export function settlementOf(
  { subscriber: { id }, attempts, plannedAt }: LeasedDelivery,
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
      const over = attempts + 1 >= MOST_TRIES || now - plannedAt > DAY
      return { id, state: 'deferred', reply: outcome.reply, retryAt: over ? null : now + backOff(attempts) }
    }
  }
}
