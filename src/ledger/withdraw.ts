import type { Database } from './database.ts'
import type { EditionKey, State } from './ledger.ts'

/** What these statements touch of the ledger's own tables. */
type Tables = {
  edition: { publication: string; edition: string }
  delivery: {
    publication: string
    edition: string
    subscriber_id: string
    address_hash: string
    state: State
    reason: string | null
    lease_owner: string | null
    lease_until: number | null
    updated_at: number
  }
  suppression: { publication: string; address_hash: string }
  preference: { publication: string; subscriber_id: string; unsubscribed_at: number | null }
}

type Reason = 'unsubscribed' | 'suppressed'

/** A copy that has not begun to leave is skipped when its reader left or its address is suppressed; the reason it has. */
export async function withdraw(
  database: Database,
  { publication, edition }: EditionKey,
  id: string,
  now: number,
): Promise<Reason | null> {
  const db = database.withTables<Tables>()
  const row = await db
    .selectFrom('delivery')
    .select(['state', 'reason', 'address_hash'])
    .where('publication', '=', publication)
    .where('edition', '=', edition)
    .where('subscriber_id', '=', id)
    .executeTakeFirst()
  if (row?.state === 'skipped') return row.reason as Reason
  if (row === undefined || (row.state !== 'leased' && row.state !== 'planned')) return null
  // Under the id it has, or under the default one, which a copy sent before there was an id column leads to.
  const left = await db
    .selectFrom('preference')
    .select('subscriber_id')
    .where('publication', '=', publication)
    .where('subscriber_id', 'in', [id, row.address_hash.slice(0, 20)])
    .where('unsubscribed_at', 'is not', null)
    .executeTakeFirst()
  const suppressed = await db
    .selectFrom('suppression')
    .select('address_hash')
    .where('publication', '=', publication)
    .where('address_hash', '=', row.address_hash)
    .executeTakeFirst()
  if (left === undefined && suppressed === undefined) return null
  const reason = left === undefined ? 'suppressed' : 'unsubscribed'
  await db
    .updateTable('delivery')
    .set({ state: 'skipped', reason, lease_owner: null, lease_until: null, updated_at: now })
    .where('publication', '=', publication)
    .where('edition', '=', edition)
    .where('subscriber_id', '=', id)
    .execute()
  return reason
}

/** Editions that may still have copies under way, or that a reader acts upon. */
const LATEST = 10

/** Copies of the latest editions that have not begun to leave are not for this address any more, whatever id they stand under. */
export async function withdrawEverywhere(
  db: Database,
  publication: string,
  addressHash: string,
  reason: Reason,
  now: number,
): Promise<void> {
  const editions = await latest(db, publication)
  if (editions.length === 0) return
  await db
    .withTables<Tables>()
    .updateTable('delivery')
    .set({ state: 'skipped', reason, lease_owner: null, lease_until: null, updated_at: now })
    .where('publication', '=', publication)
    .where('edition', 'in', editions)
    .where('address_hash', '=', addressHash)
    .where('state', 'in', ['planned', 'leased'])
    .execute()
}

/** The hashes of the addresses that subscribers were last written to under; at most 1,000 ids. */
export async function lastAddressHashes(
  db: Database,
  publication: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const editions = ids.length === 0 ? [] : await latest(db, publication)
  if (editions.length === 0) return new Map()
  const rows = await db
    .withTables<Tables>()
    .selectFrom('delivery')
    .select(['subscriber_id', 'address_hash'])
    .where('publication', '=', publication)
    .where('edition', 'in', editions)
    .where('subscriber_id', 'in', ids)
    .orderBy('edition')
    .execute()
  return new Map(rows.map((one) => [one.subscriber_id, one.address_hash]))
}

async function latest(db: Database, publication: string): Promise<string[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('edition')
    .select('edition')
    .where('publication', '=', publication)
    .orderBy('edition', 'desc')
    .limit(LATEST)
    .execute()
  return rows.map((one) => one.edition)
}
