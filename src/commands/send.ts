import { reportCounts } from '../check/report.ts'
import { readConfig, refuseUnbuilt } from '../config.ts'
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
import { runEdition } from './run-edition.ts'
import { openDkimKeys } from './secret.ts'
import type { SendOptions } from './send-options.ts'
import { reportNoEdition } from './send-report.ts'

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

  return runEdition(context, { ...options, date, due: null, started }, config, prepared, variants, findings)
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
