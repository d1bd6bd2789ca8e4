import { setTimeout as sleep } from 'node:timers/promises'
import type { Secrets } from '../audience/way-out.ts'
import { type Counts, noCounts } from '../delivery/counts.ts'
import type { Run } from '../delivery/deliver.ts'
import { runDeliveries } from '../delivery/run.ts'
import { atOnce } from '../delivery/timing.ts'
import { RunRefused } from '../delivery/transport.ts'
import type { Edition } from '../edition/edition.ts'
import type { EditionKey, Ledger } from '../ledger/ledger.ts'
import { UserError } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { noted, refuseWithoutLedger } from './begun-marker.ts'
import type { Context } from './command.ts'
import { contentHash, messageOf, planOf } from './edition-plan.ts'
import { isDeadOwner } from './owner.ts'
import { Progress, rowsAbout } from './progress.ts'
import type { ReadyEdition } from './ready-edition.ts'
import { existingLedger } from './real-database.ts'
import { rehearse } from './rehearse.ts'
import type { SendOptions } from './send-options.ts'
import { RowFindings, type RunResult } from './send-result.ts'
import type { Session } from './session.ts'

export interface RunOptions
  extends Pick<SendOptions, 'live' | 'dryRun' | 'connections' | 'amended' | 'retry' | 'rate' | 'first'> {
  /** Null for plain `send`; with `--due`, how long the run stays, in milliseconds. */
  due: { wait: number } | null
}

/** `--dry-run`: the same counts, and nothing written. */
export async function rehearseEdition(
  context: Context,
  options: RunOptions,
  ready: ReadyEdition,
  started: number,
): Promise<RunResult> {
  const { key, offer, timing } = planOf(ready, options.due === null ? atOnce : null)
  const counts = noCounts()
  const aboutRows = new RowFindings()
  const audience = await openAudience(context, ready.prepared.publication)
  const ledger = await existingLedger(context, options.live)
  await rehearse(
    { ledger, key, rows: audience.rows(), offer, timing, due: options.due !== null },
    context.now.toMillis(),
    counts,
    (row) => aboutRows.add(row.findings),
  )
  await ledger?.close()
  await audience.close()
  return resultOf(ready, options, counts, aboutRows, { refused: null, openUnknown: 0, nextDue: null }, started)
}

/** Plan, lease, deliver, settle: everyone not yet served gets their copy, and everybody is accounted for. */
export async function runEdition(
  context: Context,
  options: RunOptions,
  ready: ReadyEdition,
  secrets: Secrets,
  session: Session,
  started: number,
): Promise<RunResult> {
  const { date, prepared, variants } = ready
  const { key, offer, timing } = planOf(ready, options.due === null ? atOnce : null)
  const { ledger, audience, suppressed, owner, clock, nap } = session
  const counts: Counts = noCounts()
  const aboutRows = new RowFindings()
  const progress = new Progress(context, counts, await rowsAbout(context.root, prepared.publication.subscribers))
  const run: Run = { refused: null }
  const transport = await session.transportFor(date)
  await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
  await openEdition(context.root, ledger, key, prepared.edition, options, clock())
  if (options.retry !== undefined) await ledger.retry(key, options.retry, clock())
  if (options.due === null && (await ledger.isHeld(key)))
    run.refused = new RunRefused(`${date} is on hold.`, `Run  broadsheet release ${date}  when it may go on.`)
  try {
    await runDeliveries(
      {
        ledger,
        key,
        owner,
        offer,
        timing,
        audience,
        due: options.due === null ? null : { waitUntil: clock() + options.due.wait },
        first: options.first,
        connections: options.connections,
        transport: options.live ? noted(context, transport, ledger, key, clock) : transport,
        suppressed,
        clock,
        sleep: nap,
        isAborted: () => context.signal.aborted,
        pace: options.rate === null ? null : pacer(options.rate, clock, nap),
        onRow: (row) => {
          aboutRows.add(row.findings)
          progress.row()
        },
        prepare: async (waiting) => {
          for (const { topics: wanted, language } of waiting) await variants.variant(wanted, language)
        },
        messageFor: messageOf(variants, secrets),
        onSettled: (delivery, outcome, settlement, tried) => {
          progress.step()
          if (outcome.state === 'accepted' || !tried || context.json) return
          const gaveUp = settlement.state === 'deferred' && settlement.retryAt === null
          progress.say(`${gaveUp ? 'given up' : outcome.state}: ${delivery.subscriber.email}: ${outcome.reply}`)
        },
      },
      counts,
      run,
    )
    await othersAreDone(ledger, key, owner, clock, context)
  } finally {
    progress.end()
  }
  const openUnknown = (await ledger.counts(key)).find((one) => one.state === 'unknown')?.count ?? 0
  const nextDue = options.due === null ? null : await ledger.nextDue(key, clock())
  return resultOf(ready, options, counts, aboutRows, { refused: run.refused, openUnknown, nextDue }, started)
}

export function resultOf(
  { date, findings, prepared }: ReadyEdition,
  { live, dryRun, due }: RunOptions,
  counts: Counts,
  aboutRows: RowFindings,
  end: Pick<RunResult, 'refused' | 'openUnknown' | 'nextDue'> & { queued?: number },
  started: number,
): RunResult {
  const seconds = (performance.now() - started) / 1000
  const share = Number.parseFloat(prepared.publication.alarm ?? '2%') / 100
  const alarm = end.openUnknown > 0 || counts.rejected > share * (counts.accepted + counts.rejected)
  return {
    kind: 'run',
    date,
    live,
    dryRun,
    due: due !== null,
    counts,
    findings,
    aboutRows,
    queued: null,
    ...end,
    alarm,
    seconds,
  }
}

/** The edition's row in the ledger; a changed edition that has begun goes on only when somebody says so. */
export async function openEdition(
  root: string,
  ledger: Ledger,
  key: EditionKey,
  edition: Edition,
  { amended, live }: RunOptions,
  now: number,
): Promise<void> {
  if (live) await refuseWithoutLedger(root, ledger, key)
  const { begun, changed } = await ledger.open(key, contentHash(edition), amended, now)
  if (begun && changed && !amended)
    throw new UserError(
      'edition-changed',
      `${key.edition} has changed since its first copies left. Nothing was sent.`,
      'Say  --amended  to send the edition as it is now to who is left; nobody gets a second copy.',
    )
}

/** A sender that meets another's leases waits until those are settled, so that what it reports is the end of it. */
async function othersAreDone(
  ledger: Ledger,
  key: EditionKey,
  owner: string,
  clock: () => number,
  context: Context,
): Promise<void> {
  for (let told = false; !context.signal.aborted; ) {
    const { planned } = await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
    if (planned > 0)
      context.stderr.write(`Another sender ended and left ${planned} copies. Run \`send\` again for them.\n`)
    const others = (await ledger.owners(key)).filter((one) => one !== owner)
    if (others.length === 0) return
    if (!told)
      context.stderr.write(
        `Waiting for another sender (${others[0]
          ?.replace(/~[^/]*/, '')
          .split('/')
          .slice(0, 2)
          .join(', process ')}).\n`,
      )
    told = true
    await sleep(200, undefined, { signal: context.signal }).catch(() => {})
  }
}

/** Evenly spaced, so that a rate is kept within each second as well. */
function pacer(rate: number, clock: () => number, nap: (milliseconds: number) => Promise<void>): () => Promise<void> {
  let next = 0
  return async () => {
    const now = clock()
    const wait = next - now
    next = Math.max(now, next) + 1000 / rate
    if (wait > 0) await nap(wait)
  }
}
