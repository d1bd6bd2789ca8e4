import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { DateTime } from 'luxon'
import { reportCounts, reportText } from '../check/report.ts'
import type { Publication } from '../edition/publication.ts'
import { readPublication } from '../edition/read.ts'
import { type Finding, isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'

/** What every command is given: the rim of the program, opened by the command line. */
export interface Context {
  /** The publication's folder, absolute. */
  root: string
  json: boolean
  /** The instant the command acts at: now, or what `--now` says. */
  now: DateTime
  environment: NodeJS.ProcessEnv
  stdout: Output
  stderr: Output
  /** Aborted on Ctrl-C. */
  signal: AbortSignal
}

export interface Output {
  write(text: string): void
  isTerminal: boolean
}

/** The publication, or a UserError when it cannot be used; its findings are printed first. */
export async function openPublication(context: Context): Promise<{ publication: Publication; findings: Finding[] }> {
  const exists = await readFile(path.join(context.root, 'broadsheet.yaml')).catch(() => null)
  if (exists === null) {
    throw new UserError(
      'no-publication',
      `There is no broadsheet.yaml in ${context.root}.`,
      'Go to the publication’s folder, or name it with --root.',
    )
  }
  const { publication, findings } = await readPublication(context.root)
  if (publication !== null && !findings.some(isError)) return { publication, findings }
  if (!context.json) printFindings(context, findings)
  const first = findings.find(isError)
  throw new UserError(
    'bad-publication',
    `broadsheet.yaml cannot be used: ${reportCounts(findings)}.`,
    first === undefined ? 'Mend it and try again.' : `${first.file}:${first.line ?? 1}: ${first.message} ${first.hint}`,
  )
}

/** Findings for people go to stderr, so that stdout is the command's own result. */
export function printFindings(context: Context, findings: readonly Finding[]): void {
  if (findings.length === 0) return
  context.stderr.write(`${reportText(findings, context.stderr.isTerminal)}\n`)
}

export function printJson(context: Context, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(isError) ? exitCodes.findings : exitCodes.fine
}
