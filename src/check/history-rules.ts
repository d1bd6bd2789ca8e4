import { type Edition, placeOfEntry } from '../edition/edition.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { pageOf } from './content-rules.ts'
import { bare } from './words.ts'

/** How many editions before this one are looked at. */
export const EDITIONS_BACK = 7

/** What later editions need to know of an earlier one. */
export interface Remembered {
  date: string
  entries: { page: string; headline: string; image: string | null }[]
}

export function remembered(edition: Edition): Remembered {
  return {
    date: edition.date,
    entries: edition.entries.map((entry) => ({
      page: pageOf(entry.url),
      headline: bare(entry.headline),
      image: entry.image?.src ?? null,
    })),
  }
}

/** The history layer: the same page, headline or picture as in one of the editions before. The latest is named. */
export function historyFindings(edition: Edition, before: readonly Remembered[]): Finding[] {
  const recent = before.toSorted((a, b) => b.date.localeCompare(a.date)).slice(0, EDITIONS_BACK)
  return edition.entries.flatMap((entry) => {
    const page = pageOf(entry.url)
    const headline = bare(entry.headline)
    const looks = [
      {
        code: 'ran-before-url',
        field: 'url',
        what: 'This page',
        is: (one: Remembered['entries'][number]) => one.page === page,
      },
      {
        code: 'ran-before-headline',
        field: 'headline',
        what: 'This headline',
        is: (one: Remembered['entries'][number]) => headline !== '' && one.headline === headline,
      },
      {
        code: 'ran-before-image',
        field: 'image.src',
        what: 'This picture',
        is: (one: Remembered['entries'][number]) => one.image !== null && one.image === entry.image?.src,
      },
    ] as const
    return looks.flatMap(({ code, field, what, is }) => {
      const found = recent.find((one) => one.entries.some(is))
      return found === undefined
        ? []
        : [
            finding(
              code,
              placeOfEntry(entry, field) ?? edition.file,
              `${what} stood in the edition of ${found.date}.`,
              `Leave it out, or say what is new:  ignore: { ${code}: … }.`,
              entry.position,
            ),
          ]
    })
  })
}
