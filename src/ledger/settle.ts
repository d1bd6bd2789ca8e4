import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import type { EditionKey, Settlement, State } from './ledger.ts'
import type { SqlWords } from './sql-words.ts'

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

/** Runs one statement; its rows. */
type All = <Row>(query: RawBuilder<unknown>) => Promise<Row[]>

/**
 * Each kind in one statement (for each edition and owner there is: nearly always one), since a row never has two steps in
 * one group: whoever settles it has waited for its begin. True for what was done; a row its owner has lost is left as it
 * is. `begun` names editions that are known to have begun.
 */
export async function takeSteps(
  all: All,
  words: SqlWords,
  items: readonly (Begin | Settle)[],
  begun: Set<string>,
): Promise<boolean[]> {
  const done = new Set<Begin | Settle>()
  for (const group of Map.groupBy(items, ({ key, owner }) => `${key.publication} ${key.edition} ${owner}`).values()) {
    const begins = group.filter((item): item is Begin => !('settlement' in item))
    const settles = group.filter((item): item is Settle => 'settlement' in item)
    const taken = [await beginAll(all, words, begins, begun), await settleAll(all, words, settles)] as const
    for (const item of group)
      if ('settlement' in item ? taken[1].has(item.settlement.id) : taken[0].has(item.id)) done.add(item)
  }
  return items.map((item) => done.has(item))
}

const SETTLE = {
  id: 'text',
  state: 'text',
  reason: 'text',
  reply: 'text',
  due: 'bigint',
  tries: 'bigint',
  comes_from: 'text',
} as const

const idsOf = (rows: readonly { id: string }[]): Set<string> => new Set(rows.map((one) => one.id))

/**
 * Leased to sending, if the lease still holds, the reader has not left, the address may still be mailed and nobody pressed the
 * stop button. All of one edition and owner; their ids.
 */
async function beginAll(all: All, words: SqlWords, items: readonly Begin[], begun: Set<string>): Promise<Set<string>> {
  const last = items.at(-1)
  if (last === undefined) return new Set()
  const { key, owner, now } = last
  const { publication, edition } = key
  const ids = items.map((one) => one.id)
  const rows = await all<{ id: string }>(sql`update delivery set state = 'sending', updated_at = ${now}
    where publication = ${publication} and edition = ${edition} and ${words.isOneOf(sql`subscriber_id`, ids)}
      and ${words.notByIndex(sql`state`)} = 'leased' and ${words.notByIndex(sql`lease_owner`)} = ${owner}
      and not exists (select 1 from suppression s where s.publication = delivery.publication and s.address_hash = delivery.address_hash)
      and not exists (select 1 from preference p where p.publication = delivery.publication and p.subscriber_id in (delivery.subscriber_id, substr(delivery.address_hash, 1, 20)) and p.unsubscribed_at is not null)
      and not exists (select 1 from edition e where e.publication = ${publication} and e.edition = ${edition} and e.held_at is not null)
    returning subscriber_id as id`)
  const name = `${publication} ${edition}`
  if (rows.length > 0 && !begun.has(name)) {
    begun.add(name)
    await all(
      sql`update edition set begun_at = ${items[0]?.now ?? now} where publication = ${publication} and edition = ${edition} and begun_at is null`,
    )
  }
  return idsOf(rows)
}

/** All of one edition and owner; the ids of those that were settled. */
async function settleAll(all: All, words: SqlWords, items: readonly Settle[]): Promise<Set<string>> {
  const last = items.at(-1)
  if (last === undefined) return new Set()
  const { key, owner, now } = last
  const steps = items.map(({ settlement }) => ({
    ...cleaned(asColumns(settlement)),
    id: settlement.id,
    tries: settlement.state === 'returned' ? 0 : 1,
  }))
  // As columns of the step the key leads SQLite to its index; as parameters they lead it past one that is no help.
  const rows = await all<{ id: string }>(sql`with step as materialized (
      select given.*, cast(${key.publication} as text) as publication, cast(${key.edition} as text) as edition from (${words.rows(SETTLE, steps)}) as given)
    update delivery set state = step.state, reason = step.reason, reply = coalesce(step.reply, delivery.reply), due_at = coalesce(step.due, delivery.due_at),
      attempts = attempts + step.tries, lease_until = null, lease_owner = case when step.state = 'unknown' then lease_owner end, updated_at = ${now}
    from step
    where delivery.publication = step.publication and delivery.edition = step.edition and delivery.subscriber_id = step.id
      and delivery.lease_owner = ${owner} and step.comes_from like '%' || delivery.state || '%'
    returning delivery.subscriber_id as id`)
  return idsOf(rows)
}

/** PostgreSQL holds neither a NUL nor half a character, and a mail server may answer both. */
function cleaned<Row extends { reason: string | null; reply: string | null }>(row: Row): Row {
  const clean = (text: string | null): string | null => text?.replaceAll('\0', '').toWellFormed() ?? null
  return { ...row, reason: clean(row.reason), reply: clean(row.reply) }
}

/** From which states a settlement may come. A late 250 settles a row that had been given up for unknown. */
function asColumns(settlement: Settlement): {
  state: State
  reason: string | null
  reply: string | null
  due: number | null
  /** Words of which none is part of another. */
  comes_from: string
} {
  switch (settlement.state) {
    case 'accepted':
      return { state: 'accepted', reason: null, reply: settlement.reply, due: null, comes_from: 'sending unknown' }
    case 'deferred':
      return settlement.retryAt === null
        ? { state: 'rejected', reason: 'gave-up', reply: settlement.reply, due: null, comes_from: 'leased sending' }
        : {
            state: 'planned',
            reason: null,
            reply: settlement.reply,
            due: settlement.retryAt,
            comes_from: 'leased sending',
          }
    case 'rejected':
      return {
        state: 'rejected',
        reason: settlement.reason,
        reply: settlement.reply,
        due: null,
        comes_from: 'leased sending',
      }
    case 'unknown':
      return { state: 'unknown', reason: settlement.reason, reply: null, due: null, comes_from: 'sending' }
    case 'returned':
      return { state: 'planned', reason: null, reply: null, due: null, comes_from: 'leased' }
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
