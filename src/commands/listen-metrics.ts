import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import type { Ledger } from '../ledger/ledger.ts'
import { UserError } from '../problems/user-error.ts'
import { type Metric, metricsApp, type Observed } from '../public/metrics.ts'

export interface MetricsOptions {
  /** Null: nobody listens. */
  metricsPort: number | null
  metricsHost: string
}

/** Metrics and health over HTTP, apart from what the world may see; null when no port was asked for. */
export async function listenMetrics(
  { metricsPort, metricsHost }: MetricsOptions,
  observed: Observed,
): Promise<{ port: number; close(): Promise<void> } | null> {
  if (metricsPort === null) return null
  const server = createAdaptorServer({ fetch: metricsApp(observed).fetch })
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

/** Of this process. `startedAt` is in milliseconds since 1970. */
export const processMetrics = (startedAt: number): Metric[] => [
  {
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process.',
    type: 'gauge',
    values: [{ value: process.memoryUsage.rss() }],
  },
  {
    name: 'process_start_time_seconds',
    help: 'When this process started, in seconds since 1970.',
    type: 'gauge',
    values: [{ value: startedAt / 1000 }],
  },
]
