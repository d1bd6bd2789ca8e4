import { existsSync } from 'node:fs'
import path from 'node:path'
import { readConfig } from '../config.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { ledgerOn, openDatabase, openLedger } from '../ledger/open.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'

/** What names the database: the publication's folder, and DATABASE_URL. */
export type Place = Pick<Context, 'root' | 'environment'>

/** The file that holds the real ledger and the audience's home, unless DATABASE_URL names a database. */
export const realFile = (root: string): string => path.join(root, '.broadsheet/ledger.db')

const rehearsalFile = (root: string): string => path.join(root, 'outbox/.ledger.db')

/** The real ledger's database and the audience's home; made when it is not there. Every command opens it here. */
export async function openRealDatabase({ root, environment }: Place): Promise<OpenDatabase> {
  const { databaseUrl } = readConfig(environment)
  if (databaseUrl === null) return openDatabase(realFile(root))
  // Loaded when it is wanted: commands without it start sooner.
  const { openPostgres } = await import('../ledger/open-postgres.ts')
  return openPostgres(databaseUrl)
}

/** For whoever only asks; a question makes no database. */
export async function existingDatabase({ root, environment }: Place): Promise<OpenDatabase | null> {
  const { databaseUrl } = readConfig(environment)
  if (databaseUrl === null) return existsSync(realFile(root)) ? openDatabase(realFile(root)) : null
  const { openExistingPostgres } = await import('../ledger/open-postgres.ts')
  return openExistingPostgres(databaseUrl)
}

/** A ledger in a file, for whoever only asks. */
export const existingLedgerFile = async (file: string): Promise<Ledger | null> =>
  existsSync(file) ? openLedger(file) : null

/** The rehearsal's own ledger, beside the outbox; always a file. */
export const openRehearsalLedger = (root: string): Promise<Ledger> => openLedger(rehearsalFile(root))

/** The real ledger, or the rehearsal's; null when nothing was ever sent. */
export async function existingLedger(place: Place, live: boolean): Promise<Ledger | null> {
  if (!live) return existingLedgerFile(rehearsalFile(place.root))
  const database = await existingDatabase(place)
  return database === null ? null : ledgerOn(database)
}

/** The same for whoever cannot do without. */
export async function requireLedger(place: Place, live: boolean): Promise<Ledger> {
  const ledger = await existingLedger(place, live)
  if (ledger !== null) return ledger
  throw new UserError(
    'no-ledger',
    live ? 'Nothing has been sent from here yet.' : 'The outbox holds no rehearsal.',
    live ? 'Run  broadsheet send … --live,  or ask for the rehearsal with --outbox.' : 'Run  broadsheet send.',
  )
}
