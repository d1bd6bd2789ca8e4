import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { reportCounts } from './report.ts'

/** GitHub takes a megabyte for the summary of a step; people take less. */
const MOST = 200

/** For the summary of a CI job: what was checked, the counts, and a table for each file. */
export function reportMarkdown(findings: readonly Finding[], editions: readonly string[]): string {
  const what = editions.length === 1 ? `The edition of ${editions[0]}` : `${editions.length} editions`
  const lines = [`## ${what}: ${reportCounts(findings)}`, '']
  if (findings.length === 0) lines.push('Nothing wrong. Ready to be sent.', '')
  const sorted = sortFindings(findings)
  const shown = sorted.slice(0, MOST)
  for (const file of new Set(shown.map((one) => one.file))) {
    lines.push(`### ${cell(file)}`, '', '| line | | code | what | what to do |', '|---:|---|---|---|---|')
    for (const one of shown.filter((each) => each.file === file))
      lines.push(
        `| ${one.line ?? ''} | ${isError(one) ? '🛑 error' : '⚠️ warning'} | \`${one.code}\` | ${cell(one.message)} | ${cell(one.hint)} |`,
      )
    lines.push('')
  }
  if (sorted.length > shown.length) lines.push(`And ${sorted.length - shown.length} more.`, '')
  return lines.join('\n')
}

/** Text that means nothing in Markdown or HTML, on one line. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]|~#!@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
