import { existsSync } from 'node:fs'
import path from 'node:path'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { requireLedger } from './real-database.ts'

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
