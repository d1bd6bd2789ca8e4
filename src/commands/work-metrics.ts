import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import type { Queue } from '../delivery/queue.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { WorkerRows } from '../ledger/worker-rows.ts'
import { UserError } from '../problems/user-error.ts'
import { type Health, type Metric, metricsApp, type Observed } from '../public/metrics.ts'
import type { Context } from './command.ts'
import { masked } from './log-line.ts'
import type { Session } from './session.ts'
import type { WorkerState } from './worker-state.ts'

export interface Watched {
  context: Context
  state: WorkerState
  session: Session
  queue: Queue
  workers: WorkerRows
  publication: string
}

/** A database that has not answered for so long is trouble somebody should see. */
const REACHED_WITHIN = 15_000

/** Metrics and health of a worker over HTTP; null when no port was asked for. */
export async function listenMetrics(
  { metricsPort, metricsHost }: { metricsPort: number | null; metricsHost: string },
  watched: Watched,
): Promise<{ port: number; close(): Promise<void> } | null> {
  if (metricsPort === null) return null
  const server = createAdaptorServer({ fetch: metricsApp(observed(watched)).fetch })
  try {
    server.listen(metricsPort, metricsHost)
    await once(server, 'listening')
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException
    throw new UserError(
      'port-taken',
      `Metrics cannot be told on ${metricsHost}:${metricsPort} (${code}).`,
      'Choose another --metrics-port, or 0 for any that is free.',
      { cause: caught },
    )
  }
  const { port } = server.address() as { port: number }
  return {
    port,
    async close() {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
    },
  }
}

function observed({ context, state, session, queue, workers, publication }: Watched): Observed {
  const health = async (): Promise<Health> => {
    const silent = session.clock() - state.reached
    const why = context.signal.aborted
      ? 'draining'
      : silent > REACHED_WITHIN
        ? `the database has not answered for ${Math.round(silent / 1000)} s`
        : state.refused !== null
          ? masked(state.refused)
          : ''
    return { well: why === '', why }
  }
  const metrics = async (): Promise<Metric[]> => {
    const { ready, later, active } = await queue.counts()
    const servers = session.servers()
    return [
      {
        name: 'broadsheet_copies_total',
        help: 'Copies this worker settled, by what became of them.',
        type: 'counter',
        values: (['accepted', 'deferred', 'rejected', 'unknown'] as const).map((outcome) => ({
          labels: { outcome },
          value: state[outcome],
        })),
      },
      {
        name: 'broadsheet_batches_total',
        help: 'Batches this worker was done with, or gave back.',
        type: 'counter',
        values: [{ value: state.batches }],
      },
      {
        name: 'broadsheet_mail_server_up',
        help: '1 while a mail server takes copies, 0 while it is paused or refuses.',
        type: 'gauge',
        values: servers.map((one) => ({ labels: { server: one.name }, value: one.state === 'well' ? 1 : 0 })),
      },
      {
        name: 'broadsheet_mail_server_accepted_total',
        help: 'Copies a mail server accepted from this worker.',
        type: 'counter',
        values: servers.map((one) => ({ labels: { server: one.name }, value: one.accepted })),
      },
      {
        name: 'broadsheet_queue_batches',
        help: 'Batches in the queue: that could be taken now, that wait for their instant, that are being delivered.',
        type: 'gauge',
        values: Object.entries({ ready, later, active }).map(([name, value]) => ({ labels: { state: name }, value })),
      },
      {
        name: 'broadsheet_workers',
        help: 'Workers of this publication, this one among them.',
        type: 'gauge',
        values: [{ value: (await workers.all()).length }],
      },
      await deliveriesMetric(session.ledger, publication),
      {
        name: 'process_resident_memory_bytes',
        help: 'Memory of this worker.',
        type: 'gauge',
        values: [{ value: process.memoryUsage.rss() }],
      },
      {
        name: 'process_start_time_seconds',
        help: 'When this worker started, in seconds since 1970.',
        type: 'gauge',
        values: [{ value: state.startedAt / 1000 }],
      },
    ]
  }
  return { metrics, health }
}

/** Of the newest edition: a whole ledger would be counted for every question. */
export async function deliveriesMetric(ledger: Ledger, publication: string): Promise<Metric> {
  const edition = (await ledger.editions(publication)).at(-1)
  const counts = edition === undefined ? [] : await ledger.counts({ publication, edition })
  return {
    name: 'broadsheet_deliveries',
    help: 'Deliveries of the newest edition, by their state in the ledger.',
    type: 'gauge',
    values: counts.map(({ state, reason, count }) => ({
      labels: { edition: edition ?? '', state, ...(reason === null ? {} : { reason }) },
      value: count,
    })),
  }
}
