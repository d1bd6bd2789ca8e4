import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { addressHash } from '../audience/subscriber.ts'
import { readConfig } from '../config.ts'
import { domainOf, parseMailbox } from '../delivery/headers.ts'
import { acceptedIds } from '../delivery/mail-log.ts'
import { messageIdFor } from '../delivery/message.ts'
import { resolveEdition } from '../edition/calendar.ts'
import type { EditionKey } from '../ledger/ledger.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { requireLedger } from './real-database.ts'
import { openSecrets } from './secret.ts'

export interface ReconcileOptions {
  /** A mail server's log, or a list of Message-IDs it took. */
  log?: string | undefined
  accepted: readonly string[]
  notAccepted: readonly string[]
}

/** `reconcile EDITION`: unknown deliveries settled by evidence. What the evidence does not speak of stays unknown. */
export async function reconcile(context: Context, name: string, options: ReconcileOptions): Promise<number> {
  const { publication } = await openPublication(context)
  const date = await resolveEdition(name, context.root, publication, context.now)
  if (date === null) throw new UserError('no-edition', 'There is no edition for today.', 'Name a date.')
  if (options.log === undefined && options.accepted.length + options.notAccepted.length === 0)
    throw new UserError(
      'no-evidence',
      'reconcile wants evidence.',
      'Give it  --log FILE,  --accepted ADDR  or  --not-accepted ADDR.',
    )
  const key: EditionKey = { publication: publication.id, edition: date }
  const ledger = await requireLedger(context, true)
  try {
    const secrets = await openSecrets(context.root, readConfig(context.environment), true)
    const taken = options.log === undefined ? new Set<string>() : await readLog(options.log)
    const domain = domainOf(parseMailbox(publication.from).address)
    const named = {
      accepted: new Set(options.accepted.map(addressHash)),
      not: new Set(options.notAccepted.map(addressHash)),
    }
    const accepted: string[] = []
    const not: string[] = []
    const audience = await openAudience(context, publication)
    for await (const row of audience.rows()) {
      if ('skipped' in row) continue
      const { id, email } = row.subscriber
      const hash = addressHash(email)
      if (named.accepted.has(hash) || taken.has(messageIdFor(publication, date, id, secrets, domain))) accepted.push(id)
      else if (named.not.has(hash)) not.push(id)
    }
    await audience.close()
    const now = await ledger.now()
    const evidence = options.log === undefined ? 'by hand' : path.basename(options.log)
    const settled = await ledger.reconcile(key, accepted, true, evidence, now)
    const returned = await ledger.reconcile(key, not, false, 'by hand', now)
    const left = (await ledger.counts(key)).find((one) => one.state === 'unknown')?.count ?? 0
    if (context.json)
      printJson(context, { edition: date, accepted: settled.length, planned: returned.length, unknown: left })
    else
      context.stdout.write(
        `${date}: ${settled.length} were accepted, ${returned.length} are to be sent again, ${left} are still unknown.\n`,
      )
    return left > 0 ? exitCodes.notAccepted : exitCodes.fine
  } finally {
    await ledger.close()
  }
}

async function readLog(file: string): Promise<Set<string>> {
  await access(file).catch(() => {
    throw new UserError('no-log', `There is no file ${file}.`, 'Paths are relative to where you stand.')
  })
  return acceptedIds(createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }))
}
