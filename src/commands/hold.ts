import { resolveEdition } from '../edition/calendar.ts'
import { ledgerOn } from '../ledger/open.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { openRealDatabase } from './real-database.ts'

/** `hold EDITION` and `release EDITION`: the stop button. Senders ask before each body, so they obey at once. */
export async function hold(context: Context, name: string, held: boolean): Promise<number> {
  const { publication } = await openPublication(context)
  const date = await resolveEdition(name, context.root, publication, context.now)
  if (date === null) throw new UserError('no-edition', 'There is no edition for today.', 'Name a date.')
  const ledger = ledgerOn(await openRealDatabase(context))
  try {
    await ledger.hold({ publication: publication.id, edition: date }, held, await ledger.now())
  } finally {
    await ledger.close()
  }
  if (context.json) printJson(context, { edition: date, held })
  else
    context.stdout.write(
      held
        ? `${date} is on hold: nothing more of it leaves.\n`
        : `${date} may go on. Run  broadsheet send ${date} --live.\n`,
    )
  return exitCodes.fine
}
