import { type RawBuilder, sql } from 'kysely'
import { UserError } from '../problems/user-error.ts'
import type { Database } from './database.ts'
import type { Columns, SqlWords } from './sql-words.ts'

/** One side of a copy: an open transaction, and how its engine is spoken to. */
export interface Side {
  db: Database
  words: SqlWords
}

/** Rows read and written at a time. */
const PAGE = 2000

type Row = Record<string, string | number | null>

interface Table {
  name: string
  columns: Columns<Row>
  key: string[]
  /** Columns that may be empty. */
  nullable: ReadonlySet<string>
  /** The key is a number the database gives: rows are the same when everything else is. */
  numbered: boolean
}

/**
 * Every row of every table, from one open transaction into another. Tables are found on the side that is SQLite, not
 * listed: what a later migration adds is carried over too. A row that is there already must be the same; every row is
 * read back and compared. Throws a UserError for one that differs. Returns how many rows each table had.
 */
export async function copyTables(from: Side, into: Side, sqlite: Database): Promise<Record<string, number>> {
  const copied: Record<string, number> = {}
  for (const table of await tablesOf(sqlite)) {
    copied[table.name] = 0
    for await (const page of pagesOf(from, table)) {
      await insert(into, table, page)
      await compare(into, table, page)
      copied[table.name] = (copied[table.name] ?? 0) + page.length
    }
  }
  return copied
}

async function tablesOf(sqlite: Database): Promise<Table[]> {
  const { rows } = await sql<{ table: string; name: string; type: string; pk: number; notnull: number }>`
    select m.name as "table", c.name, c.type, c.pk, c."notnull" from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.cid`.execute(sqlite)
  const types: Record<string, 'text' | 'bigint' | 'double precision'> = { INTEGER: 'bigint', REAL: 'double precision' }
  return Object.entries(Object.groupBy(rows, (row) => row.table)).map(([name, columns = []]) => {
    const key = columns.filter((one) => one.pk > 0).toSorted((a, b) => a.pk - b.pk)
    const numbered = key.length === 1 && key[0]?.type === 'INTEGER'
    return {
      name,
      columns: Object.fromEntries(columns.map((one) => [one.name, types[one.type] ?? 'text'])),
      key: key.map((one) => one.name),
      nullable: new Set(columns.filter((one) => one.notnull === 0 && one.pk === 0).map((one) => one.name)),
      numbered,
    }
  })
}

const list = (names: readonly string[], alias?: string): RawBuilder<unknown> =>
  sql.join(names.map((name) => (alias === undefined ? sql.id(name) : sql.id(alias, name))))

async function* pagesOf({ db }: Side, { name, columns, key }: Table): AsyncGenerator<Row[]> {
  let after: Row | null = null
  for (;;) {
    const last: Row | null = after
    const beyond =
      last === null ? sql`` : sql`where (${list(key)}) > (${sql.join(key.map((one) => sql`${last[one]}`))})`
    const page: Row[] = (
      await sql<Row>`select ${list(Object.keys(columns))} from ${sql.table(name)} ${beyond} order by ${list(key)} limit ${PAGE}`.execute(
        db,
      )
    ).rows
    if (page.length === 0) return
    // Rows of node:sqlite have no prototype.
    yield page.map((row) => ({ ...row }))
    after = page.at(-1) ?? null
  }
}

/** What makes a row the same as one that is there. */
const sameRow = ({ columns, key, numbered, nullable }: Table): RawBuilder<unknown> => {
  const names = numbered ? Object.keys(columns).filter((one) => !key.includes(one)) : key
  return sql.join(
    // PostgreSQL finds `=` by an index, and `is not distinct from` by reading everything.
    names.map(
      (one) => sql`there.${sql.id(one)} ${nullable.has(one) ? sql`is not distinct from` : sql`=`} step.${sql.id(one)}`,
    ),
    sql` and `,
  )
}

async function insert({ db, words }: Side, table: Table, page: readonly Row[]): Promise<void> {
  const names = Object.keys(table.columns).filter((one) => !(table.numbered && table.key.includes(one)))
  await sql`insert into ${sql.table(table.name)} (${list(names)})
    select ${list(names, 'step')} from (${words.rows(table.columns, page)}) as step
    where not exists (select 1 from ${sql.table(table.name)} as there where ${sameRow(table)})`.execute(db)
}

async function compare({ db, words }: Side, table: Table, page: readonly Row[]): Promise<void> {
  const names = Object.keys(table.columns).filter((one) => !(table.numbered && table.key.includes(one)))
  const { rows } =
    await sql<Row>`select distinct ${list(names, 'there')} from (${words.rows(table.columns, page)}) as step join ${sql.table(table.name)} as there on ${sameRow(table)}`.execute(
      db,
    )
  const text = (row: Row): string => JSON.stringify(names.map((name) => row[name]))
  const found = new Set(rows.map(text))
  const other = page.find((row) => !found.has(text(row)))
  if (other === undefined) return
  const where = ['publication', 'edition'].map((one) => other[one]).filter((one) => one !== undefined)
  throw new UserError(
    'ledger-differs',
    `The target knows ${where.join(' ') || `a row of ${table.name}`} already, and differently. Nothing was written.`,
    'Two ledgers of one edition cannot be joined: decide which one tells who was served.',
  )
}
