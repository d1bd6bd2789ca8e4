import { resolveEdition } from '../edition/calendar.ts'
import type { Publication } from '../edition/publication.ts'
import type { DeliveryRow, EditionKey, Ledger, State } from '../ledger/ledger.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { csvLine } from './csv-line.ts'
import { isDeadOwner } from './owner.ts'
import { requireLedger } from './real-database.ts'
import { watchStatus } from './watch-status.ts'

export interface StatusOptions {
  /** One line for each subscriber. */
  list: boolean
  csv: boolean
  /** Goes on showing it until everything is settled. */
  watch: boolean
  /** The rehearsal's ledger in place of the real one. */
  outbox: boolean
}

/** `status [edition]`: what the ledger knows of an edition, who and why, and what to do next. */
export async function status(context: Context, name: string, options: StatusOptions): Promise<number> {
  const { publication } = await openPublication(context)
  const date = await resolveEdition(name, context.root, publication, context.now)
  if (date === null) throw new UserError('no-edition', 'There is no edition for today.', 'Name a date, or say latest.')
  const key: EditionKey = { publication: publication.id, edition: date }
  if (options.watch && (context.json || options.list || options.csv))
    throw new UserError('usage', '--watch goes with neither --json, --list nor --csv.', 'Ask for one of them.')
  const ledger = await requireLedger(context, !options.outbox)
  try {
    const now = await ledger.now()
    // What a sender that died on this machine left is settled at once, so that the answer is the truth.
    await ledger.reap((owner, until) => isDeadOwner(owner, until, now), now)
    if (options.watch)
      await watchStatus(context, ledger, key, options.outbox ? async () => [] : () => ledger.workers(key.publication))
    const counts = countsOf(await ledger.counts(key))
    const held = await ledger.isHeld(key)
    if (options.csv) await printCsv(context, ledger, key, publication)
    else if (context.json)
      printJson(context, {
        edition: date,
        live: !options.outbox,
        ...counts,
        held,
        ...(options.list ? { deliveries: await Array.fromAsync(explainedRows(ledger, key)) } : {}),
      })
    else {
      if (options.list) await printList(context, ledger, key, publication)
      context.stdout.write(`${summary(date, counts, held)}\n`)
    }
    return counts.unknown > 0 ? exitCodes.notAccepted : exitCodes.fine
  } finally {
    await ledger.close()
  }
}

interface StatusCounts {
  audience: number
  planned: number
  leased: number
  sending: number
  accepted: number
  rejected: number
  unknown: number
  bounced: number
  skipped: Record<string, number>
}

function countsOf(rows: readonly { state: State; reason: string | null; count: number }[]): StatusCounts {
  const counts: StatusCounts = {
    audience: 0,
    planned: 0,
    leased: 0,
    sending: 0,
    accepted: 0,
    rejected: 0,
    unknown: 0,
    bounced: 0,
    skipped: {},
  }
  for (const { state, reason, count } of rows) {
    counts.audience += count
    if (state === 'skipped') counts.skipped[reason ?? 'unknown'] = count
    else counts[state] += count
  }
  return counts
}

function summary(date: string, counts: StatusCounts, held: boolean): string {
  const parts = [`${counts.accepted} accepted`]
  for (const state of ['planned', 'leased', 'sending', 'rejected', 'unknown', 'bounced'] as const)
    if (counts[state] > 0) parts.push(`${counts[state]} ${state}`)
  for (const [reason, count] of Object.entries(counts.skipped)) parts.push(`${count} skipped (${reason})`)
  const next: string[] = []
  if (held) next.push(`On hold. Run  broadsheet release ${date}  when it may go on.`)
  else if (counts.planned > 0)
    next.push(`Run  broadsheet send ${date} --live  for the ${counts.planned} that are still to be served.`)
  if (counts.leased + counts.sending > 0) next.push('A sender is at work.')
  if (counts.rejected > 0)
    next.push(`The rejected: broadsheet status ${date} --list;  --retry rejected  tries them again.`)
  if (counts.bounced > 0) next.push(`What came back, and why: broadsheet status ${date} --list`)
  if (counts.unknown > 0)
    next.push(
      `The unknown may have arrived. Settle them with  broadsheet reconcile ${date} --log <mail log>,  or send again with  --retry unknown.`,
    )
  return [`${date}: ${parts.join(', ')}.`, ...next].join('\n')
}

async function printList(context: Context, ledger: Ledger, key: EditionKey, publication: Publication): Promise<void> {
  const emails = await emailsOf(context, publication)
  for await (const row of explainedRows(ledger, key))
    context.stdout.write(`${row.state}\t${emails.get(row.id) ?? row.id}\t${whyOf(row)}\n`)
}

async function printCsv(context: Context, ledger: Ledger, key: EditionKey, publication: Publication): Promise<void> {
  const emails = await emailsOf(context, publication)
  context.stdout.write(csvLine(['id', 'email', 'state', 'why', 'attempts', 'at']))
  for await (const row of explainedRows(ledger, key))
    context.stdout.write(
      csvLine([
        row.id,
        emails.get(row.id) ?? '',
        row.state,
        whyOf(row),
        String(row.attempts),
        new Date(row.updatedAt).toISOString(),
      ]),
    )
}

/** The ledger's rows; where an address is suppressed because of a mail that came back, with what that said. */
async function* explainedRows(ledger: Ledger, key: EditionKey): AsyncGenerator<DeliveryRow> {
  const suppressions = await ledger.bounces.suppressions(key.publication)
  for await (const row of ledger.rows(key)) {
    const why = row.reason === 'suppressed' ? suppressions.get(row.id) : undefined
    yield why === undefined ? row : { ...row, reason: `suppressed (${why})` }
  }
}

const whyOf = ({ reason, reply }: DeliveryRow): string => [reason, reply].filter((one) => one !== null).join(': ')

/** The ledger holds no addresses; the audience does. */
async function emailsOf(context: Context, publication: Publication): Promise<Map<string, string>> {
  const emails = new Map<string, string>()
  const audience = await openAudience(context, publication)
  for await (const row of audience.rows()) if (!('skipped' in row)) emails.set(row.subscriber.id, row.subscriber.email)
  await audience.close()
  return emails
}
