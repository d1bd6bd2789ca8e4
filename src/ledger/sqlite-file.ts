import { backup, type DatabaseSync } from 'node:sqlite'
import { Kysely, type RawBuilder, sql } from 'kysely'
import type { Database, OpenDatabase } from './database.ts'
import { SQLITE_WORDS } from './sql-words.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { explainedSqlite } from './sqlite-errors.ts'

/** An open SQLite file (node:sqlite, WAL, synchronous FULL). One process may share it with others on its machine. */
export class SqliteFile implements OpenDatabase {
  readonly engine = 'sqlite'
  readonly words = SQLITE_WORDS
  readonly name: string
  readonly db: Database
  readonly #handle: DatabaseSync

  constructor(handle: DatabaseSync, file: string) {
    this.#handle = handle
    this.name = file
    this.db = new Kysely({ dialect: sqliteDialect(handle) })
  }

  async all<Row>(query: RawBuilder<unknown>, db: Database = this.db): Promise<Row[]> {
    try {
      return (await query.execute(db)).rows as Row[]
    } catch (caught) {
      throw explainedSqlite(caught, this.name)
    }
  }

  async transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
    try {
      return await this.db.transaction().execute(work)
    } catch (caught) {
      throw explainedSqlite(caught, this.name)
    }
  }

  async now(): Promise<number> {
    const [row] = await this.all<{ now: number }>(sql`select ${this.words.clock} as now`)
    return row?.now ?? 0
  }

  async backup(file: string): Promise<void> {
    await backup(this.#handle, file)
  }

  close(): Promise<void> {
    return this.db.destroy()
  }
}
