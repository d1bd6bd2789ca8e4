import { appendFile } from 'node:fs/promises'
import type { Context } from './command.ts'
import { type SendResult, summaryLine } from './send-result.ts'

/** Markdown for the summary of a CI job: who, how many, why not, and what is next. */
export function summaryMarkdown(results: readonly SendResult[]): string {
  return results.map(sectionOf).join('\n')
}

function sectionOf(one: SendResult): string {
  if (one.kind === 'failed')
    return `### ${one.date}: not sent\n\n**${cell(one.error.message)}**\n\n${cell(one.error.hint)}\n`
  if (one.kind === 'held-back') return `### ${one.date}: held back\n\n${cell(one.why)}\n`
  const { date, live, counts, alarm, refused, openUnknown, findings, aboutRows, nextDue } = one
  const rows: [string, number, string][] = [
    ['accepted', counts.accepted, live ? 'the mail server has them' : 'in the outbox'],
    ['already', counts.already, 'served by an earlier run'],
    ['deferred', counts.deferred, 'the next run tries them again'],
    ['rejected', counts.rejected, 'refused for good; `broadsheet status --list` says why'],
    ['unknown', openUnknown, 'may have arrived; see docs/send.md, `reconcile`'],
    ['not due', counts.notDue, nextDue === null ? '' : `next at ${new Date(nextDue).toISOString().slice(0, 16)}Z`],
    ...Object.entries(counts.skipped).map(([reason, count]): [string, number, string] => ['skipped', count, reason]),
  ]
  const table = rows.filter(([, count]) => count > 0).map((row) => `| ${row.join(' | ')} |`)
  return [
    `### ${alarm ? '🔴' : counts.deferred + counts.rejected > 0 ? '🟡' : '🟢'} ${date}${live ? '' : ' (rehearsal)'}`,
    '',
    summaryLine(one),
    '',
    ...(refused === null ? [] : [`**Stopped: ${cell(refused.message)}** ${cell(refused.hint)}`, '']),
    '| | copies | |',
    '|---|---|---|',
    ...table,
    `| audience | ${counts.audience} | |`,
    '',
    ...(findings.length + aboutRows.first.length === 0
      ? []
      : [
          '<details><summary>Findings</summary>',
          '',
          ...[...findings, ...aboutRows.first].map(
            (found) =>
              `- ${found.severity} \`${found.code}\` ${cell(`${found.file}:${found.line ?? 1}: ${found.message}`)}`,
          ),
          ...(aboutRows.more > 0 ? [`- … and ${aboutRows.more} more about the audience`] : []),
          '',
          '</details>',
          '',
        ]),
  ].join('\n')
}

/** What somebody else wrote, as text: no markup, one line. */
const cell = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|#!]/g, '\\$&')

/** GitHub names a file whose Markdown it shows on the job's page. */
export async function appendSummary(context: Context, results: readonly SendResult[]): Promise<void> {
  const file = context.environment['GITHUB_STEP_SUMMARY']
  if (file) await appendFile(file, `${summaryMarkdown(results)}\n`)
}
