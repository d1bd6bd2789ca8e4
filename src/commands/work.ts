import { readConfig } from '../config.ts'
import type { Queue } from '../delivery/queue.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import { WorkerRows } from '../ledger/worker-rows.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { holdMemory } from './hold-memory.ts'
import { listenMetrics, type MetricsOptions } from './listen-metrics.ts'
import { logLine } from './log-line.ts'
import { openQueue } from './open-queue.ts'
import { openDkimKeys, openSecrets } from './secret.ts'
import { openSession } from './session.ts'
import { Workshop } from './work-batch.ts'
import { observedWorker } from './work-metrics.ts'
import { Worker } from './worker.ts'
import { WorkerState } from './worker-state.ts'

export interface WorkOptions extends MetricsOptions {
  connections: number
  /** Ends when nothing is in the queue any more. */
  untilEmpty: boolean
}

/**
 * `work`: takes batches from the queue until stopped; as many workers as you like. On SIGTERM what is under way is
 * finished and the rest given back; what a killed one leaves another takes over within seconds.
 */
export async function work(context: Context, options: WorkOptions): Promise<number> {
  holdMemory()
  const config = readConfig(context.environment)
  if (config.databaseUrl === null)
    throw new UserError(
      'no-database',
      'Workers take batches from a queue in PostgreSQL, and DATABASE_URL is not set.',
      'Set it to postgres://user:password@host/database; docs/postgres.md says how to move there.',
    )
  const { publication } = await openPublication(context)
  const { connections } = options
  const keys = await openDkimKeys(context, publication)
  const secrets = await openSecrets(context.root, config, true)
  const session = await openSession(context, publication, config, { live: true, connections })
  const database = session.database as OpenDatabase
  const state = new WorkerState(session.clock())
  const workers = new WorkerRows(database, publication.id)
  let queue: Queue | null = null
  let metrics: Awaited<ReturnType<typeof listenMetrics>> = null
  try {
    queue = await openQueue(context, publication, session, true)
    metrics = await listenMetrics(
      options,
      observedWorker({ context, state, session, queue, workers, publication: publication.id }),
    )
    const workshop = new Workshop(context, session, { database, publication: publication.id, secrets, keys })
    const port = metrics?.port ?? null
    logLine(context, session.clock(), 'started', { publication: publication.id, connections, metricsPort: port })
    await new Worker({ context, session, queue, workshop, workers, state }).run(options)
    await workers.leave(session.owner)
    logLine(context, session.clock(), 'ended', state.told())
  } finally {
    await metrics?.close()
    await queue?.close()
    await session.close()
  }
  if (context.json) printJson(context, { ...state.told(), seconds: state.seconds(session.clock()) })
  else context.stdout.write(`${state.sentence()}\n`)
  return exitCodes.fine
}
