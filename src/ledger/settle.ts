import { type Kysely, sql } from 'kysely'
import type { EditionKey, Settlement, State } from './ledger.ts'

export type Database = Kysely<unknown>

/** A row whose server said 354: what follows may be the only copy. */
export interface Begin {
  key: EditionKey
  id: string
  owner: string
  now: number
}
export interface Settle {
  key: EditionKey
  settlement: Settlement
  owner: string
  now: number
}

/** In one transaction, in their order. True for what was done; a row its owner has lost is left as it is. */
export async function takeSteps(db: Database, items: readonly (Begin | Settle)[]): Promise<boolean[]> {
  const results: boolean[] = []
  for (const item of items) results.push('settlement' in item ? await settleOne(db, item) : await beginOne(db, item))
  const begun = items.find((item, index) => !('settlement' in item) && results[index] === true)
  if (begun !== undefined)
    await sql`update edition set begun_at = ${begun.now} where publication = ${begun.key.publication} and edition = ${begun.key.edition} and begun_at is null`.execute(
      db,
    )
  return results
}

/** Leased to sending, if the lease still holds, the address may still be mailed and nobody pressed the stop button. */
async function beginOne(db: Database, { key: { publication, edition }, id, owner, now }: Begin): Promise<boolean> {
  const done = await sql`update delivery set state = 'sending', updated_at = ${now}
    where publication = ${publication} and edition = ${edition} and subscriber_id = ${id} and state = 'leased' and lease_owner = ${owner}
      and not exists (select 1 from suppression s where s.publication = ${publication} and s.address_hash = delivery.address_hash)
      and not exists (select 1 from edition e where e.publication = ${publication} and e.edition = ${edition} and e.held_at is not null)`.execute(
    db,
  )
  return Number(done.numAffectedRows ?? 0) === 1
}

async function settleOne(db: Database, { key, settlement, owner, now }: Settle): Promise<boolean> {
  const { state, reason, reply, due, from } = asColumns(settlement)
  const done =
    await sql`update delivery set state = ${state}, reason = ${reason}, reply = coalesce(${reply}, reply), due_at = coalesce(${due}, due_at),
      attempts = attempts + ${settlement.state === 'returned' ? 0 : 1}, lease_until = null,
      lease_owner = iif(${state} = 'unknown', lease_owner, null), updated_at = ${now}
    where publication = ${key.publication} and edition = ${key.edition} and subscriber_id = ${settlement.id} and lease_owner = ${owner}
      and state in (select value from json_each(${JSON.stringify(from)}))`.execute(db)
  return Number(done.numAffectedRows ?? 0) === 1
}

/** From which states a settlement may come. A late 250 settles a row that had been given up for unknown. */
function asColumns(settlement: Settlement): {
  state: State
  reason: string | null
  reply: string | null
  due: number | null
  from: State[]
} {
  switch (settlement.state) {
    case 'accepted':
      return { state: 'accepted', reason: null, reply: settlement.reply, due: null, from: ['sending', 'unknown'] }
    case 'deferred':
      return settlement.retryAt === null
        ? { state: 'rejected', reason: 'gave-up', reply: settlement.reply, due: null, from: ['leased', 'sending'] }
        : {
            state: 'planned',
            reason: null,
            reply: settlement.reply,
            due: settlement.retryAt,
            from: ['leased', 'sending'],
          }
    case 'rejected':
      return {
        state: 'rejected',
        reason: settlement.reason,
        reply: settlement.reply,
        due: null,
        from: ['leased', 'sending'],
      }
    case 'unknown':
      return { state: 'unknown', reason: settlement.reason, reply: null, due: null, from: ['sending'] }
    case 'returned':
      return { state: 'planned', reason: null, reply: null, due: null, from: ['leased'] }
  }
}

/** What a person or a run decided, for whoever asks later. */
export async function insertEvent(
  db: Database,
  { publication, edition }: EditionKey,
  kind: string,
  data: object,
  now: number,
): Promise<void> {
  await sql`insert into event (publication, edition, kind, at, data) values (${publication}, ${edition}, ${kind}, ${now}, ${JSON.stringify(data)})`.execute(
    db,
  )
}
