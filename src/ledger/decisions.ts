import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { EditionKey } from './ledger.ts'
import { insertEvent } from './settle.ts'
import type { SqlWords } from './sql-words.ts'

/** In one transaction: unknown rows to accepted or back to planned, by evidence that is kept; the ids that were. */
export async function reconcile(
  db: Database,
  words: SqlWords,
  key: EditionKey,
  ids: readonly string[],
  accepted: boolean,
  evidence: string,
  now: number,
): Promise<string[]> {
  const { rows } = await sql<{ subscriber_id: string }>`
    update delivery set state = ${accepted ? 'accepted' : 'planned'}, reason = ${accepted ? 'reconciled' : null}, lease_owner = null, updated_at = ${now}
    where publication = ${key.publication} and edition = ${key.edition} and state = 'unknown' and ${words.isOneOf(sql`subscriber_id`, ids)}
    returning subscriber_id`.execute(db)
  const settled = rows.map((one) => one.subscriber_id)
  if (settled.length > 0) await insertEvent(db, key, 'reconciled', { accepted, evidence, ids: settled }, now)
  return settled
}

/** In one transaction: rows of a state back to planned; how many. */
export async function retry(
  db: Database,
  key: EditionKey,
  state: 'rejected' | 'unknown',
  now: number,
): Promise<number> {
  const done =
    await sql`update delivery set state = 'planned', reason = null, attempts = 0, due_at = ${now}, lease_owner = null, updated_at = ${now} where publication = ${key.publication} and edition = ${key.edition} and state = ${state}`.execute(
      db,
    )
  const count = Number(done.numAffectedRows ?? 0)
  if (count > 0) await insertEvent(db, key, 'retried', { state, count }, now)
  return count
}

/** In one transaction: forgets editions first planned before an instant, with all that is known of them; how many. */
export async function purge(db: Database, words: SqlWords, publication: string, before: number): Promise<number> {
  const { rows: old } = await sql<{ edition: string }>`
    select edition from edition where publication = ${publication} and planned_at < ${before}`.execute(db)
  const names = old.map((one) => one.edition)
  for (const table of ['delivery', 'bounce', 'event', 'edition'])
    await sql`delete from ${sql.table(table)} where publication = ${publication} and ${words.isOneOf(sql`edition`, names)}`.execute(
      db,
    )
  return old.length
}
