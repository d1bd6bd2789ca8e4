import { codes, type FindingCode } from '../problems/codes.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { type Edition, placeOfEntry } from './edition.ts'

/**
 * The findings that remain after the edition's and its entries' `ignore:`, plus what is wrong with those themselves.
 * `looked` says whether a code was looked for in this run; only then can its waiver have waived nothing.
 */
export function waived(
  findings: readonly Finding[],
  edition: Edition,
  looked: (code: FindingCode) => boolean = () => false,
): Finding[] {
  const used = new Set<string>()
  const kept = findings.filter((one) => {
    if (!codes[one.code].waivable) return true
    const entry = edition.entries.find((each) => each.position === one.entry)
    const byEntry = entry?.ignore !== undefined && one.code in entry.ignore
    if (byEntry) used.add(`${entry.position} ${one.code}`)
    else if (one.code in edition.ignore) used.add(`edition ${one.code}`)
    else return true
    return false
  })
  const holders = [
    { name: 'edition', ignore: edition.ignore, entry: null, placeOf: (field: string) => edition.places.get(field) },
    ...edition.entries.map((entry) => ({
      name: String(entry.position),
      ignore: entry.ignore ?? {},
      entry: entry.position,
      placeOf: (field: string) => placeOfEntry(entry, field),
    })),
  ]
  for (const { name, ignore, entry, placeOf } of holders) {
    for (const code of Object.keys(ignore)) {
      const at = placeOf(`ignore.${code}`) ?? edition.file
      kept.push(...ignoreFindings(code, at, entry))
      if (isCode(code) && codes[code].waivable && looked(code) && !used.has(`${name} ${code}`))
        kept.push(finding('ignore-unused', at, `There is no "${code}" here to waive.`, 'Remove the waiver.', entry))
    }
  }
  return kept
}

const isCode = (code: string): code is FindingCode => Object.hasOwn(codes, code)

function ignoreFindings(code: string, at: Parameters<typeof finding>[1], entry: number | null): Finding[] {
  if (!isCode(code))
    return [
      finding(
        'ignore-unknown',
        at,
        `There is no finding called "${code}".`,
        'The codes stand in docs/checks.md.',
        entry,
      ),
    ]
  if (!codes[code].waivable)
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
