import { backup, type DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, type RawBuilder, sql } from 'kysely'
import type { Database, OpenDatabase } from './database.ts'
import { SQLITE_WORDS } from './sql-words.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { explainedSqlite } from './sqlite-errors.ts'

/** Past this something holds the database for good. */
export const BUSY_MILLISECONDS = 5000

/** An open SQLite file (node:sqlite, WAL, synchronous FULL). One process may share it with others on its machine. */
export class SqliteFile implements OpenDatabase {
  readonly engine = 'sqlite'
  readonly words = SQLITE_WORDS
  readonly name: string
  readonly db: Database
  readonly #handle: DatabaseSync

  readonly #busyMilliseconds: number

  /** Waits so long for another process that writes. */
  constructor(handle: DatabaseSync, file: string, busyMilliseconds = BUSY_MILLISECONDS) {
    this.#handle = handle
    this.name = file
    this.#busyMilliseconds = busyMilliseconds
    this.db = new Kysely({ dialect: sqliteDialect(handle, busyMilliseconds) })
  }

  async all<Row>(query: RawBuilder<unknown>, db: Database = this.db): Promise<Row[]> {
    try {
      return (await query.execute(db)).rows as Row[]
    } catch (caught) {
      throw explainedSqlite(caught, this.name)
    }
  }

  /**
   * Where another process writes, this one waits without stopping: SQLite's own waiting would hold up everything else
   * here, and its pauses grow so long that whoever writes all the time (`send`) is met again and again.
   */
  async transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result> {
    const until = performance.now() + this.#busyMilliseconds
    for (let begun = false; ; ) {
      try {
        return await this.db.transaction().execute((db) => {
          begun = true
          return work(db)
        })
      } catch (caught) {
        if (begun || !isBusy(caught) || performance.now() > until) throw explainedSqlite(caught, this.name)
      }
      await sleep(1 + Math.random() * 2)
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

const isBusy = (caught: unknown): boolean => ((caught as { errcode?: number }).errcode ?? 0) % 256 === 5
