import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DateTime } from 'luxon'
import { type AudienceRow, readSubscribers } from '../audience/read-csv.ts'
import type { Config } from '../config.ts'
import { deliverAll, type Run } from '../delivery/deliver.ts'
import { fill, recipientFor } from '../delivery/message.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { type Offer, planDelivery } from '../delivery/plan.ts'
import { settlementOf } from '../delivery/settlement.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { LEASE_MILLISECONDS, type LeasedDelivery, type TakeUp, takeUp } from '../delivery/take-up.ts'
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
import { openSecrets } from './secret.ts'
import type { SendOptions } from './send-options.ts'
import { type Counts, noCounts, Progress, reportRun } from './send-report.ts'

export interface RunOptions
  extends Pick<SendOptions, 'live' | 'dryRun' | 'connections' | 'amended' | 'retry' | 'rate'> {
  date: string
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
  const onRow = (row: AudienceRow): void => void findings.push(...row.findings)
  const rows = readSubscribers(context.root, publication.subscribers)
  const offer: Offer = { topics, languages: [publication.language, ...(publication.languages ?? [])] }
  const key: EditionKey = { publication: publication.id, edition: date }
  const report = (refused: RunRefused | null): number =>
    reportRun(context, { ...options, counts, findings, refused, seconds: (performance.now() - options.started) / 1000 })
  if (options.dryRun) {
    await rehearse(ledgerFile(context.root, live), key, rows, offer, counts, onRow)
    return report(null)
  }

  const secrets = await openSecrets(context.root, config, live)
  const { transport, close } = await openTransport(context, config, options)
  const ledger = await openLedger(ledgerFile(context.root, live))
  const suppressions = live ? ledger : await existing(ledgerFile(context.root, true))
  const run: Run = { refused: null }
  const progress = new Progress(context, counts)
  const owner = ownerOfLeases()
  const clock = await clockOf(ledger, context, live)
  const renewal = setInterval(() => void ledger.renew(owner, clock() + LEASE_MILLISECONDS).catch(() => {}), 10_000)
  try {
    await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
    await openEdition(ledger, key, edition, options, clock())
    if (options.retry !== undefined) await ledger.retry(key, options.retry, clock())
    if (await ledger.isHeld(key))
      run.refused = new RunRefused(`${date} is on hold.`, `Run  broadsheet release ${date}  when it may go on.`)
    const take: TakeUp = {
      ledger,
      key,
      owner,
      offer,
      connections: options.connections,
      suppressed: async (hashes) => (await suppressions?.suppressed(key.publication, hashes)) ?? new Map(),
      clock,
      isStopped: () => run.refused !== null || context.signal.aborted,
      pace: pacer(options.rate, clock),
      onRow,
    }
    const steps = {
      messageFor: async ({ subscriber, topics: wanted, language, plannedAt }: LeasedDelivery) => {
        const template = await variants.variant(wanted, language)
        if (template === null) throw new Error(`nothing can be shown of ${wanted.join(', ')}`)
        return fill(
          template,
          recipientFor(template, subscriber, DateTime.fromMillis(plannedAt, { zone: 'utc' }), secrets),
        )
      },
      onBegin: ({ subscriber }: LeasedDelivery) => ledger.begin(key, subscriber.id, owner, clock()),
      onSettled: async (delivery: LeasedDelivery, outcome: Parameters<typeof settlementOf>[1], tried: boolean) => {
        const settlement = settlementOf(delivery, outcome, tried, clock())
        await ledger.settle(key, settlement, owner, clock())
        const gaveUp = settlement.state === 'deferred' && settlement.retryAt === null
        counts[gaveUp ? 'rejected' : outcome.state] += 1
        progress.step()
        if (outcome.state !== 'accepted' && tried && !context.json)
          context.stderr.write(
            `${gaveUp ? 'given up' : outcome.state}: ${delivery.subscriber.email}: ${outcome.reply}\n`,
          )
      },
    }
    await deliverAll(takeUp(rows, take, counts), steps, transport, options.connections, run)
    await othersAreDone(ledger, key, owner, clock, context)
  } finally {
    clearInterval(renewal)
    progress.end()
    await close()
    if (suppressions !== null && suppressions !== ledger) await suppressions.close()
    await ledger.close()
  }
  return report(run.refused)
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

function pacer(rate: number | null, clock: () => number): () => Promise<void> {
  let next = 0
  return async () => {
    if (rate === null) return
    const now = clock()
    const wait = next - now
    next = Math.max(now, next) + 1000 / rate
    if (wait > 0) await sleep(wait)
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

const existing = async (file: string): Promise<Ledger | null> => (existsSync(file) ? openLedger(file) : null)

/** `--dry-run`: the same counts, and nothing written. */
async function rehearse(
  file: string,
  key: EditionKey,
  rows: AsyncIterable<AudienceRow>,
  offer: Offer,
  counts: Counts,
  onRow: (row: AudienceRow) => void,
): Promise<void> {
  const ledger = await existing(file)
  for await (const row of rows) {
    counts.audience += 1
    onRow(row)
    const planned = 'skipped' in row ? { skipped: row.skipped } : planDelivery(row, offer)
    if ('skipped' in planned) counts.skipped[planned.skipped] = (counts.skipped[planned.skipped] ?? 0) + 1
    else {
      const { id } = planned.delivery.subscriber
      const state = (await ledger?.states(key, [id]))?.get(id) ?? 'planned'
      counts[state === 'planned' || state === 'skipped' ? 'planned' : 'already'] += 1
    }
  }
  await ledger?.close()
}
