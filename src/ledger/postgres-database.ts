import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { copyTables } from './copy-tables.ts'
import type { Database, OpenDatabase } from './database.ts'
import { openDatabase } from './open.ts'
import { explainedPostgres, isInTheWay, nameOfPostgres } from './postgres-errors.ts'
import { POSTGRES_WORDS } from './sql-words.ts'

/** So often a transaction is done that others got in the way of. */
const MOST_TRIES = 5
const MOST_CONNECTIONS = 8
const CONNECT_WITHIN = 10_000
const INT8 = 20

/** A pool of connections to PostgreSQL 13 or later. Nothing in it needs a session, so it works behind a pooler. */
export class PostgresDatabase implements OpenDatabase {
  readonly engine = 'postgres'
  readonly words = POSTGRES_WORDS
  readonly name: string
  readonly db: Database
  /** For what must share the connections, as the queue does. */
  readonly pool: pg.Pool

  /** `url` is postgres://user:password@host/database; no connection is made yet. */
  constructor(url: string, applicationName = 'broadsheet') {
    this.name = nameOfPostgres(url)
    this.pool = new pg.Pool({
      connectionString: url,
      application_name: applicationName,
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_WITHIN,
      // A connection nobody answers on is given up, whatever the network does.
      query_timeout: 120_000,
      keepAlive: true,
      types: {
        getTypeParser: (type: number, format?: 'text' | 'binary') =>
          type === INT8 ? Number : pg.types.getTypeParser(type, format),
      } as pg.CustomTypesConfig,
    })
    // Without listeners a server that restarts would end the process; whoever uses the connection is told all the same.
    this.pool.on('error', () => {})
    this.pool.on('connect', (client) => client.on('error', () => {}))
    this.db = new Kysely({
      dialect: new PostgresDialect({
        pool: this.pool,
        onCreateConnection: async (connection) => void (await connection.executeQuery(PREPARED)),
      }),
    })
  }

  async all<Row>(query: RawBuilder<unknown>, db: Database = this.db): Promise<Row[]> {
    // Inside a transaction the reason must reach it as it is.
    if (db !== this.db) return (await query.execute(db)).rows as Row[]
    return this.#unhindered(async () => (await query.execute(db)).rows as Row[])
  }

  transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
    return this.#unhindered(() => this.db.transaction().execute(work))
  }

  async #unhindered<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (caught) {
        if (!isInTheWay(caught) || tries === MOST_TRIES) throw explainedPostgres(caught, this.name)
      }
    }
  }

  async now(): Promise<number> {
    const [row] = await this.all<{ now: number }>(sql`select ${this.words.clock} as now`)
    return row?.now ?? 0
  }

  /** Everything, as of one moment. `ledger move` carries such a file back. */
  async backup(file: string): Promise<void> {
    const target = await openDatabase(file)
    try {
      await this.db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((db) =>
          target.transaction((into) => copyTables({ db, words: this.words }, { db: into, words: target.words }, into)),
        )
    } catch (caught) {
      throw explainedPostgres(caught, this.name)
    } finally {
      await target.close()
    }
  }

  close(): Promise<void> {
    return this.db.destroy()
  }
}

/** Whatever the server's defaults: a commit is on disk when it returns, and whoever hangs in a transaction lets go. */
const PREPARED = CompiledQuery.raw(`select set_config('idle_in_transaction_session_timeout', '30s', false),
  case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', false) end`)
