import type { Queue } from '../delivery/queue.ts'
import type { WorkerRows } from '../ledger/worker-rows.ts'
import type { Health, Metric, Observed } from '../public/metrics.ts'
import type { Context } from './command.ts'
import { deliveriesMetric, processMetrics } from './listen-metrics.ts'
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

/** What a worker tells of itself. */
export function observedWorker({ context, state, session, queue, workers, publication }: Watched): Observed {
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
      ...processMetrics(state.startedAt),
    ]
  }
  return { metrics, health }
}
