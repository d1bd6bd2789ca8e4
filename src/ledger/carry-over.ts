import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { UserError } from '../problems/user-error.ts'
import { copyTables } from './copy-tables.ts'
import type { Database, OpenDatabase } from './database.ts'
import { openDatabase } from './open.ts'
import { SqlLedger } from './sql-ledger.ts'
import { explainedSqlite } from './sqlite-errors.ts'

/**
 * A SQLite ledger, with whatever else is in its file, into another database. All of it or nothing; what is there already
 * must be the same. The file itself is only read: a copy is brought up to this version, and rows of dead owners are
 * settled there. Returns how many rows each table had. Throws a UserError while a sender is at work.
 */
export async function carryOver(
  file: string,
  target: OpenDatabase,
  isDead: (owner: string, leaseUntil: number) => boolean,
  now: number,
): Promise<Record<string, number>> {
  if (!existsSync(file))
    throw new UserError('no-ledger', `There is no ledger ${file}.`, 'Name the file, as in .broadsheet/ledger.db.')
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-move-'))
  try {
    const copy = path.join(folder, 'ledger.db')
    await copyFile(file, copy)
    const source = await openDatabase(copy)
    const ledger = new SqlLedger(source)
    try {
      await ledger.reap(isDead, now)
      await refuseSenders(source, file)
      return await target.transaction((into) =>
        source.transaction(async (from) => {
          const rows = await copyTables({ db: from, words: source.words }, { db: into, words: target.words }, from)
          await compareEditions(from, into)
          return rows
        }),
      )
    } finally {
      await ledger.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function copyFile(file: string, copy: string): Promise<void> {
  let handle: DatabaseSync | null = null
  try {
    handle = new DatabaseSync(file, { readOnly: true })
    await backup(handle, copy)
  } catch (caught) {
    throw explainedSqlite(caught, file)
  } finally {
    handle?.close()
  }
}

async function refuseSenders(source: OpenDatabase, file: string): Promise<void> {
  const [row] = await source.all<{ edition: string }>(
    sql`select edition from delivery where state in ('leased', 'sending') limit 1`,
  )
  if (row !== undefined)
    throw new UserError(
      'sender-at-work',
      `A sender is at work on ${row.edition} with ${file}. Nothing was written.`,
      'Wait until it has ended, then move the ledger.',
    )
}

/** The target may know more editions, and no more of these: rows that only it has would be a second account of them. */
async function compareEditions(source: Database, target: Database): Promise<void> {
  const counts = async (db: Database): Promise<Map<string, number>> => {
    const { rows } = await sql<{ publication: string; edition: string; count: number }>`
      select publication, edition, count(*) as count from delivery group by publication, edition`.execute(db)
    return new Map(rows.map((row) => [`${row.publication} ${row.edition}`, row.count]))
  }
  const there = await counts(target)
  for (const [edition, count] of await counts(source))
    if (there.get(edition) !== count)
      throw new UserError(
        'ledger-differs',
        `The target has ${there.get(edition) ?? 0} deliveries of ${edition}, the ledger ${count}. Nothing was written.`,
        'Two ledgers of one edition cannot be joined: decide which one tells who was served.',
      )
}
