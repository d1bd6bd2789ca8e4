import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { EditionKey, Planned, PlanRow, State } from './ledger.ts'
import type { SqlWords } from './sql-words.ts'

interface PlannedRow {
  subscriber_id: string
  address_hash: string
  state: State
  reason: string | null
  due_at: number
  attempts: number
}

const STEP = { id: 'text', hash: 'text', skipped: 'text', due: 'bigint' } as const

const asStep = ({ id, addressHash, skipped, dueAt }: PlanRow) => ({ id, hash: addressHash, skipped, due: dueAt })

/**
 * In one transaction: new rows come in, planned and skipped ones are decided anew, all others stay. An address that has
 * a row under another id is a duplicate, in the ledger as among the rows.
 */
export async function planRows(
  db: Database,
  words: SqlWords,
  { publication, edition }: EditionKey,
  rows: readonly PlanRow[],
  now: number,
): Promise<Planned[]> {
  const select = async (ids: readonly string[]): Promise<Map<string, PlannedRow>> => {
    const { rows: found } =
      await sql<PlannedRow>`select subscriber_id, address_hash, state, reason, due_at, attempts from delivery where publication = ${publication} and edition = ${edition} and ${words.isOneOf(sql`subscriber_id`, ids)}`.execute(
        db,
      )
    return new Map(found.map((one) => [one.subscriber_id, one]))
  }
  const known = await select(rows.map((one) => one.id))
  const holders = await holdersOf(db, words, { publication, edition }, rows, known)
  const ids = new Set<string>()
  const changed: PlanRow[] = []
  for (const row of rows) {
    if ((holders.get(row.addressHash) ?? row.id) !== row.id || ids.has(row.id)) continue
    holders.set(row.addressHash, row.id)
    ids.add(row.id)
    if (!isDecided(known.get(row.id), row)) changed.push(row)
  }
  if (changed.length > 0) {
    // A row of today under yesterday's id and another address: the address on record is the one that was served.
    const { rows: written } =
      await sql<PlannedRow>`insert into delivery (publication, edition, subscriber_id, address_hash, state, reason, due_at, planned_at, updated_at)
      select cast(${publication} as text), cast(${edition} as text), step.id, step.hash, case when step.skipped is null then 'planned' else 'skipped' end, step.skipped, step.due, step.due, cast(${now} as bigint)
      from (${words.rows(STEP, changed.map(asStep))}) as step where true
      on conflict (publication, edition, subscriber_id) do update set
        state = excluded.state, reason = excluded.reason,
        due_at = case when delivery.attempts > 0 then delivery.due_at else excluded.due_at end,
        planned_at = case when delivery.attempts > 0 then delivery.planned_at else excluded.planned_at end, updated_at = excluded.updated_at
      where delivery.state in ('planned', 'skipped')
      returning subscriber_id, address_hash, state, reason, due_at, attempts`.execute(db)
    for (const row of written) known.set(row.subscriber_id, row)
    if (written.length < changed.length) {
      // What somebody has taken up since it was looked at.
      const seen = new Set(written.map((one) => one.subscriber_id))
      const left = changed.map((one) => one.id).filter((id) => !seen.has(id))
      for (const [id, row] of await select(left)) known.set(id, row)
    }
  }
  const told = new Set<string>()
  return rows.map((row): Planned => {
    const state = known.get(row.id)
    const again = told.has(row.id)
    told.add(row.id)
    return state === undefined || again || (holders.get(row.addressHash) ?? row.id) !== row.id
      ? { id: row.id, state: 'duplicate', reason: null, dueAt: row.dueAt, attempts: 0 }
      : { id: row.id, state: state.state, reason: state.reason, dueAt: state.due_at, attempts: state.attempts }
  })
}

/** Whose an address is in the ledger already; asked only for rows that are not there under their own id and address. */
async function holdersOf(
  db: Database,
  words: SqlWords,
  { publication, edition }: EditionKey,
  rows: readonly PlanRow[],
  known: ReadonlyMap<string, PlannedRow>,
): Promise<Map<string, string>> {
  const strange = rows
    .filter((row) => known.get(row.id)?.address_hash !== row.addressHash)
    .map((row) => row.addressHash)
  if (strange.length === 0) return new Map()
  const { rows: found } =
    await sql<PlannedRow>`select subscriber_id, address_hash from delivery where publication = ${publication} and edition = ${edition} and ${words.isOneOf(sql`address_hash`, strange)}`.execute(
      db,
    )
  return new Map(found.map((one) => [one.address_hash, one.subscriber_id]))
}

/** Whether the ledger holds what the plan says, or what no plan may change. */
function isDecided(known: PlannedRow | undefined, row: PlanRow): boolean {
  if (known === undefined) return false
  if (known.state === 'skipped') return known.reason === row.skipped
  if (known.state !== 'planned') return true
  return row.skipped === null && (known.attempts > 0 || known.due_at === row.dueAt)
}
