import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { reportCounts, reportFields, reportText } from '../check/report.ts'
import { reportGithub } from '../check/report-github.ts'
import { reportJunit } from '../check/report-junit.ts'
import { reportMarkdown } from '../check/report-markdown.ts'
import { reportSarif } from '../check/report-sarif.ts'
import { type Finding, isError } from '../problems/finding.ts'
import type { Context } from './command.ts'

export type Format = 'text' | 'json' | 'github' | 'sarif' | 'junit' | 'markdown'

/** Prints what `check` found, on stdout, in the format asked for. Findings in order; editions are dates. */
export async function printReport(
  context: Context,
  format: Format,
  findings: readonly Finding[],
  editions: readonly string[],
): Promise<void> {
  context.stdout.write(await reportOf(context, format, findings, editions))
}

async function reportOf(
  context: Context,
  format: Format,
  findings: readonly Finding[],
  editions: readonly string[],
): Promise<string> {
  switch (format) {
    case 'json': {
      const errors = findings.filter(isError).length
      const report = { editions, findings: findings.map(reportFields), errors, warnings: findings.length - errors }
      return `${JSON.stringify(report, null, 2)}\n`
    }
    case 'github':
      return reportGithub(findings, await prefixOf(context))
    case 'sarif':
      return reportSarif(findings, await prefixOf(context), await version())
    case 'junit':
      return reportJunit(
        findings,
        editions.map((date) => `digests/${date}.yaml`),
      )
    case 'markdown':
      return reportMarkdown(findings, editions)
    case 'text': {
      const text = reportText(findings, context.stdout.isTerminal)
      const count =
        editions.length === 1 ? `${editions[0]}` : editions.length === 0 ? 'No edition' : `${editions.length} editions`
      return `${text}${text === '' ? '' : '\n'}${count}: ${reportCounts(findings)}.\n`
    }
  }
}

/** From the repository's root, which CI knows, to the publication: "" or "newsletter/". */
async function prefixOf({ root, environment }: Context): Promise<string> {
  const top = environment['GITHUB_WORKSPACE'] ?? environment['CI_PROJECT_DIR']
  if (top === undefined) return ''
  const relative = path.relative(await realpath(top).catch(() => top), await realpath(root).catch(() => root))
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative)
    ? ''
    : `${relative.split(path.sep).join('/')}/`
}

async function version(): Promise<string> {
  const file = path.join(import.meta.dirname, '../../package.json')
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}
