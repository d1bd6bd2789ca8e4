import type { Kysely, RawBuilder } from 'kysely'
import type { SqlWords } from './sql-words.ts'

/** Tables are described where they are used. */
export type Database = Kysely<unknown>

/** An open database: the ledger stands on it, and the audience. What the engine says is told in an operator's words. */
export interface OpenDatabase {
  readonly engine: 'sqlite' | 'postgres'
  /** As messages call it: a file, or `postgres://host/database` without a password. */
  readonly name: string
  readonly db: Database
  /** The few things the two engines say differently. */
  readonly words: SqlWords
  /** The rows of one statement. */
  all<Row>(query: RawBuilder<unknown>, db?: Database): Promise<Row[]>
  /**
   * Everything in `work`, or nothing. What another transaction got in the way of is done again from its beginning, so
   * `work` touches nothing but the database.
   */
  transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result>
  /** Milliseconds since 1970, by the database's clock. */
  now(): Promise<number>
  /** A whole copy in a new SQLite file; a UserError where the engine has a better way. */
  backup(file: string): Promise<void>
  close(): Promise<void>
}
