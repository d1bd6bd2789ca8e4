import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { DateTime } from 'luxon'
import { type Finding, finding } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import { isCalendarDate, type Publication } from './publication.ts'
import { readEdition } from './read.ts'

/** The dates in digests/, oldest first, and the YAML files there that are named for none. */
export async function listEditions(root: string): Promise<{ dates: string[]; findings: Finding[] }> {
  const items = await readdir(path.join(root, 'digests'), { withFileTypes: true }).catch(() => [])
  const dates = new Set<string>()
  const findings: Finding[] = []
  for (const item of items) {
    const name = item.isDirectory() ? item.name : /^(.*)\.ya?ml$/.exec(item.name)?.[1]
    if (name === undefined) continue
    if (isCalendarDate(name)) dates.add(name)
    else if (!item.isDirectory()) {
      findings.push(
        finding(
          'edition-name',
          `digests/${item.name}`,
          `"${item.name}" is not named for a date.`,
          'Name it for its date, as in 2024-12-19.yaml.',
        ),
      )
    }
  }
  return { dates: [...dates].sort(), findings }
}

/** The date in the publication's zone at an instant. */
export function todayIn(publication: Publication, now: DateTime): string {
  return now.setZone(publication.timezone).toFormat('yyyy-MM-dd')
}

/**
 * The date an edition is asked for by: a date, `latest` (the newest that is not in the future and not a draft) or
 * `today`. Throws a UserError when there is none, except for `today`, which is null.
 */
export async function resolveEdition(
  name: string,
  root: string,
  publication: Publication,
  now: DateTime,
): Promise<string | null> {
  const { dates } = await listEditions(root)
  const today = todayIn(publication, now)
  if (name === 'today') return dates.includes(today) ? today : null
  if (name === 'latest') {
    for (const date of dates.filter((each) => each <= today).reverse()) {
      const { edition } = await readEdition(root, date, publication)
      if (edition === null || edition.status === 'ready') return date
    }
    throw new UserError(
      'no-edition',
      'There is no edition yet that is ready and not in the future.',
      'Write one as digests/<date>.yaml, for example digests/2024-12-19.yaml.',
    )
  }
  if (!isCalendarDate(name))
    throw new UserError('bad-date', `"${name}" is not an edition.`, 'Name a date (2024-12-19), or say latest or today.')
  if (!dates.includes(name)) {
    const newest = dates.at(-1)
    throw new UserError(
      'no-edition',
      `There is no edition for ${name}.`,
      newest === undefined ? 'digests/ is empty.' : `The newest is ${newest}.`,
    )
  }
  return name
}
