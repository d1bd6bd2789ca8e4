import { type RawBuilder, sql } from 'kysely'
import type { Database, OpenDatabase } from './database.ts'
import { GroupCommit } from './group-commit.ts'
import type {
  DeliveryRow,
  EditionKey,
  Leased,
  Ledger,
  OpenedEdition,
  Planned,
  PlanRow,
  Settlement,
  State,
} from './ledger.ts'
import { planRows } from './plan-rows.ts'
import { type Begin, insertEvent, type Settle, takeSteps } from './settle.ts'

const FROZEN = sql`('sending', 'accepted', 'rejected', 'unknown', 'bounced')`

/** The ledger on an open database. */
export class SqliteLedger implements Ledger {
  readonly #database: OpenDatabase
  readonly #db: Database
  /** Begins and settlements of all connections share their commits, in the order they came. */
  readonly #steps: GroupCommit<Begin | Settle, boolean>

  constructor(database: OpenDatabase) {
    this.#database = database
    this.#db = database.db
    this.#steps = new GroupCommit((items) => database.transaction((db) => takeSteps(db, items)))
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

  plan(key: EditionKey, rows: readonly PlanRow[], now: number): Promise<Planned[]> {
    return this.#transaction((db) => planRows(db, key, rows, now))
  }

  async states({ publication, edition }: EditionKey, ids: readonly string[]): Promise<Map<string, State>> {
    const rows = await this.#all<{ subscriber_id: string; state: State }>(
      this.#db,
      sql`select subscriber_id, state from delivery where publication = ${publication} and edition = ${edition}
        and subscriber_id in (select value from json_each(${JSON.stringify(ids)}))`,
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
      sql`update delivery set state = 'leased', lease_owner = ${owner}, lease_until = ${until}, updated_at = ${now}
        where publication = ${publication} and edition = ${edition} and state = 'planned' and due_at <= ${dueBy}
          and subscriber_id in (select value from json_each(${JSON.stringify(ids)}))
          and not exists (select 1 from edition e where e.publication = ${publication} and e.edition = ${edition} and e.held_at is not null)
        returning subscriber_id, planned_at, due_at, attempts`,
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
    return this.#transaction(async (db) => {
      const owners = await this.#all<{ lease_owner: string; until: number }>(
        db,
        sql`select lease_owner, max(lease_until) as until from delivery where state in ('leased', 'sending') group by lease_owner`,
      )
      const dead = owners.filter((one) => isDead(one.lease_owner, one.until)).map((one) => one.lease_owner)
      if (dead.length === 0) return { planned: 0, unknown: 0 }
      // Both states are named so that the index of leases serves, which is small, and not every edition there was.
      const theirs = sql`state in ('leased', 'sending') and lease_owner in (select value from json_each(${JSON.stringify(dead)}))`
      const count = async (query: RawBuilder<unknown>): Promise<number> =>
        Number((await query.execute(db)).numAffectedRows ?? 0)
      // Nothing had left for a leased row; for one in `sending` nobody can tell any more. Its owner stays on record.
      return {
        planned: await count(
          sql`update delivery set state = 'planned', lease_owner = null, lease_until = null, updated_at = ${now} where state = 'leased' and ${theirs}`,
        ),
        unknown: await count(
          sql`update delivery set state = 'unknown', attempts = attempts + 1, reason = 'the sender ended before the answer was recorded', lease_until = null, updated_at = ${now} where state = 'sending' and ${theirs}`,
        ),
      }
    })
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
      sql`select state, iif(state = 'skipped', reason, null) as reason, count(*) as count from delivery where publication = ${publication} and edition = ${edition} group by 1, 2 order by 1, 2`,
    )
  }

  async *rows({ publication, edition }: EditionKey, states?: readonly State[]): AsyncGenerator<DeliveryRow> {
    const wanted = JSON.stringify(
      states ?? ['planned', 'leased', 'sending', 'accepted', 'rejected', 'unknown', 'skipped', 'bounced'],
    )
    for (let after = ''; ; ) {
      const page = await this.#all<DeliveryRow>(
        this.#db,
        sql`select subscriber_id as id, state, reason, reply, attempts, due_at as "dueAt", planned_at as "plannedAt", lease_owner as "leaseOwner", updated_at as "updatedAt"
          from delivery where publication = ${publication} and edition = ${edition} and subscriber_id > ${after} and state in (select value from json_each(${wanted})) order by subscriber_id limit 1000`,
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

  reconcile(
    key: EditionKey,
    ids: readonly string[],
    accepted: boolean,
    evidence: string,
    now: number,
  ): Promise<string[]> {
    const { publication, edition } = key
    return this.#transaction(async (db) => {
      const rows = await this.#all<{ subscriber_id: string }>(
        db,
        sql`update delivery set state = ${accepted ? 'accepted' : 'planned'}, reason = ${accepted ? 'reconciled' : null}, lease_owner = null, updated_at = ${now}
          where publication = ${publication} and edition = ${edition} and state = 'unknown' and subscriber_id in (select value from json_each(${JSON.stringify(ids)})) returning subscriber_id`,
      )
      const settled = rows.map((one) => one.subscriber_id)
      if (settled.length > 0) await insertEvent(db, key, 'reconciled', { accepted, evidence, ids: settled }, now)
      return settled
    })
  }

  retry(key: EditionKey, state: 'rejected' | 'unknown', now: number): Promise<number> {
    return this.#transaction(async (db) => {
      const done =
        await sql`update delivery set state = 'planned', reason = null, attempts = 0, due_at = ${now}, lease_owner = null, updated_at = ${now} where publication = ${key.publication} and edition = ${key.edition} and state = ${state}`.execute(
          db,
        )
      const count = Number(done.numAffectedRows ?? 0)
      if (count > 0) await insertEvent(db, key, 'retried', { state, count }, now)
      return count
    })
  }

  async suppress(publication: string, addressHash: string, reason: string, now: number): Promise<void> {
    await this.#run(
      sql`insert into suppression (publication, address_hash, reason, at) values (${publication}, ${addressHash}, ${reason}, ${now}) on conflict do nothing`,
    )
  }

  async suppressed(publication: string, addressHashes: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#all<{ address_hash: string; reason: string }>(
      this.#db,
      sql`select address_hash, reason from suppression where publication = ${publication} and address_hash in (select value from json_each(${JSON.stringify(addressHashes)}))`,
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
    return this.#transaction(async (db) => {
      const old = await this.#all<{ edition: string }>(
        db,
        sql`select edition from edition where publication = ${publication} and planned_at < ${before}`,
      )
      const names = JSON.stringify(old.map((one) => one.edition))
      for (const table of ['delivery', 'event', 'edition'])
        await sql`delete from ${sql.table(table)} where publication = ${publication} and edition in (select value from json_each(${names}))`.execute(
          db,
        )
      return old.length
    })
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
