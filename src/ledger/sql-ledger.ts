import { type RawBuilder, sql } from 'kysely'
import { BounceBook } from './bounces.ts'
import type { Database, OpenDatabase } from './database.ts'
import { purge, reconcile, retry } from './decisions.ts'
import { GroupCommit } from './group-commit.ts'
import {
  type Alongside,
  type DeliveryRow,
  type EditionKey,
  type Leased,
  type Ledger,
  MOVES,
  type OpenedEdition,
  type Planned,
  type PlanRow,
  type Settlement,
  type State,
} from './ledger.ts'
import { planRows } from './plan-rows.ts'
import { reap } from './reap.ts'
import { type Begin, insertEvent, type Settle, takeSteps } from './settle.ts'
import type { SqlWords } from './sql-words.ts'
import { withdraw } from './withdraw.ts'
import { type WorkerRow, WorkerRows } from './worker-rows.ts'

const FROZEN = sql`('sending', 'accepted', 'rejected', 'unknown', 'bounced')`

/** Named, so that SQLite counts in its index of states. */
const EVERY_STATE = sql`(${sql.join(Object.keys(MOVES).map((state) => sql.lit(state)))})`

/** The ledger on an open database, of either engine. */
export class SqlLedger implements Ledger {
  readonly bounces: BounceBook
  readonly #database: OpenDatabase
  readonly #db: Database
  readonly #words: SqlWords
  /** Begins and settlements of all connections share their commits, in the order they came. */
  readonly #steps: GroupCommit<Begin | Settle, boolean>

  constructor(database: OpenDatabase) {
    this.#database = database
    this.#db = database.db
    this.bounces = new BounceBook(database)
    this.#words = database.words
    const begun = new Set<string>()
    // In one transaction: a connection's next begin may never be on record without the outcome of its copy before.
    this.#steps = new GroupCommit((items) =>
      database.transaction((db) => takeSteps((query) => database.all(query, db), database.words, items, begun)),
    )
  }

  now(): Promise<number> {
    return this.#database.now()
  }

  open({ publication, edition }: EditionKey, contentHash: string, amend: boolean, now: number): Promise<OpenedEdition> {
    return this.#transaction(async (db) => {
      const [row] = await this.#all<{ content_hash: string; held_at: number | null }>(
        db,
        sql`select content_hash, held_at from edition where publication = ${publication} and edition = ${edition}`,
      )
      const [left] = await this.#all(
        db,
        sql`select 1 from delivery where publication = ${publication} and edition = ${edition} and state in ${FROZEN} limit 1`,
      )
      const begun = left !== undefined
      const changed = row !== undefined && row.content_hash !== contentHash
      if (row === undefined)
        await sql`insert into edition (publication, edition, content_hash, planned_at) values (${publication}, ${edition}, ${contentHash}, ${now})`.execute(
          db,
        )
      else if (changed && (!begun || amend)) {
        await sql`update edition set content_hash = ${contentHash}, amended_at = ${now} where publication = ${publication} and edition = ${edition}`.execute(
          db,
        )
        await insertEvent(
          db,
          { publication, edition },
          begun ? 'amended' : 'changed',
          { from: row.content_hash, to: contentHash },
          now,
        )
      }
      return { begun, changed, held: row?.held_at != null }
    })
  }

  plan(key: EditionKey, rows: readonly PlanRow[], now: number, alongside?: Alongside): Promise<Planned[]> {
    return this.#transaction(async (db) => {
      const planned = await planRows(db, this.#words, key, rows, now)
      await alongside?.(db, planned)
      return planned
    })
  }

  async states({ publication, edition }: EditionKey, ids: readonly string[]): Promise<Map<string, State>> {
    const rows = await this.#all<{ subscriber_id: string; state: State }>(
      this.#db,
      sql`select subscriber_id, state from delivery where publication = ${publication} and edition = ${edition}
        and ${this.#words.isOneOf(sql`subscriber_id`, ids)}`,
    )
    return new Map(rows.map((one) => [one.subscriber_id, one.state]))
  }

  async lease(
    { publication, edition }: EditionKey,
    ids: readonly string[],
    owner: string,
    until: number,
    now: number,
    dueBy = now,
  ): Promise<Leased[]> {
    const rows = await this.#all<{ subscriber_id: string; planned_at: number; due_at: number; attempts: number }>(
      this.#db,
      sql`with picked as materialized (
          select subscriber_id from delivery
          where publication = ${publication} and edition = ${edition} and ${this.#words.notByIndex(sql`state`)} = 'planned' and due_at <= ${dueBy}
            and ${this.#words.isOneOf(sql`subscriber_id`, ids)}
            and not exists (select 1 from edition e where e.publication = ${publication} and e.edition = ${edition} and e.held_at is not null)
          ${this.#words.skipLocked})
        update delivery set state = 'leased', lease_owner = ${owner}, lease_until = ${until}, updated_at = ${now}
        from picked where publication = ${publication} and edition = ${edition} and delivery.subscriber_id = picked.subscriber_id
        returning delivery.subscriber_id, planned_at, due_at, attempts`,
    )
    return rows.map((one) => ({
      id: one.subscriber_id,
      datedAt: one.planned_at,
      dueAt: one.due_at,
      attempts: one.attempts,
    }))
  }

  async nextDue({ publication, edition }: EditionKey, after: number): Promise<number | null> {
    const [row] = await this.#all<{ next: number | null }>(
      this.#db,
      sql`select min(due_at) as next from delivery where publication = ${publication} and edition = ${edition} and state = 'planned' and due_at > ${after}`,
    )
    return row?.next ?? null
  }

  begin(key: EditionKey, id: string, owner: string, now: number): Promise<boolean> {
    return this.#steps.add({ key, id, owner, now })
  }

  withdraw(key: EditionKey, id: string, now: number): Promise<'unsubscribed' | 'suppressed' | null> {
    return this.#transaction((db) => withdraw(db, key, id, now))
  }

  async settle(key: EditionKey, settlement: Settlement, owner: string, now: number): Promise<void> {
    await this.#steps.add({ key, settlement, owner, now })
  }

  async renew(owner: string, until: number): Promise<void> {
    await this.#run(
      sql`update delivery set lease_until = ${until} where lease_owner = ${owner} and state in ('leased', 'sending')`,
    )
  }

  reap(
    isDead: (owner: string, leaseUntil: number) => boolean,
    now: number,
  ): Promise<{ planned: number; unknown: number }> {
    return this.#transaction((db) => reap(db, this.#words, isDead, now))
  }

  async owners({ publication, edition }: EditionKey): Promise<string[]> {
    const rows = await this.#all<{ lease_owner: string }>(
      this.#db,
      sql`select distinct lease_owner from delivery where publication = ${publication} and edition = ${edition} and state in ('leased', 'sending')`,
    )
    return rows.map((one) => one.lease_owner)
  }

  counts({ publication, edition }: EditionKey): Promise<{ state: State; reason: string | null; count: number }[]> {
    return this.#all(
      this.#db,
      sql`select state, case when state = 'skipped' then reason end as reason, count(*) as count from delivery where publication = ${publication} and edition = ${edition} and state in ${EVERY_STATE} group by 1, 2 order by 1, 2`,
    )
  }

  waves({ publication, edition }: EditionKey): Promise<{ at: number; count: number }[]> {
    return this.#all(
      this.#db,
      sql`select due_at - due_at % 60000 as at, count(*) as count from delivery where publication = ${publication} and edition = ${edition} and state = 'planned' group by 1 order by 1`,
    )
  }

  async *rows({ publication, edition }: EditionKey, states?: readonly State[]): AsyncGenerator<DeliveryRow> {
    const wanted = states ?? (Object.keys(MOVES) as State[])
    for (let after = ''; ; ) {
      const page = await this.#all<DeliveryRow>(
        this.#db,
        sql`select subscriber_id as id, state, reason, reply, attempts, due_at as "dueAt", planned_at as "plannedAt", lease_owner as "leaseOwner", updated_at as "updatedAt"
          from delivery where publication = ${publication} and edition = ${edition} and subscriber_id > ${after} and ${this.#words.isOneOf(sql`state`, wanted)} order by subscriber_id limit 1000`,
      )
      yield* page
      const last = page.at(-1)
      if (last === undefined) return
      after = last.id
    }
  }

  async editions(publication: string): Promise<string[]> {
    return (
      await this.#all<{ edition: string }>(
        this.#db,
        sql`select edition from edition where publication = ${publication} order by edition`,
      )
    ).map((one) => one.edition)
  }

  workers(publication: string): Promise<WorkerRow[]> {
    return new WorkerRows(this.#database, publication).all()
  }

  hold(key: EditionKey, held: boolean, now: number): Promise<void> {
    return this.#transaction(async (db) => {
      await sql`insert into edition (publication, edition, content_hash, planned_at, held_at) values (${key.publication}, ${key.edition}, '', ${now}, ${held ? now : null})
        on conflict (publication, edition) do update set held_at = excluded.held_at`.execute(db)
      await insertEvent(db, key, held ? 'held' : 'released', {}, now)
    })
  }

  async isHeld({ publication, edition }: EditionKey): Promise<boolean> {
    return (
      (
        await this.#all(
          this.#db,
          sql`select 1 from edition where publication = ${publication} and edition = ${edition} and held_at is not null`,
        )
      ).length > 0
    )
  }

  async contentHash({ publication, edition }: EditionKey): Promise<string | null> {
    const [row] = await this.#all<{ content_hash: string }>(
      this.#db,
      sql`select content_hash from edition where publication = ${publication} and edition = ${edition}`,
    )
    return row?.content_hash || null
  }

  reconcile(
    key: EditionKey,
    ids: readonly string[],
    accepted: boolean,
    evidence: string,
    now: number,
  ): Promise<string[]> {
    return this.#transaction((db) => reconcile(db, this.#words, key, ids, accepted, evidence, now))
  }

  retry(key: EditionKey, state: 'rejected' | 'unknown', now: number): Promise<number> {
    return this.#transaction((db) => retry(db, key, state, now))
  }

  async suppress(publication: string, addressHash: string, reason: string, now: number): Promise<void> {
    await this.#run(
      sql`insert into suppression (publication, address_hash, reason, at) values (${publication}, ${addressHash}, ${reason}, ${now}) on conflict do nothing`,
    )
  }

  async suppressed(publication: string, addressHashes: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#all<{ address_hash: string; reason: string }>(
      this.#db,
      sql`select address_hash, reason from suppression where publication = ${publication} and ${this.#words.isOneOf(sql`address_hash`, addressHashes)}`,
    )
    return new Map(rows.map((one) => [one.address_hash, one.reason]))
  }

  async record(key: EditionKey, kind: string, data: object, now: number): Promise<void> {
    await this.#transaction((db) => insertEvent(db, key, kind, data, now))
  }

  async recorded({ publication, edition }: EditionKey, kind: string): Promise<Record<string, unknown>[]> {
    const rows = await this.#all<{ data: string }>(
      this.#db,
      sql`select data from event where publication = ${publication} and edition = ${edition} and kind = ${kind} order by id`,
    )
    return rows.map((one) => JSON.parse(one.data) as Record<string, unknown>)
  }

  backup(file: string): Promise<void> {
    return this.#database.backup(file)
  }

  purge(publication: string, before: number): Promise<number> {
    return this.#transaction((db) => purge(db, this.#words, publication, before))
  }

  async close(): Promise<void> {
    await this.#steps.idle()
    await this.#database.close()
  }

  #all<Row>(db: Database, query: RawBuilder<unknown>): Promise<Row[]> {
    return this.#database.all(query, db)
  }

  async #run(query: RawBuilder<unknown>): Promise<void> {
    await this.#database.all(query)
  }

  #transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work)
  }
}
