import { type AudienceRow, readSubscribers } from '../audience/read-csv.ts'
import { reportCounts } from '../check/report.ts'
import { type Config, readConfig, refuseUnbuilt } from '../config.ts'
import { deliverAll } from '../delivery/deliver.ts'
import { type FilledMessage, fill, recipientFor } from '../delivery/message.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { type Delivery, type Offer, planDelivery } from '../delivery/plan.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import type { OpenTransport, RunRefused } from '../delivery/transport.ts'
import { Variants } from '../delivery/variants.ts'
import { resolveEdition, todayIn } from '../edition/calendar.ts'
import { codes } from '../problems/codes.ts'
import { type Finding, isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import type { PreparedEdition } from '../render/prepare.ts'
import { type Context, openPublication, printFindings } from './command.ts'
import { examine } from './examine.ts'
import { keepForce } from './force.ts'
import { History } from './history.ts'
import { sendProofs } from './proofs.ts'
import { openDkimKeys, openSecrets } from './secret.ts'
import { type Counts, noCounts, Progress, reportNoEdition, reportRun } from './send-report.ts'

export interface SendOptions {
  live: boolean
  dryRun: boolean
  /** Addresses that get a proof; the audience is left alone. */
  to: readonly string[]
  connections: number
  requireEdition: boolean
  /** Sends in spite of errors that harm nobody, for a reason that is kept. */
  force?: string | undefined
}

/**
 * `send [edition]`: the edition to everyone not yet served; into `outbox/`, unless `--live` says otherwise. Walks the
 * whole path: read, prepare, compile, plan, fill, transport, report.
 */
export async function send(context: Context, name: string, options: SendOptions): Promise<number> {
  const started = performance.now()
  const config = readConfig(context.environment)
  if (options.live) refuseUnbuilt(context.environment)
  if (options.live && name === 'latest') {
    throw new UserError(
      'name-the-edition',
      '`send --live` wants the edition by its date, or `today`.',
      'Write  broadsheet send 2024-12-19 --live.',
    )
  }
  const { publication } = await openPublication(context)
  const keys = await openDkimKeys(context, publication)
  const date = await resolveEdition(name, context.root, publication, context.now)
  if (date === null) return reportNoEdition(context, todayIn(publication, context.now), options)
  const history = new History(context.root)
  const { prepared, template, findings } = await examine(context.root, date, publication, {
    now: context.now,
    history,
    keys,
  })
  const variants = prepared === null ? null : new Variants(prepared, keys)
  if (!context.json) printFindings(context, findings)
  if (options.live) await refuseLive(date, prepared, findings, context, options.force)
  if (prepared === null || variants === null || template === null) {
    throw new UserError(
      'nothing-to-send',
      `Nothing of ${date} can be shown: ${reportCounts(findings)}. Nothing was sent.`,
      firstHint(findings),
      { exitCode: exitCodes.findings },
    )
  }
  if (options.to.length > 0) return sendProofs(context, options, config.smtpUrl, template, date, findings)

  const secrets = await openSecrets(context.root, config, options.live)
  const { existing, transport, close } = await openTransport(context, config, options, date)
  const counts: Counts = noCounts()
  const rows = plan(readSubscribers(context.root, publication.subscribers), prepared, existing, counts, findings)
  let refused: RunRefused | null = null
  const progress = new Progress(context, counts)
  try {
    if (options.dryRun) {
      for await (const _ of rows) progress.step()
    } else {
      const messageFor = async ({ subscriber, topics, language }: Delivery): Promise<FilledMessage> => {
        const { template } = await variants.variant(topics, language)
        if (template === null) throw new Error(`nothing can be shown of ${topics.join(', ')}`)
        return fill(template, recipientFor(template, subscriber, context.now, secrets))
      }
      const run = await deliverAll(
        rows,
        messageFor,
        transport,
        options.connections,
        (delivery, outcome, { refused: stopped }) => {
          counts[outcome.state] += 1
          progress.step()
          if (outcome.state !== 'accepted' && stopped === null && !context.json)
            context.stderr.write(`${outcome.state}: ${delivery.subscriber.email}: ${outcome.reply}\n`)
        },
      )
      refused = run.refused
    }
  } finally {
    progress.end()
    await close()
  }
  return reportRun(context, {
    date,
    live: options.live,
    dryRun: options.dryRun,
    counts,
    findings,
    refused,
    seconds: (performance.now() - started) / 1000,
  })
}

async function openTransport(
  context: Context,
  config: Config,
  options: SendOptions,
  date: string,
): Promise<OpenTransport & { existing: ReadonlySet<string> }> {
  if (!options.live) return openOutbox(context.root, date)
  if (config.smtpUrl === null)
    throw new UserError(
      'no-smtp-url',
      'SMTP_URL is not set, so there is no mail server to send through.',
      'Set it to  smtp://user:password@mail.example.org:587. Nothing was sent.',
    )
  return { ...openSmtp(parseSmtpUrl(config.smtpUrl), options.connections), existing: new Set() }
}

/** What must not reach readers: an edition with errors, a draft, one under embargo. */
async function refuseLive(
  date: string,
  prepared: PreparedEdition | null,
  findings: readonly Finding[],
  context: Context,
  force: string | undefined,
): Promise<void> {
  const errors = findings.filter(isError)
  const harmful = errors.filter((one) => codes[one.code].security)
  if (errors.length > 0 && (force === undefined || harmful.length > 0)) {
    const named = [...new Set((harmful.length > 0 ? harmful : errors).map((one) => one.code))].join(', ')
    throw new UserError(
      'check-failed',
      force === undefined
        ? `The check of ${date} found ${reportCounts(findings)} (${named}). Nothing was sent.`
        : `--force does not pass what could harm readers: ${named}. Nothing was sent.`,
      firstHint(harmful.length > 0 ? harmful : errors),
      { exitCode: exitCodes.findings },
    )
  }
  if (errors.length > 0 && force !== undefined) await keepForce(context, date, force, errors)
  if (prepared?.edition.status === 'draft')
    throw new UserError(
      'draft',
      `${date} is a draft. Nothing was sent.`,
      'Change its status to ready, or remove the line.',
    )
  const embargo = prepared?.edition.embargo
  if (embargo !== undefined && Date.parse(embargo) > context.now.toMillis())
    throw new UserError(
      'embargo',
      `${date} is under embargo until ${embargo}. Nothing was sent.`,
      'Run `send` again after that.',
    )
}

function firstHint(findings: readonly Finding[]): string {
  const first = findings.find(isError)
  return first === undefined
    ? 'Run `broadsheet check`.'
    : `${first.file}:${first.line ?? 1}: ${first.message} ${first.hint}`
}

/** Subscribers still to be served, as they stream by; everybody else is counted with the reason. */
async function* plan(
  rows: AsyncIterable<AudienceRow>,
  prepared: PreparedEdition,
  existing: ReadonlySet<string>,
  counts: Counts,
  findings: Finding[],
): AsyncGenerator<Delivery> {
  const { publication, topics } = prepared
  const offer: Offer = { topics, languages: [publication.language, ...(publication.languages ?? [])] }
  for await (const row of rows) {
    counts.audience += 1
    findings.push(...row.findings)
    const planned = planDelivery(row, offer)
    if ('skipped' in planned) counts.skipped[planned.skipped] = (counts.skipped[planned.skipped] ?? 0) + 1
    else if (existing.has(planned.delivery.subscriber.id)) counts.already += 1
    else {
      counts.planned += 1
      yield planned.delivery
    }
  }
}
