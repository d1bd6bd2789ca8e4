import { sql } from 'kysely'
import type { OpenDatabase } from './database.ts'
import type { Ledger } from './ledger.ts'
import { type Migration, migrationsOf, refuseNewer } from './migration-files.ts'
import { ledgerOn } from './open.ts'
import { PostgresDatabase } from './postgres-database.ts'

/** One at a time makes tables, of however many processes start at once. A number of our own, for this database. */
const LOCK = 8_413_370

/** The ledger that many machines share. Tables are made, or brought up to this version, when it is opened. */
export async function openPostgresLedger(url: string): Promise<Ledger> {
  return ledgerOn(await openPostgres(url))
}

/** The database at postgres://…, with its tables made or brought up to this version. */
export async function openPostgres(url: string): Promise<PostgresDatabase> {
  return (await opened(url, true)) as PostgresDatabase
}

/** The same for whoever only asks: null when no ledger was ever there, and none is made. */
export const openExistingPostgres = (url: string): Promise<PostgresDatabase | null> => opened(url, false)

async function opened(url: string, make: boolean): Promise<PostgresDatabase | null> {
  const database = new PostgresDatabase(url)
  try {
    const migrations = await migrationsOf('postgres')
    const version = await versionOf(database, migrations)
    if (version > 0 || make) {
      if (version < (migrations.at(-1)?.number ?? 0)) await migrate(database, migrations)
      return database
    }
  } catch (caught) {
    await database.close()
    throw caught
  }
  await database.close()
  return null
}

/** 0 when there are no tables yet. */
async function versionOf(database: OpenDatabase, migrations: readonly Migration[], db = database.db): Promise<number> {
  // Not to_regclass: within a transaction it remembers that a table was missing, whoever makes it meanwhile (seen on 18.4).
  const [there] = await database.all<{ there: boolean }>(
    sql`select exists (select 1 from pg_class where relname = 'broadsheet_version' and pg_table_is_visible(oid)) as there`,
    db,
  )
  if (there?.there !== true) return 0
  const [row] = await database.all<{ version: number }>(sql`select version from broadsheet_version`, db)
  refuseNewer(database.name, row?.version ?? 0, migrations)
  return row?.version ?? 0
}

async function migrate(database: PostgresDatabase, migrations: readonly Migration[]): Promise<void> {
  const texts = await Promise.all(migrations.map(async ({ number, read }) => ({ number, text: await read() })))
  await database.transaction(async (db) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(db)
    // Another process may have been here first.
    const version = await versionOf(database, migrations, db)
    if (version === 0) await sql`create table broadsheet_version (version integer not null)`.execute(db)
    if (version === 0) await sql`insert into broadsheet_version values (0)`.execute(db)
    for (const { number, text } of texts) if (number > version) await sql.raw(text).execute(db)
    await sql`update broadsheet_version set version = ${migrations.at(-1)?.number ?? 0}`.execute(db)
  })
}
