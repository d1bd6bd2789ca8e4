import { styleText } from 'node:util'
import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { frame } from '../problems/frame.ts'

/** The findings as a person at a terminal reads them: place, code, what, the line, what to do. */
export function reportText(findings: readonly Finding[], color: boolean): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text
  return sortFindings(findings)
    .map((one) => {
      const place = one.line === null ? one.file : `${one.file}:${one.line}:${one.column}`
      const severity = paint(isError(one) ? 'red' : 'yellow', one.severity)
      const lines = [`${paint('bold', place)}  ${severity}  ${one.code}`, `  ${one.message}`]
      if (one.place !== null)
        lines.push(
          ...frame(one.place)
            .split('\n')
            .map((line) => paint('dim', `    ${line}`)),
        )
      lines.push(`  ${one.hint}`)
      return `${lines.join('\n')}\n`
    })
    .join('\n')
}

/** "1 error, 2 warnings". */
export function reportCounts(findings: readonly Finding[]): string {
  const errors = findings.filter(isError).length
  const warnings = findings.length - errors
  const say = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  return `${say(errors, 'error')}, ${say(warnings, 'warning')}`
}

/** The eight fields of the contract, nothing else (design, section 3). */
export function reportFields({ code, severity, message, hint, file, line, column, entry }: Finding) {
  return { code, severity, message, hint, file, line, column, entry }
}
