import { reportCounts } from '../check/report.ts'
import { checkAccounts, noCounts } from '../delivery/counts.ts'
import { isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, printFindings, printJson } from './command.ts'
import { resultFields, type SendResult, summaryLine } from './send-result.ts'
import { appendSummary } from './send-summary.ts'

/** Says what a run did and in what state it leaves things; returns the exit code. */
export async function reportResults(
  context: Context,
  results: readonly SendResult[],
  { single, requireEdition }: { single: boolean; requireEdition: boolean },
): Promise<number> {
  for (const one of results) if (one.kind === 'run') checkAccounts(one.counts, one.dryRun)
  await appendSummary(context, results)
  const [only] = results
  if (single && only !== undefined) throwIfNothing(only)
  if (context.json) {
    const told = results.map(resultFields)
    printJson(context, single ? told[0] : { editions: told })
  } else for (const one of results) sayResult(context, one)
  const codes = results.map((one) => exitCodeOf(one, requireEdition))
  return [exitCodes.usage, exitCodes.findings, exitCodes.notAccepted].find((code) => codes.includes(code)) ?? 0
}

function throwIfNothing(one: SendResult): void {
  if (one.kind === 'failed') throw one.error
  if (one.kind === 'held-back') return
  const { counts, refused } = one
  if (refused !== null && counts.accepted + counts.rejected + counts.unknown === 0)
    throw new UserError('run-refused', `${refused.message} Nothing was sent.`, refused.hint, { cause: refused })
}

function exitCodeOf(one: SendResult, requireEdition: boolean): number {
  if (one.kind === 'failed') return one.error.exitCode
  if (one.kind === 'held-back') return requireEdition ? exitCodes.usage : exitCodes.fine
  const { counts, openUnknown, findings, refused } = one
  if (refused !== null && counts.accepted + counts.rejected + counts.unknown === 0) return exitCodes.usage
  if (counts.deferred + counts.rejected + openUnknown > 0) return exitCodes.notAccepted
  return findings.some(isError) ? exitCodes.findings : exitCodes.fine
}

function sayResult(context: Context, one: SendResult): void {
  if (one.kind === 'failed') {
    context.stderr.write(`${one.error.message}\n${one.error.hint}\n`)
    return
  }
  if (one.kind === 'held-back') {
    context.stdout.write(`${one.why}\n`)
    return
  }
  const { date, findings, aboutRows, refused, openUnknown } = one
  printFindings(context, aboutRows.first)
  if (aboutRows.more > 0) context.stderr.write(`… and ${aboutRows.more} more findings about the audience.\n`)
  if (refused !== null) context.stderr.write(`Stopped: ${refused.message}\n${refused.hint}\n`)
  context.stdout.write(`${summaryLine(one)}\n`)
  if (openUnknown > 0)
    context.stderr.write(
      `${openUnknown} of ${date} ${openUnknown === 1 ? 'is' : 'are'} unknown: the server may have them or not. docs/send.md says how to find out.\n`,
    )
  if (findings.some(isError)) context.stderr.write(`${reportCounts(findings)}. With --live nothing would have left.\n`)
}

/** Nothing to send is no failure, unless the operator says it is. */
export function reportNoEdition(
  context: Context,
  today: string,
  options: { live: boolean; requireEdition: boolean; due: object | null },
): number {
  const what =
    options.due === null ? `There is no edition for today, ${today}.` : 'There is no edition for which anybody is due.'
  if (options.requireEdition)
    throw new UserError('no-edition', what, `Write digests/${today}.yaml, or leave --require-edition out.`)
  if (!context.json) context.stdout.write(`${what} Nothing to send.\n`)
  else if (options.due === null) printJson(context, { edition: today, live: options.live, ...noCounts(), seconds: 0 })
  else printJson(context, { editions: [] })
  return exitCodes.fine
}
