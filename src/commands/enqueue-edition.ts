import { noCounts } from '../delivery/counts.ts'
import { enqueueAll } from '../delivery/enqueue.ts'
import type { Queue } from '../delivery/queue.ts'
import { plannedFrom } from '../delivery/timing.ts'
import { UserError } from '../problems/user-error.ts'
import { noteBegun } from './begun-marker.ts'
import type { Context } from './command.ts'
import { planOf } from './edition-plan.ts'
import { isDeadOwner } from './owner.ts'
import type { ReadyEdition } from './ready-edition.ts'
import { openEdition, type RunOptions, resultOf } from './run-edition.ts'
import type { SendOptions } from './send-options.ts'
import { RowFindings, type RunResult } from './send-result.ts'
import type { Session } from './session.ts'

/** Plans an edition and puts it into the queue, in one transaction a batch. Asked again it adds who is new. */
export async function enqueueEdition(
  context: Context,
  options: RunOptions,
  ready: ReadyEdition,
  session: Session,
  queue: Queue,
  started: number,
): Promise<RunResult> {
  const { ledger, audience, suppressed, clock } = session
  const plannedAt = options.due === null ? clock() : null
  const { key, offer, timing } = planOf(ready, plannedAt === null ? null : plannedFrom(plannedAt))
  const counts = noCounts()
  const aboutRows = new RowFindings()
  await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
  await openEdition(context.root, ledger, key, ready.prepared.edition, options, clock())
  if (options.retry !== undefined) await ledger.retry(key, options.retry, clock())
  // From here on copies may leave, whoever makes them.
  await noteBegun(context, ledger, key, clock)
  const isStopped = (): boolean => context.signal.aborted
  const onRow = (row: Parameters<Parameters<typeof enqueueAll>[1]['onRow']>[0]): void => aboutRows.add(row.findings)
  const run = { ledger, queue, key, offer, timing, plannedAt, suppressed, clock, isStopped, onRow }
  const queued = await enqueueAll(audience(), run, counts)
  const openUnknown = (await ledger.counts(key)).find((one) => one.state === 'unknown')?.count ?? 0
  return resultOf(ready, options, counts, aboutRows, { refused: null, openUnknown, nextDue: null, queued }, started)
}

/** What goes with `--enqueue`: workers deliver, at the pace of their servers, until it is done. */
export function refuseWithEnqueue(options: SendOptions, databaseUrl: string | null): void {
  const other = [
    options.dryRun ? '--dry-run' : null,
    options.to.length > 0 ? '--to' : null,
    options.first !== null ? '--first' : null,
    options.rate !== null ? '--rate' : null,
    options.wait !== null ? '--wait' : null,
  ].find((one) => one !== null)
  if (!options.live || other !== undefined)
    throw new UserError(
      'usage',
      options.live
        ? `--enqueue and ${other} do not go together.`
        : '--enqueue is for workers, who really send: it wants --live.',
      'A rate belongs to a mail server: SMTP_URL=smtp://mail.example.org?rate=50/s. See docs/postgres.md.',
    )
  if (databaseUrl === null)
    throw new UserError(
      'no-database',
      'The queue is in PostgreSQL, and DATABASE_URL is not set. Nothing was sent.',
      'Set it to postgres://user:password@host/database; docs/postgres.md says how to move there.',
    )
}
