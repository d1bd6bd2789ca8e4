import { type Finding, finding, type Place } from '../problems/finding.ts'
import { TypedText, type YamlValue } from '../yaml/tree.ts'

/** Fields that hold words; addresses and dates are left as they are. */
export const WORDS = [
  'subject',
  'preheader',
  'intro',
  'kicker',
  'headline',
  'source',
  'summary',
  'image.alt',
  'image.caption',
  'image.credit',
]

/** What `--fix` can put right in the words themselves: double spaces, and letters composed of parts (not NFC). */
export function typedFindings(given: YamlValue, places: ReadonlyMap<string, Place>, entry: number | null): Finding[] {
  if (given instanceof TypedText || Array.isArray(given)) return []
  return WORDS.flatMap((field) => {
    const text = textAt(given, field.split('.'))
    const at = places.get(field)
    if (text === null || at === undefined) return []
    const found: Finding[] = []
    const double = /\S {2,}\S+/.exec(text)?.[0]
    if (double !== undefined)
      found.push(
        finding(
          'double-space',
          at,
          `Two spaces stand together in "${double.slice(0, 30)}".`,
          'Remove one;  check --fix  does.',
          entry,
        ),
      )
    if (text.normalize('NFC') !== text)
      found.push(
        finding(
          'not-normalised',
          at,
          'The text holds letters put together from parts, which search and filters take for others.',
          'Type it again, or let  check --fix  do it.',
          entry,
        ),
      )
    return found
  })
}

function textAt(given: YamlValue, path: readonly string[]): string | null {
  let value: YamlValue | undefined = given
  for (const key of path) {
    if (value === undefined || value instanceof TypedText || Array.isArray(value)) return null
    value = value[key]
  }
  return value instanceof TypedText ? value.text : null
}
