import { createHash } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DateTime } from 'luxon'
import { readSubscribers } from '../audience/read-csv.ts'
import type { Config } from '../config.ts'
import { type Counts, noCounts } from '../delivery/counts.ts'
import type { Run } from '../delivery/deliver.ts'
import { fill, recipientFor } from '../delivery/message.ts'
import { openOutbox } from '../delivery/outbox.ts'
import type { Offer } from '../delivery/plan.ts'
import { runDeliveries } from '../delivery/run.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { LEASE_MILLISECONDS } from '../delivery/take-up.ts'
import { atOnce, atTheirTime } from '../delivery/timing.ts'
import { type OpenTransport, RunRefused } from '../delivery/transport.ts'
import type { Variants } from '../delivery/variants.ts'
import type { Edition } from '../edition/edition.ts'
import type { EditionKey, Ledger } from '../ledger/ledger.ts'
import { openLedger } from '../ledger/open.ts'
import type { Finding } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import type { PreparedEdition } from '../render/prepare.ts'
import type { Context } from './command.ts'
import { isDeadOwner, ownerOfLeases } from './owner.ts'
import { Progress, rowsAbout } from './progress.ts'
import { existingLedger, rehearse } from './rehearse.ts'
import { openSecrets } from './secret.ts'
import type { SendOptions } from './send-options.ts'
import { RowFindings, reportRun } from './send-report.ts'

export interface RunOptions
  extends Pick<SendOptions, 'live' | 'dryRun' | 'connections' | 'amended' | 'retry' | 'rate' | 'first'> {
  date: string
  /** Null for plain `send`; with `--due`, how long the run stays, in milliseconds. */
  due: { wait: number } | null
  /** Of `performance.now()`. */
  started: number
}

/** The ledger a command works with: the real one, or the rehearsal's beside the outbox. */
export const ledgerFile = (root: string, live: boolean): string =>
  path.join(root, live ? '.broadsheet/ledger.db' : 'outbox/.ledger.db')

/** Plan, lease, deliver, settle: everyone not yet served gets their copy, and everybody is accounted for. */
export async function runEdition(
  context: Context,
  options: RunOptions,
  config: Config,
  prepared: PreparedEdition,
  variants: Variants,
  findings: Finding[],
): Promise<number> {
  const { date, live } = options
  const { publication, topics, edition } = prepared
  const counts: Counts = noCounts()
  const audience = () => readSubscribers(context.root, publication.subscribers)
  const offer: Offer = { topics, languages: [publication.language, ...(publication.languages ?? [])] }
  const timing = options.due === null ? atOnce : atTheirTime(date, publication)
  const key: EditionKey = { publication: publication.id, edition: date }
  const aboutRows = new RowFindings()
  const report = (refused: RunRefused | null, openUnknown: number): number =>
    reportRun(context, {
      ...options,
      counts,
      findings,
      aboutRows,
      refused,
      openUnknown,
      seconds: (performance.now() - options.started) / 1000,
    })
  if (options.dryRun) {
    await rehearse(
      { file: ledgerFile(context.root, live), key, rows: audience(), offer, timing, due: options.due !== null },
      context.now.toMillis(),
      counts,
      (row) => aboutRows.add(row.findings),
    )
    return report(null, 0)
  }

  const secrets = await openSecrets(context.root, config, live)
  const transport = await openTransport(context, config, options)
  const ledger = await openLedger(ledgerFile(context.root, live))
  const suppressions = live ? ledger : await existingLedger(ledgerFile(context.root, true))
  const run: Run = { refused: null }
  const progress = new Progress(context, counts, await rowsAbout(context.root, publication.subscribers))
  const owner = ownerOfLeases()
  const clock = await clockOf(ledger, context, live)
  const renewal = setInterval(() => void ledger.renew(owner, clock() + LEASE_MILLISECONDS).catch(() => {}), 10_000)
  const nap = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: context.signal }).catch(() => {})
  let openUnknown = 0
  try {
    await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
    await openEdition(ledger, key, edition, options, clock())
    if (options.retry !== undefined) await ledger.retry(key, options.retry, clock())
    if (options.due === null && (await ledger.isHeld(key)))
      run.refused = new RunRefused(`${date} is on hold.`, `Run  broadsheet release ${date}  when it may go on.`)
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
        transport,
        suppressed: async (hashes) => (await suppressions?.suppressed(key.publication, hashes)) ?? new Map(),
        clock,
        sleep: nap,
        isAborted: () => context.signal.aborted,
        pace: pacer(options.rate, clock, nap),
        onRow: (row) => {
          aboutRows.add(row.findings)
          progress.row()
        },
        messageFor: async ({ subscriber, topics: wanted, language, datedAt }) => {
          const template = await variants.variant(wanted, language)
          if (template === null) throw new Error(`nothing can be shown of ${wanted.join(', ')}`)
          const date = DateTime.fromMillis(datedAt, { zone: 'utc' })
          return fill(template, recipientFor(template, subscriber, date, secrets))
        },
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
    openUnknown = (await ledger.counts(key)).find((one) => one.state === 'unknown')?.count ?? 0
  } finally {
    clearInterval(renewal)
    progress.end()
    await transport.close()
    if (suppressions !== null && suppressions !== ledger) await suppressions.close()
    await ledger.close()
  }
  return report(run.refused, openUnknown)
}

/** The edition's row in the ledger; a changed edition that has begun goes on only when somebody says so. */
async function openEdition(
  ledger: Ledger,
  key: EditionKey,
  edition: Edition,
  { amended }: RunOptions,
  now: number,
): Promise<void> {
  const { begun, changed } = await ledger.open(key, contentHash(edition), amended, now)
  if (begun && changed && !amended)
    throw new UserError(
      'edition-changed',
      `${key.edition} has changed since its first copies left. Nothing was sent.`,
      'Say  --amended  to send the edition as it is now to who is left; nobody gets a second copy.',
    )
}

/** Of what readers are told; neither its places nor its waivers, and not the templates. */
function contentHash({ date, subject, preheader, intro, entries }: Edition): string {
  const told = entries.map(({ places: _, ignore: __, ...entry }) => entry)
  return createHash('sha256')
    .update(JSON.stringify({ date, subject, preheader, intro, entries: told }))
    .digest('hex')
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
      context.stderr.write(`Waiting for another sender (${others[0]?.split('/').slice(0, 2).join(', process ')}).\n`)
    told = true
    await sleep(200, undefined, { signal: context.signal }).catch(() => {})
  }
}

/** A rehearsal may pretend another instant; what really leaves is dated by the database. */
async function clockOf(ledger: Ledger, context: Context, live: boolean): Promise<() => number> {
  const base = live ? await ledger.now() : context.now.toMillis()
  const started = performance.now()
  return () => Math.round(base + performance.now() - started)
}

/** Evenly spaced, so that a rate is kept within each second as well. */
function pacer(
  rate: number | null,
  clock: () => number,
  nap: (milliseconds: number) => Promise<void>,
): () => Promise<void> {
  let next = 0
  return async () => {
    if (rate === null) return
    const now = clock()
    const wait = next - now
    next = Math.max(now, next) + 1000 / rate
    if (wait > 0) await nap(wait)
  }
}

async function openTransport(
  context: Context,
  config: Config,
  { live, date, connections }: RunOptions,
): Promise<OpenTransport> {
  if (!live) return openOutbox(context.root, date)
  if (config.smtpUrl === null)
    throw new UserError(
      'no-smtp-url',
      'SMTP_URL is not set, so there is no mail server to send through.',
      'Set it to  smtp://user:password@mail.example.org:587. Nothing was sent.',
    )
  return openSmtp(parseSmtpUrl(config.smtpUrl), connections)
}
