import { codes, type FindingCode } from '../problems/codes.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { type Edition, placeOfEntry } from './edition.ts'

/** The findings that remain after the edition's and its entries' `ignore:`, plus what is wrong with those themselves. */
export function waived(findings: readonly Finding[], edition: Edition): Finding[] {
  const kept = findings.filter((one) => {
    if (!codes[one.code].waivable) return true
    const entry = edition.entries.find((each) => each.position === one.entry)
    return !(one.code in edition.ignore) && !(entry?.ignore !== undefined && one.code in entry.ignore)
  })
  for (const code of Object.keys(edition.ignore))
    kept.push(...ignoreFindings(code, edition.places.get(`ignore.${code}`) ?? edition.file, null))
  for (const entry of edition.entries) {
    for (const code of Object.keys(entry.ignore ?? {})) {
      kept.push(...ignoreFindings(code, placeOfEntry(entry, `ignore.${code}`) ?? edition.file, entry.position))
    }
  }
  return kept
}

function ignoreFindings(code: string, at: Parameters<typeof finding>[1], entry: number | null): Finding[] {
  const facts = Object.hasOwn(codes, code) ? codes[code as FindingCode] : undefined
  if (facts === undefined)
    return [
      finding(
        'ignore-unknown',
        at,
        `There is no finding called "${code}".`,
        'The codes stand in docs/checks.md.',
        entry,
      ),
    ]
  if (!facts.waivable)
    return [
      finding(
        'ignore-forbidden',
        at,
        `"${code}" cannot be waived.`,
        'Mend what it names, and remove the waiver.',
        entry,
      ),
    ]
  return []
}
