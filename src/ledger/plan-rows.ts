import { sql } from 'kysely'
import type { EditionKey, Planned, PlanRow, State } from './ledger.ts'
import type { Database } from './settle.ts'

interface PlannedRow {
  subscriber_id: string
  state: State
  reason: string | null
  due_at: number
  attempts: number
}

/**
 * In one transaction: new rows come in, planned and skipped ones are decided anew, all others stay. An address that has
 * a row under another id is a duplicate, in the ledger as among the rows.
 */
export async function planRows(
  db: Database,
  { publication, edition }: EditionKey,
  rows: readonly PlanRow[],
  now: number,
): Promise<Planned[]> {
  const hashes = JSON.stringify(rows.map((one) => one.addressHash))
  const known = (
    await sql<{
      subscriber_id: string
      address_hash: string
    }>`select subscriber_id, address_hash from delivery where publication = ${publication} and edition = ${edition} and address_hash in (select value from json_each(${hashes}))`.execute(
      db,
    )
  ).rows
  const holder = new Map(known.map((one) => [one.address_hash, one.subscriber_id]))
  const ids = new Set<string>()
  const own: PlanRow[] = []
  for (const row of rows) {
    if ((holder.get(row.addressHash) ?? row.id) !== row.id || ids.has(row.id)) continue
    holder.set(row.addressHash, row.id)
    ids.add(row.id)
    own.push(row)
  }
  // A row of today under yesterday's id and another address: the address on record is the one that was served.
  await sql`insert into delivery (publication, edition, subscriber_id, address_hash, state, reason, due_at, planned_at, updated_at)
    select ${publication}, ${edition}, value ->> 'id', value ->> 'addressHash', iif(value ->> 'skipped' is null, 'planned', 'skipped'), value ->> 'skipped', value ->> 'dueAt', value ->> 'dueAt', ${now}
    from json_each(${JSON.stringify(own)}) where true
    on conflict (publication, edition, subscriber_id) do update set
      state = excluded.state, reason = excluded.reason,
      due_at = iif(delivery.attempts > 0, delivery.due_at, excluded.due_at),
      planned_at = iif(delivery.attempts > 0, delivery.planned_at, excluded.planned_at), updated_at = excluded.updated_at
    where delivery.state in ('planned', 'skipped')
      and (delivery.state <> excluded.state or delivery.reason is not excluded.reason or (delivery.attempts = 0 and delivery.due_at <> excluded.due_at))`.execute(
    db,
  )
  const states = (
    await sql<PlannedRow>`select subscriber_id, state, reason, due_at, attempts from delivery where publication = ${publication} and edition = ${edition} and subscriber_id in (select value from json_each(${JSON.stringify([...ids])}))`.execute(
      db,
    )
  ).rows
  const byId = new Map(states.map((one) => [one.subscriber_id, one]))
  const told = new Set<string>()
  return rows.map((row): Planned => {
    const state = byId.get(row.id)
    const again = told.has(row.id)
    told.add(row.id)
    return state === undefined || again || holder.get(row.addressHash) !== row.id
      ? { id: row.id, state: 'duplicate', reason: null, dueAt: row.dueAt, attempts: 0 }
      : { id: row.id, state: state.state, reason: state.reason, dueAt: state.due_at, attempts: state.attempts }
  })
}
