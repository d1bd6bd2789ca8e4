import type { AudienceRow } from '../audience/read-csv.ts'
import type { Counts } from '../delivery/counts.ts'
import { type Offer, planDelivery, type Timing } from '../delivery/plan.ts'
import type { EditionKey, Ledger } from '../ledger/ledger.ts'

export interface Rehearsal {
  /** Null when nothing was ever sent. */
  ledger: Ledger | null
  key: EditionKey
  rows: AsyncIterable<AudienceRow>
  offer: Offer
  timing: Timing
  /** Only what is due. */
  due: boolean
}

/** `--dry-run`: the same counts, and nothing written. */
export async function rehearse(
  { ledger, key, rows, offer, timing, due }: Rehearsal,
  now: number,
  counts: Counts,
  onRow: (row: AudienceRow) => void,
): Promise<void> {
  for await (const row of rows) {
    counts.audience += 1
    onRow(row)
    const planned = planDelivery(row, offer, timing, now)
    if ('skipped' in planned) counts.skipped[planned.skipped] = (counts.skipped[planned.skipped] ?? 0) + 1
    else {
      const { subscriber, window } = planned.delivery
      const state = (await ledger?.states(key, [subscriber.id]))?.get(subscriber.id) ?? 'planned'
      if (state !== 'planned' && state !== 'skipped') counts.already += 1
      else counts[due && window.from > now ? 'notDue' : 'planned'] += 1
    }
  }
}
