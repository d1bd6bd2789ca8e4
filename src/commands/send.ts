import { readConfig } from '../config.ts'
import type { Queue } from '../delivery/queue.ts'
import { listEditions, resolveEdition, todayIn } from '../edition/calendar.ts'
import { milliseconds } from '../edition/duration.ts'
import type { Publication } from '../edition/publication.ts'
import { UserError } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { type Context, openPublication } from './command.ts'
import { editionsDue } from './editions-due.ts'
import { enqueueEdition, refuseWithEnqueue } from './enqueue-edition.ts'
import { holdMemory } from './hold-memory.ts'
import { notify } from './notify.ts'
import { openQueue } from './open-queue.ts'
import { sendProofs } from './proofs.ts'
import { readyEdition } from './ready-edition.ts'
import { existingLedger } from './real-database.ts'
import { rehearseEdition, runEdition } from './run-edition.ts'
import { openDkimKeys, openSecrets } from './secret.ts'
import type { SendOptions } from './send-options.ts'
import { reportNoEdition, reportResults } from './send-report.ts'
import { heldBackResult, type SendResult } from './send-result.ts'
import { openSession, type Session } from './session.ts'

/**
 * `send [edition]`: the edition to everyone not yet served; into `outbox/`, unless `--live` says otherwise. Walks the
 * whole path: read, prepare, compile, plan, fill, transport, report. With `--due` only who is due is served, and without
 * a name every edition that is due somewhere on earth.
 */
export async function send(context: Context, name: string | null, options: SendOptions): Promise<number> {
  holdMemory()
  const config = readConfig(context.environment)
  if (options.enqueue) refuseWithEnqueue(options, config.databaseUrl)
  const due = options.due || options.wait !== null ? { wait: milliseconds(options.wait ?? '0m') } : null
  if (options.live && (name === 'latest' || (name === null && due === null && options.to.length === 0))) {
    throw new UserError(
      'name-the-edition',
      '`send --live` wants the edition by its date, or `today`.',
      'Write  broadsheet send 2024-12-19 --live.',
    )
  }
  const { publication } = await openPublication(context)
  const keys = await openDkimKeys(context, publication)
  const dates = await datesOf(context, name, publication, options.live, due)
  if (dates.length === 0) return reportNoEdition(context, todayIn(publication, context.now), { ...options, due })
  const run = { ...options, due }
  if (options.to.length > 0) {
    const [date = ''] = dates
    const { template, findings } = await readyEdition(context, date, publication, keys, { ...run, due: null })
    return sendProofs(context, options, config.smtpUrl, template, date, findings)
  }
  const open: { session?: Session; queue?: Queue } = {}
  const sendOne = async (date: string): Promise<SendResult> => {
    const started = performance.now()
    const ready = await readyEdition(context, date, publication, keys, run)
    if (ready.heldBack !== null) return heldBackResult(date, options.live, ready.heldBack)
    if (options.dryRun) return rehearseEdition(context, run, ready, started)
    const secrets = await openSecrets(context.root, config, options.live)
    open.session ??= await openSession(context, publication, config, options)
    if (!options.enqueue) return runEdition(context, run, ready, secrets, open.session, started)
    open.queue ??= await openQueue(context, publication, open.session)
    return enqueueEdition(context, run, ready, open.session, open.queue, started)
  }
  const results: SendResult[] = []
  try {
    // A waiting run has its editions beside each other: each copy has its instant. They share the session all the same.
    const first = await settled(sendOne, dates[0] ?? '', dates.length > 1)
    const others = await Promise.all(dates.slice(1).map((date) => settled(sendOne, date, true)))
    results.push(first, ...others)
  } finally {
    await open.queue?.close()
    await open.session?.close()
  }
  const exitCode = await reportResults(context, results, { single: name !== null || due === null, ...options })
  if (options.notify !== undefined && !options.dryRun)
    await notify(context, options.notify, publication, results, exitCode)
  return exitCode
}

/** One edition that cannot be sent keeps no other back; alone, its error is the command's. */
async function settled(
  sendOne: (date: string) => Promise<SendResult>,
  date: string,
  among: boolean,
): Promise<SendResult> {
  try {
    return await sendOne(date)
  } catch (caught) {
    if (!among || !(caught instanceof UserError)) throw caught
    return { kind: 'failed', date, error: caught }
  }
}

/** Empty when there is no edition for today, or none is due. */
async function datesOf(
  context: Context,
  name: string | null,
  publication: Publication,
  live: boolean,
  due: { wait: number } | null,
): Promise<string[]> {
  if (name === null && due !== null) {
    const ledger = await existingLedger(context, live)
    const { dates } = await listEditions(context.root)
    const audience = await openAudience(context, publication)
    const now = context.now.toMillis()
    const found = await editionsDue({ publication, dates, audience: audience.rows, ledger, now, wait: due.wait })
    await ledger?.close()
    await audience.close()
    return found
  }
  const date = await resolveEdition(name ?? 'latest', context.root, publication, context.now)
  return date === null ? [] : [date]
}
