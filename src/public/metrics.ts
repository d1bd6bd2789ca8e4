import { Hono } from 'hono'

/** A number somebody watches, as Prometheus reads it (text format 0.0.4). */
export interface Metric {
  /** As in broadsheet_copies_total. */
  name: string
  help: string
  type: 'counter' | 'gauge'
  values: { labels?: Readonly<Record<string, string>>; value: number }[]
}

export interface Health {
  well: boolean
  /** What is wrong; empty when nothing is. */
  why: string
}

export interface Observed {
  metrics(): Promise<Metric[]>
  health(): Promise<Health>
}

/** `/metrics` and `/healthz`, for whoever listens, or as a part of another app. Neither names a reader. */
export function metricsApp({ metrics, health }: Observed): Hono {
  const app = new Hono()
  app.get('/metrics', async (context) =>
    context.text(prometheusText(await metrics()), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  app.get('/healthz', async (context) => {
    const { well, why } = await health()
    return context.json({ well, why }, well ? 200 : 503, { 'cache-control': 'no-store' })
  })
  return app
}

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, type, values }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...values.map(({ labels = {}, value }) => `${name}${labelsOf(labels)} ${value}`),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n')
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
