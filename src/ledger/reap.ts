import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import type { SqlWords } from './sql-words.ts'

/**
 * In one transaction: what dead owners held. Nothing had left for a leased row, so it is planned again; for one in
 * `sending` nobody can tell any more, and its owner stays on record.
 */
export async function reap(
  db: Database,
  words: SqlWords,
  isDead: (owner: string, leaseUntil: number) => boolean,
  now: number,
): Promise<{ planned: number; unknown: number }> {
  const { rows: owners } = await sql<{ lease_owner: string; until: number }>`
    select lease_owner, max(lease_until) as until from delivery where state in ('leased', 'sending') group by lease_owner`.execute(
    db,
  )
  const dead = owners.filter((one) => isDead(one.lease_owner, one.until))
  if (dead.length === 0) return { planned: 0, unknown: 0 }
  // A lease that was renewed since is a living owner's. Both states are named so that an index leads to
  // these few, and not every edition there was is read.
  const theirs = sql`from (${words.rows({ lease_owner: 'text', until: 'bigint' }, dead)}) as dead
    where delivery.lease_owner = dead.lease_owner and delivery.lease_until <= dead.until and delivery.state in ('leased', 'sending')`
  const count = async (query: RawBuilder<unknown>): Promise<number> =>
    Number((await query.execute(db)).numAffectedRows ?? 0)
  return {
    planned: await count(
      sql`update delivery set state = 'planned', lease_owner = null, lease_until = null, updated_at = ${now} ${theirs} and delivery.state = 'leased'`,
    ),
    unknown: await count(
      sql`update delivery set state = 'unknown', attempts = attempts + 1, reason = 'the sender ended before the answer was recorded', lease_until = null, updated_at = ${now} ${theirs} and delivery.state = 'sending'`,
    ),
  }
}
