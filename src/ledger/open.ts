import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OpenDatabase } from './database.ts'
import type { Ledger } from './ledger.ts'
import { migrationsOf, refuseNewer } from './migration-files.ts'
import { SqlLedger } from './sql-ledger.ts'
import { explainedSqlite } from './sqlite-errors.ts'
import { BUSY_MILLISECONDS, SqliteFile } from './sqlite-file.ts'

/** The ledger in a file of its own; made, or brought up to this version, when it is opened. */
export async function openLedger(file: string): Promise<Ledger> {
  return ledgerOn(await openDatabase(file))
}

/** The ledger of a database that is open; it closes with the ledger. */
export const ledgerOn = (database: OpenDatabase): Ledger => new SqlLedger(database)

/**
 * The database a publication keeps its ledger and its audience in. One process opens a file once: two handles would
 * wait for each other's transactions. Tables are made, or brought up to this version.
 */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  await mkdir(path.dirname(file), { recursive: true })
  let handle: DatabaseSync | null = null
  try {
    handle = new DatabaseSync(file, { timeout: BUSY_MILLISECONDS })
    // FULL: a mark of `sending` that a power cut takes back would be a second copy after the reboot.
    handle.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;')
    // Ids are as good as random, so planning touches the same pages of an index again and again: gathered for 64 MB
    // before they go into the file, where SQLite's own 4 MB wrote 22 kB a copy of 80,000 (2026-11-27); and 8 MB of them kept.
    handle.exec('pragma wal_autocheckpoint = 16000; pragma cache_size = -8000;')
    await migrate(handle, file)
  } catch (caught) {
    handle?.close()
    throw explainedSqlite(caught, file)
  }
  return new SqliteFile(handle, file)
}

/** Numbered files, each in one transaction; `user_version` is the number of the last. */
async function migrate(database: DatabaseSync, file: string): Promise<void> {
  const migrations = await migrationsOf('sqlite')
  const version = (): number =>
    Number((database.prepare('pragma user_version').get() as { user_version: number }).user_version)
  refuseNewer(file, version(), migrations)
  for (const { number, read } of migrations) {
    if (number <= version()) continue
    const text = await read()
    database.exec('begin immediate')
    try {
      // Another process may have been here first.
      if (version() < number) database.exec(`${text}\npragma user_version = ${number};`)
      database.exec('commit')
    } catch (error) {
      database.exec('rollback')
      throw error
    }
  }
}
