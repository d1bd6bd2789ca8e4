import { type Finding, isError, sortFindings } from '../problems/finding.ts'

/** JUnit XML, as GitLab and Jenkins read it: a suite for each file, a case for each error; a file without any is a case that passes. */
export function reportJunit(findings: readonly Finding[], files: readonly string[]): string {
  const all = [...new Set([...files, ...findings.map((one) => one.file)])].sort()
  const suites = all.map((file) => {
    const own = sortFindings(findings.filter((one) => one.file === file))
    const errors = own.filter(isError)
    const warnings = own.filter((one) => !isError(one))
    const cases = errors.map((one) => {
      const place = one.line === null ? file : `${file}:${one.line}:${one.column}`
      return `    <testcase classname="${xml(file)}" name="${xml(`${one.code} ${place}`)}"><failure type="${one.code}" message="${xml(one.message)}">${xml(`${place}\n${one.message}\n${one.place?.text.trim() ?? ''}\n${one.hint}`)}</failure></testcase>`
    })
    if (errors.length === 0) cases.push(`    <testcase classname="${xml(file)}" name="no errors"/>`)
    const aside = warnings.map((one) => `${one.file}:${one.line ?? 1} ${one.code}: ${one.message}`).join('\n')
    return [
      `  <testsuite name="${xml(file)}" tests="${cases.length}" failures="${errors.length}">`,
      ...cases,
      ...(aside === '' ? [] : [`    <system-out>${xml(aside)}</system-out>`]),
      '  </testsuite>',
    ].join('\n')
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="broadsheet check">\n${suites.join('\n')}\n</testsuites>\n`
}

/** XML 1.0 has no place for most control characters, escaped or not. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
}
