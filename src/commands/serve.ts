import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { FileIndex } from '../audience/file-index.ts'
import { AudienceHome } from '../audience/home.ts'
import { querySubscriber } from '../audience/query-subscribers.ts'
import { base32 } from '../audience/subscriber.ts'
import type { Secrets } from '../audience/token.ts'
import { readConfig } from '../config.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import { deliveriesOf } from '../ledger/deliveries-of.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { ledgerOn } from '../ledger/open.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { publicApp } from '../public/app.ts'
import type { Observed } from '../public/metrics.ts'
import { loadPageTemplates } from '../public/page-templates.ts'
import { openPostOffice } from '../public/post-office.ts'
import { listenPublic, type PublicServer } from '../public/server.ts'
import type { Site } from '../public/site.ts'
import { bounceHooks } from './bounce-hooks.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { bounceDesk } from './deal-with-bounces.ts'
import { deliveriesMetric, listenMetrics, type MetricsOptions, processMetrics } from './listen-metrics.ts'
import { openRealDatabase } from './real-database.ts'
import { openDkimKeys } from './secret.ts'

export interface ServeOptions extends MetricsOptions {
  port: number
  host: string
}

/** Mails of the public pages in the outbox, where there is no mail server. */
const OUTBOX = 'serve'

/**
 * `serve`: the way out, preferences and sign-up, until stopped. Changes land in the database `send` reads. Without
 * SMTP_URL the mails of the pages go to outbox/serve/, and that is said.
 */
export async function serve(context: Context, options: ServeOptions): Promise<number> {
  const config = readConfig(context.environment)
  if (config.secretKeys === null)
    throw new UserError(
      'no-secret',
      'BROADSHEET_SECRET is not set, so no link in a copy could be told from a forged one.',
      'Give `serve` the same secret as `send --live`. Nothing is served.',
    )
  const { publication } = await openPublication(context)
  const keys = await openDkimKeys(context, publication)
  const templates = await loadPageTemplates(context.root, publication)
  const transport =
    config.smtpUrl === null ? await openOutbox(context.root, OUTBOX) : openSmtp(parseSmtpUrl(config.smtpUrl), 2)
  const clock = clockOf(context)
  const events = new Map<string, number>()
  const log = logTo(context, clock, events)
  const postOffice = openPostOffice({ publication, templates, transport, keys, now: clock, log })
  await postOffice.warmUp()
  const database = await openRealDatabase(context)
  const home = new AudienceHome(database, publication.id)
  await home.signUps.forgetOld(clock())
  const ledger = ledgerOn(database)
  const file = new FileIndex(context.root, publication.subscribers)
  const { subscribersQuery: query } = publication
  const secrets: Secrets = { keys: config.secretKeys }
  const site: Site = {
    publication,
    secrets,
    home,
    templates,
    find: (id) => (query === null ? file.find(id) : querySubscriber(config.subscribersUrl, query, id)),
    isSuppressed: async (hash) => (await ledger.suppressed(publication.id, [hash])).has(hash),
    deliveries: (id) => deliveriesOf(database.db, publication.id, id),
    post: postOffice.post,
    now: clock,
    log,
    who: (id) => base32(createHmac('sha256', secrets.keys[0]).update(`log\0${id}`).digest()).slice(0, 12),
  }
  const hooks = bounceHooks(bounceDesk(context, database, ledger, publication, secrets), context.environment)
  const server = await start(publicApp(site, { '/hooks': hooks }), options, database)
  const metrics = await listenMetrics(options, observed(events, ledger, publication.id, clock())).catch(
    async (caught) => {
      await server.close()
      throw caught
    },
  )
  const mail = config.smtpUrl === null ? `outbox/${OUTBOX}/, as SMTP_URL is not set` : 'the mail server'
  const told = { url: server.url, mail: config.smtpUrl === null ? 'outbox' : 'smtp' }
  if (context.json) printJson(context, metrics === null ? told : { ...told, metricsPort: metrics.port })
  else
    context.stdout.write(`${publication.name} is served on ${server.url}; its mails go to ${mail} (Ctrl-C stops it)\n`)
  if (!context.signal.aborted) await once(context.signal, 'abort')
  // What was asked is answered, and what was answered is kept, before it ends.
  await metrics?.close()
  await server.close()
  await postOffice.close()
  await home.choices.idle()
  await database.close()
  return exitCodes.fine
}

/** The wall clock, or what goes on from the instant `--now` names. */
function clockOf(context: Context): () => number {
  const started = performance.now()
  const base = context.now.toMillis()
  return () => Math.round(base + performance.now() - started)
}

/** One JSON object a line on stderr. */
function logTo(context: Context, clock: () => number, events: Map<string, number>): Site['log'] {
  return (event, more = {}) => {
    events.set(event, (events.get(event) ?? 0) + 1)
    context.stderr.write(`${JSON.stringify({ at: new Date(clock()).toISOString(), event, ...more })}\n`)
  }
}

/** Health is whether the database answers. */
function observed(
  events: ReadonlyMap<string, number>,
  ledger: Ledger,
  publication: string,
  startedAt: number,
): Observed {
  return {
    health: () =>
      ledger.now().then(
        () => ({ well: true, why: '' }),
        (caught: Error) => ({ well: false, why: caught.message }),
      ),
    metrics: async () => [
      {
        name: 'broadsheet_events_total',
        help: 'What readers and services did on the public pages, as the log names it.',
        type: 'counter',
        values: [...events].map(([event, value]) => ({ labels: { event }, value })),
      },
      await deliveriesMetric(ledger, publication),
      ...processMetrics(startedAt),
    ],
  }
}

async function start(
  app: Parameters<typeof listenPublic>[0],
  { host, port }: ServeOptions,
  database: OpenDatabase,
): Promise<PublicServer> {
  try {
    return await listenPublic(app, host, port)
  } catch (caught) {
    await database.close()
    const { code } = caught as NodeJS.ErrnoException
    if (['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code ?? ''))
      throw new UserError(
        code === 'EADDRINUSE' ? 'port-taken' : 'cannot-listen',
        `Cannot listen on ${host}, port ${port} (${code}).`,
        'Choose another with --host and --port.',
        { cause: caught },
      )
    throw caught
  }
}
