import { existsSync } from 'node:fs'
import path from 'node:path'
import { readConfig } from '../config.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { isDeadOwner } from './owner.ts'
import { openRealDatabase, realFile, requireLedger } from './real-database.ts'

/** `ledger backup FILE`: a whole copy, taken while senders may be at work. */
export async function backupLedger(context: Context, file: string): Promise<number> {
  const target = path.resolve(file)
  if (existsSync(target)) throw new UserError('file-exists', `${file} is there already.`, 'Name a new file.')
  const ledger = await requireLedger(context, true)
  try {
    await ledger.backup(target)
  } finally {
    await ledger.close()
  }
  if (context.json) printJson(context, { file: target })
  else context.stdout.write(`The ledger was copied to ${file}.\n`)
  return exitCodes.fine
}

/** `ledger purge --older 90d`: forgets editions first planned before that, with all their deliveries. */
export async function purgeLedger(context: Context, days: number): Promise<number> {
  const { publication } = await openPublication(context)
  const ledger = await requireLedger(context, true)
  try {
    const editions = await ledger.purge(publication.id, (await ledger.now()) - days * 86_400_000)
    if (context.json) printJson(context, { editions })
    else
      context.stdout.write(
        `${editions} ${editions === 1 ? 'edition was' : 'editions were'} forgotten. Who got them can no longer be told.\n`,
      )
  } finally {
    await ledger.close()
  }
  return exitCodes.fine
}

/** `ledger move [FILE]`: a SQLite ledger, and what readers said, into the database of DATABASE_URL. The file stays as it is. */
export async function moveLedger(context: Context, file: string | null): Promise<number> {
  const { databaseUrl } = readConfig(context.environment)
  if (databaseUrl === null)
    throw new UserError(
      'no-database',
      'ledger move carries a file over into DATABASE_URL, which is not set.',
      'Set it to postgres://user:password@host/database.',
    )
  const source = file === null ? realFile(context.root) : path.resolve(file)
  const target = await openRealDatabase(context)
  let rows: Record<string, number>
  try {
    const now = await target.now()
    const { carryOver } = await import('../ledger/carry-over.ts')
    rows = await carryOver(source, target, (owner, until) => isDeadOwner(owner, until, now), now)
  } finally {
    await target.close()
  }
  const told = Object.entries(rows).filter(([, count]) => count > 0)
  if (context.json) printJson(context, { from: source, to: target.name, rows })
  else
    context.stdout.write(
      `${target.name} has what ${file ?? '.broadsheet/ledger.db'} knew, and every row was compared: ${told.map(([table, count]) => `${count.toLocaleString('en')} of ${table}`).join(', ') || 'nothing'}. From now on send with DATABASE_URL set everywhere; a send without it would go by the file.\n`,
    )
  return exitCodes.fine
}
