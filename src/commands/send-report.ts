import { reportCounts } from '../check/report.ts'
import type { SkipReason } from '../delivery/plan.ts'
import type { RunRefused } from '../delivery/transport.ts'
import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, printFindings, printJson } from './command.ts'

/** Where everybody in the audience ended up. Each subscriber is in exactly one count but `planned` (design, section 3). */
export interface Counts {
  audience: number
  /** Taken up by this run, whatever became of it. */
  planned: number
  already: number
  accepted: number
  deferred: number
  rejected: number
  unknown: number
  notDue: number
  skipped: Partial<Record<SkipReason, number>>
}

export const noCounts = (): Counts => ({
  audience: 0,
  planned: 0,
  already: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  unknown: 0,
  notDue: 0,
  skipped: {},
})

export interface RunReport {
  date: string
  live: boolean
  dryRun: boolean
  counts: Counts
  findings: readonly Finding[]
  refused: RunRefused | null
  seconds: number
}

/** Says what a run did and in what state it leaves things; returns the exit code. */
export function reportRun(
  context: Context,
  { date, live, dryRun, counts, findings, refused, seconds }: RunReport,
): number {
  const skipped = Object.values(counts.skipped).reduce((sum, count) => sum + count, 0)
  const settled = counts.accepted + counts.deferred + counts.rejected + counts.unknown
  const accounted = counts.already + (dryRun ? counts.planned : settled) + counts.notDue + skipped
  if (accounted !== counts.audience) throw new Error(`The accounts do not add up: ${JSON.stringify(counts)}`)
  if (refused !== null && counts.accepted + counts.rejected + counts.unknown === 0) {
    throw new UserError('run-refused', `${refused.message} Nothing was sent.`, refused.hint, { cause: refused })
  }
  if (context.json) {
    printJson(context, { edition: date, live, ...counts, seconds: Math.round(seconds * 1000) / 1000 })
  } else {
    const aboutRows = sortFindings(findings.filter((one) => one.code.startsWith('subscriber-')))
    printFindings(context, aboutRows.slice(0, MOST_ROWS))
    if (aboutRows.length > MOST_ROWS)
      context.stderr.write(`… and ${aboutRows.length - MOST_ROWS} more findings about the audience.\n`)
    if (refused !== null) context.stderr.write(`Stopped: ${refused.message}\n${refused.hint}\n`)
    context.stdout.write(`${summary(date, live, dryRun, counts)}\n`)
    if (findings.some(isError))
      context.stderr.write(`${reportCounts(findings)}. With --live nothing would have left.\n`)
  }
  if (counts.deferred + counts.rejected + counts.unknown > 0) return exitCodes.notAccepted
  return findings.some(isError) ? exitCodes.findings : exitCodes.fine
}

const MOST_ROWS = 20

function summary(date: string, live: boolean, dryRun: boolean, counts: Counts): string {
  const where = live ? 'by the mail server' : `in outbox/${date}/`
  const parts = dryRun
    ? [`${counts.planned} would be sent`]
    : [`${counts.accepted} of ${counts.audience} accepted ${where}`]
  if (counts.already > 0) parts.push(`${counts.already} already there`)
  for (const state of ['deferred', 'rejected', 'unknown'] as const)
    if (counts[state] > 0) parts.push(`${counts[state]} ${state}`)
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

/** A line that rewrites itself at a terminal, and nothing elsewhere: CI logs get the summary alone. */
export class Progress {
  readonly #context: Context
  readonly #counts: Counts
  readonly #started = performance.now()
  #shownAt = 0

  constructor(context: Context, counts: Counts) {
    this.#context = context
    this.#counts = counts
  }

  step(): void {
    const now = performance.now()
    if (!this.#context.stderr.isTerminal || this.#context.json || now - this.#shownAt < 200) return
    this.#shownAt = now
    const rate = this.#counts.accepted / Math.max(0.001, (now - this.#started) / 1000)
    this.#context.stderr.write(`\r${this.#counts.accepted} accepted, ${Math.round(rate)}/s \u001b[K`)
  }

  end(): void {
    if (this.#shownAt > 0) this.#context.stderr.write('\r\u001b[K')
  }
}
