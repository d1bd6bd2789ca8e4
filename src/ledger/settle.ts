import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { EditionKey, Settlement, State } from './ledger.ts'

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

/**
 * In one transaction, each kind in one statement: a row never has two steps in one group, since whoever settles it has
 * waited for its begin. True for what was done; a row its owner has lost is left as it is.
 */
export async function takeSteps(db: Database, items: readonly (Begin | Settle)[]): Promise<boolean[]> {
  const begun = await beginAll(
    db,
    items.filter((item): item is Begin => !('settlement' in item)),
  )
  const settled = await settleAll(
    db,
    items.filter((item): item is Settle => 'settlement' in item),
  )
  return items.map((item) => ('settlement' in item ? settled : begun).has(rowKey(item)))
}

const rowKey = (item: Begin | Settle): string => {
  const { publication, edition } = item.key
  return `${publication} ${edition} ${'settlement' in item ? item.settlement.id : item.id} ${item.owner}`
}

interface Done {
  publication: string
  edition: string
  id: string
  owner: string
}

const rowsOf = (done: readonly Done[]): Set<string> =>
  new Set(done.map((one) => `${one.publication} ${one.edition} ${one.id} ${one.owner}`))

/** Leased to sending, if the lease still holds, the address may still be mailed and nobody pressed the stop button. */
async function beginAll(db: Database, items: readonly Begin[]): Promise<Set<string>> {
  if (items.length === 0) return new Set()
  const steps = items.map(({ key, id, owner, now }) => ({ ...key, id, owner, now }))
  const { rows } = await sql<Done>`with step as materialized (
      select value ->> 'publication' as publication, value ->> 'edition' as edition, value ->> 'id' as id, value ->> 'owner' as owner, value ->> 'now' as now
      from json_each(${JSON.stringify(steps)}))
    update delivery set state = 'sending', updated_at = step.now from step
    where delivery.publication = step.publication and delivery.edition = step.edition and delivery.subscriber_id = step.id
      and delivery.state = 'leased' and delivery.lease_owner = step.owner
      and not exists (select 1 from suppression s where s.publication = delivery.publication and s.address_hash = delivery.address_hash)
      and not exists (select 1 from edition e where e.publication = delivery.publication and e.edition = delivery.edition and e.held_at is not null)
    returning delivery.publication, delivery.edition, subscriber_id as id, lease_owner as owner`.execute(db)
  const editions = new Map(rows.map((one) => [`${one.publication} ${one.edition}`, one]))
  for (const { publication, edition } of editions.values())
    await sql`update edition set begun_at = ${items[0]?.now ?? 0} where publication = ${publication} and edition = ${edition} and begun_at is null`.execute(
      db,
    )
  return rowsOf(rows)
}

async function settleAll(db: Database, items: readonly Settle[]): Promise<Set<string>> {
  if (items.length === 0) return new Set()
  const steps = items.map(({ key, settlement, owner, now }) => ({
    ...key,
    ...asColumns(settlement),
    id: settlement.id,
    tries: settlement.state === 'returned' ? 0 : 1,
    owner,
    now,
  }))
  const { rows } = await sql<Done>`with step as materialized (
      select value ->> 'publication' as publication, value ->> 'edition' as edition, value ->> 'id' as id, value ->> 'owner' as owner, value ->> 'now' as now,
        value ->> 'state' as state, value ->> 'reason' as reason, value ->> 'reply' as reply, value ->> 'due' as due, value ->> 'tries' as tries, value -> 'from' as comes_from
      from json_each(${JSON.stringify(steps)}))
    update delivery set state = step.state, reason = step.reason, reply = coalesce(step.reply, delivery.reply), due_at = coalesce(step.due, due_at),
      attempts = attempts + step.tries, lease_until = null, lease_owner = iif(step.state = 'unknown', lease_owner, null), updated_at = step.now
    from step
    where delivery.publication = step.publication and delivery.edition = step.edition and delivery.subscriber_id = step.id
      and delivery.lease_owner = step.owner and delivery.state in (select value from json_each(step.comes_from))
    returning delivery.publication, delivery.edition, subscriber_id as id`.execute(db)
  const owners = new Map(items.map((item) => [item.settlement.id, item.owner]))
  return rowsOf(rows.map((one) => ({ ...one, owner: owners.get(one.id) ?? '' })))
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
