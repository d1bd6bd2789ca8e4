import { backup, type DatabaseSync } from 'node:sqlite'
import { Kysely, type RawBuilder, sql } from 'kysely'
import type { Database, OpenDatabase } from './database.ts'
import { explained } from './open-errors.ts'
import { sqliteDialect } from './sqlite-dialect.ts'

/** An open SQLite file (node:sqlite, WAL, synchronous FULL). One process may share it with others on its machine. */
export class SqliteFile implements OpenDatabase {
  readonly engine = 'sqlite'
  readonly db: Database
  readonly #handle: DatabaseSync
  readonly #file: string

  constructor(handle: DatabaseSync, file: string) {
    this.#handle = handle
    this.#file = file
    this.db = new Kysely({ dialect: sqliteDialect(handle) })
  }

  async all<Row>(query: RawBuilder<unknown>, db: Database = this.db): Promise<Row[]> {
    try {
      return (await query.execute(db)).rows as Row[]
    } catch (caught) {
      throw explained(caught, this.#file)
    }
  }

  async transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
    try {
      return await this.db.transaction().execute(work)
    } catch (caught) {
      throw explained(caught, this.#file)
    }
  }

  async now(): Promise<number> {
    const [row] = await this.all<{ now: number }>(sql`select cast(unixepoch('subsec') * 1000 as integer) as now`)
    return row?.now ?? 0
  }

  async backup(file: string): Promise<void> {
    await backup(this.#handle, file)
  }

  close(): Promise<void> {
    return this.db.destroy()
  }
}
