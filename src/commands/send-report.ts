import { reportCounts } from '../check/report.ts'
import { type Counts, checkAccounts, noCounts } from '../delivery/counts.ts'
import type { RunRefused } from '../delivery/transport.ts'
import { type Finding, isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, printFindings, printJson } from './command.ts'

export interface RunReport {
  date: string
  live: boolean
  dryRun: boolean
  counts: Counts
  findings: readonly Finding[]
  aboutRows: RowFindings
  refused: RunRefused | null
  /** Of this edition, from any run. */
  openUnknown: number
  seconds: number
}

/** Says what a run did and in what state it leaves things; returns the exit code. */
export function reportRun(
  context: Context,
  { date, live, dryRun, counts, findings, aboutRows, refused, openUnknown, seconds }: RunReport,
): number {
  checkAccounts(counts, dryRun)
  if (refused !== null && counts.accepted + counts.rejected + counts.unknown === 0) {
    throw new UserError('run-refused', `${refused.message} Nothing was sent.`, refused.hint, { cause: refused })
  }
  if (context.json) {
    printJson(context, { edition: date, live, ...counts, seconds: Math.round(seconds * 1000) / 1000 })
  } else {
    printFindings(context, aboutRows.first)
    if (aboutRows.more > 0) context.stderr.write(`… and ${aboutRows.more} more findings about the audience.\n`)
    if (refused !== null) context.stderr.write(`Stopped: ${refused.message}\n${refused.hint}\n`)
    context.stdout.write(`${summary(date, live, dryRun, counts)}\n`)
    if (openUnknown > 0)
      context.stderr.write(
        `${openUnknown} of ${date} ${openUnknown === 1 ? 'is' : 'are'} unknown: the server may have them or not. docs/send.md says how to find out.\n`,
      )
    if (findings.some(isError))
      context.stderr.write(`${reportCounts(findings)}. With --live nothing would have left.\n`)
  }
  if (counts.deferred + counts.rejected + openUnknown > 0) return exitCodes.notAccepted
  return findings.some(isError) ? exitCodes.findings : exitCodes.fine
}

const MOST_ROWS = 20

/** What there is to say about rows of the audience: the first few, and how many more. A million bad rows take no memory. */
export class RowFindings {
  readonly first: Finding[] = []
  more = 0

  add(findings: readonly Finding[]): void {
    for (const one of findings)
      if (this.first.length < MOST_ROWS) this.first.push(one)
      else this.more += 1
  }
}

function summary(date: string, live: boolean, dryRun: boolean, counts: Counts): string {
  const where = live ? 'by the mail server' : `in outbox/${date}/`
  const parts = dryRun
    ? [`${counts.planned} would be sent`]
    : [`${counts.accepted} of ${counts.audience} accepted ${where}`]
  if (counts.already > 0) parts.push(`${counts.already} already there`)
  for (const state of ['deferred', 'rejected', 'unknown'] as const)
    if (counts[state] > 0) parts.push(`${counts[state]} ${state}`)
  if (counts.notDue > 0) parts.push(`${counts.notDue} not due yet`)
  for (const [reason, count] of Object.entries(counts.skipped)) parts.push(`${count} skipped (${reason})`)
  const next = counts.deferred > 0 ? ' Run `send` again to try the deferred ones.' : ''
  return `${date}: ${parts.join(', ')}.${next}`
}

/** `today` without a file: nothing to do is no failure, unless the operator says it is. */
export function reportNoEdition(
  context: Context,
  today: string,
  options: { live: boolean; requireEdition: boolean },
): number {
  if (options.requireEdition)
    throw new UserError(
      'no-edition',
      `There is no edition for today, ${today}.`,
      `Write digests/${today}.yaml, or leave --require-edition out.`,
    )
  if (context.json) printJson(context, { edition: today, live: options.live, ...noCounts(), seconds: 0 })
  else context.stdout.write(`There is no edition for today, ${today}. Nothing to send.\n`)
  return exitCodes.fine
}
