import type { Database } from './database.ts'
import type { State } from './ledger.ts'

type Tables = {
  edition: { publication: string; edition: string }
  delivery: {
    publication: string
    edition: string
    subscriber_id: string
    state: State
    reason: string | null
    updated_at: number
  }
}

/** What became of one subscriber's copies, the latest edition first; of the last thousand editions. */
export async function deliveriesOf(
  database: Database,
  publication: string,
  id: string,
): Promise<{ edition: string; state: State; reason: string | null; at: string }[]> {
  const db = database.withTables<Tables>()
  const editions = await db
    .selectFrom('edition')
    .select('edition')
    .where('publication', '=', publication)
    .orderBy('edition', 'desc')
    .limit(1000)
    .execute()
  if (editions.length === 0) return []
  const names = editions.map((one) => one.edition)
  const rows = await db
    .selectFrom('delivery')
    .select(['edition', 'state', 'reason', 'updated_at'])
    .where('publication', '=', publication)
    .where('edition', 'in', names)
    .where('subscriber_id', '=', id)
    .orderBy('edition', 'desc')
    .execute()
  return rows.map(({ edition, state, reason, updated_at }) => ({
    edition,
    state,
    reason,
    at: new Date(updated_at).toISOString(),
  }))
}
