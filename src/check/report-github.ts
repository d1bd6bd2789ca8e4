import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { reportCounts } from './report.ts'

/**
 * Workflow commands of GitHub Actions, which stand beside the lines of a pull request. Paths are relative to the
 * repository, so a publication in a folder of one needs its `prefix` ("newsletter/").
 */
export function reportGithub(findings: readonly Finding[], prefix: string): string {
  const lines = sortFindings(findings).map((one) => {
    const properties = [
      `file=${property(prefix + one.file)}`,
      ...(one.line === null ? [] : [`line=${one.line}`, `col=${one.column ?? 1}`]),
      `title=${property(one.code)}`,
    ]
    return `::${isError(one) ? 'error' : 'warning'} ${properties.join(',')}::${data(`${one.message} ${one.hint}`)}`
  })
  return `${[...lines, `${reportCounts(findings)}.`].join('\n')}\n`
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
