import { type RawBuilder, sql } from 'kysely'

/** Columns of rows that are handed to a statement, by their type. */
export type Columns<Row> = { readonly [Name in keyof Row & string]: 'text' | 'bigint' | 'double precision' }

/** All that SQLite and PostgreSQL say differently in the ledger's statements. */
export interface SqlWords {
  /** Whether an expression is one of many texts, handed over as one parameter. */
  isOneOf(expression: RawBuilder<unknown>, values: readonly string[]): RawBuilder<boolean>
  /**
   * An expression no index is chosen by. SQLite has no statistics, and would look for a few rows it has the keys of among
   * all that have their state.
   */
  notByIndex(expression: RawBuilder<unknown>): RawBuilder<unknown>
  /** A `select` of rows that are handed over as one parameter, in their order; columns have the names of the keys. */
  rows<Row extends object>(columns: Columns<Row>, rows: readonly Row[]): RawBuilder<Row>
  /** Ends a `select` of rows that are to be changed: those that another transaction is changing are left out. */
  readonly skipLocked: RawBuilder<unknown>
  /** Milliseconds since 1970 by the database's clock, read anew in each statement. */
  readonly clock: RawBuilder<number>
}

export const SQLITE_WORDS: SqlWords = {
  isOneOf: (expression, values) =>
    sql<boolean>`${expression} in (select value from json_each(${JSON.stringify(values)}))`,
  notByIndex: (expression) => sql`+${expression}`,
  rows: (columns, rows) =>
    sql`select ${sql.join(Object.keys(columns).map((name) => sql`value ->> ${sql.lit(name)} as ${sql.id(name)}`))} from json_each(${JSON.stringify(rows)})`,
  // One transaction writes at a time.
  skipLocked: sql``,
  clock: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
}

/** An array with `= any` uses the index on a table of any age; `in (select …)` scanned it (measured on 18.4). */
export const POSTGRES_WORDS: SqlWords = {
  isOneOf: (expression, values) => sql<boolean>`${expression} = any(${sql.val(values)}::text[])`,
  notByIndex: (expression) => expression,
  rows: (columns, rows) =>
    sql`select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as step(${sql.join(
      Object.entries(columns).map(([name, type]) => sql`${sql.id(name)} ${sql.raw(String(type))}`),
    )})`,
  skipLocked: sql`for update skip locked`,
  clock: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
}
