import { existsSync } from 'node:fs'
import path from 'node:path'
import type { OpenDatabase } from '../ledger/database.ts'
import { openDatabase } from '../ledger/open.ts'

/** The database that holds the real ledger, and the audience's home. */
export const realDatabase = (root: string): string => path.join(root, '.broadsheet/ledger.db')

/** The ledger a command works with: the real one, or the rehearsal's beside the outbox. */
export const ledgerFile = (root: string, live: boolean): string =>
  live ? realDatabase(root) : path.join(root, 'outbox/.ledger.db')

/** For whoever only asks; a question makes no database. */
export const existingDatabase = async (root: string): Promise<OpenDatabase | null> =>
  existsSync(realDatabase(root)) ? openDatabase(realDatabase(root)) : null
