import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'

/**
 * Kysely over node:sqlite. Statements are prepared once. Transactions take the write lock at once, not halfway, or fail
 * at once when another process has it; any other statement waits for it.
 */
export function sqliteDialect(database: DatabaseSync, busyMilliseconds: number): SqliteDialect {
  const statements = new Map<string, StatementSync>()
  const prepared = (text: string): StatementSync => {
    const sql = /^begin$/i.test(text) ? 'begin immediate' : text
    const known = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const atOnce = <Result>(run: () => Result): Result => {
    database.exec('pragma busy_timeout = 0')
    try {
      return run()
    } finally {
      database.exec(`pragma busy_timeout = ${busyMilliseconds}`)
    }
  }
  const adapter: SqliteDatabase = {
    prepare(text): SqliteStatement {
      const statement = prepared(text)
      const values = (parameters: readonly unknown[]): SQLInputValue[] => [...parameters] as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => {
          const run = () => statement.run(...values(parameters))
          const { changes, lastInsertRowid } = /^begin$/i.test(text) ? atOnce(run) : run()
          return { changes: BigInt(changes), lastInsertRowid: BigInt(lastInsertRowid) }
        },
        iterate: (parameters) => statement.iterate(...values(parameters)) as IterableIterator<never>,
      }
    },
    close: () => database.close(),
  }
  return new SqliteDialect({ database: adapter })
}
