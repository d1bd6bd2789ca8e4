import { createHash } from 'node:crypto'
import { codes } from '../problems/codes.ts'
import { type Finding, sortFindings } from '../problems/finding.ts'

/** SARIF 2.1.0 (OASIS), for code scanning: one run, the codes that occur as its rules. Columns count UTF-16 units. */
export function reportSarif(findings: readonly Finding[], prefix: string, version: string): string {
  const sorted = sortFindings(findings)
  const used = [...new Set(sorted.map((one) => one.code))].sort()
  const rules = used.map((code) => ({
    id: code,
    shortDescription: { text: codes[code].about },
    defaultConfiguration: { level: codes[code].severity },
  }))
  const times = new Map<string, number>()
  const results = sorted.map((one) => {
    // The words of the line, not its number, so that a line added above makes no new finding.
    const print = createHash('sha256')
      .update(JSON.stringify([one.code, one.file, one.place?.text.trim() ?? '', one.message]))
      .digest('hex')
      .slice(0, 32)
    const nth = (times.get(print) ?? 0) + 1
    times.set(print, nth)
    return {
      ruleId: one.code,
      ruleIndex: used.indexOf(one.code),
      level: one.severity,
      message: { text: `${one.message} ${one.hint}` },
      locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(prefix + one.file) }, ...regionOf(one) } }],
      partialFingerprints: { 'broadsheet/v1': `${print}:${nth}` },
    }
  })
  const tool = { driver: { name: 'Broadsheet', version, rules } }
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool, columnKind: 'utf16CodeUnits', results }] }, null, 2)}\n`
}

function regionOf({ line, column, place }: Finding): object {
  if (line === null) return {}
  const start = { startLine: line, startColumn: column ?? 1 }
  if (place === null) return { region: start }
  return { region: { ...start, endColumn: place.column + place.width, snippet: { text: place.text } } }
}
