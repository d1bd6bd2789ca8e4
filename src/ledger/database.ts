import type { Kysely, RawBuilder } from 'kysely'

/** Tables are described where they are used. */
export type Database = Kysely<unknown>

/** An open database: the ledger stands on it, and the audience. What the engine says is told in an operator's words. */
export interface OpenDatabase {
  readonly engine: 'sqlite'
  readonly db: Database
  /** The rows of one statement. */
  all<Row>(query: RawBuilder<unknown>, db?: Database): Promise<Row[]>
  /** Everything in `work`, or nothing. Transactions of one handle come one after the other. */
  transaction<Result>(work: (db: Database) => Promise<Result>): Promise<Result>
  /** Milliseconds since 1970, by the database's clock. */
  now(): Promise<number>
  backup(file: string): Promise<void>
  close(): Promise<void>
}
