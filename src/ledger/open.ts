import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UserError } from '../problems/user-error.ts'
import type { OpenDatabase } from './database.ts'
import type { Ledger } from './ledger.ts'
import { explained } from './open-errors.ts'
import { SqliteLedger } from './sqlite.ts'
import { SqliteFile } from './sqlite-file.ts'

const MIGRATIONS = path.join(import.meta.dirname, 'migrations')
/** Another process may be writing; past this something holds the database for good. */
const BUSY_MILLISECONDS = 5000

/** The ledger in a file of its own; made, or brought up to this version, when it is opened. */
export async function openLedger(file: string): Promise<Ledger> {
  return new SqliteLedger(await openDatabase(file))
}

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
    await migrate(handle, file)
  } catch (caught) {
    handle?.close()
    throw explained(caught, file)
  }
  return new SqliteFile(handle, file)
}

/** Numbered files, each in one transaction; `user_version` is the number of the last. */
async function migrate(database: DatabaseSync, file: string): Promise<void> {
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort()
  const version = (): number =>
    Number((database.prepare('pragma user_version').get() as { user_version: number }).user_version)
  const latest = Number(names.at(-1)?.slice(0, 4) ?? 0)
  if (version() > latest)
    throw new UserError(
      'ledger-newer',
      `${file} was written by a newer Broadsheet (version ${version()} of its tables; this one knows ${latest}). Nothing was sent.`,
      'Update Broadsheet, or use the one that wrote it.',
    )
  for (const name of names) {
    const number = Number(name.slice(0, 4))
    if (number <= version()) continue
    const text = await readFile(path.join(MIGRATIONS, name), 'utf8')
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
