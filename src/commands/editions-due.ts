import { readSubscribers } from '../audience/read-csv.ts'
import { atTheirTime, MOST_DAYS } from '../delivery/timing.ts'
import { listEditions } from '../edition/calendar.ts'
import { milliseconds } from '../edition/duration.ts'
import type { Publication } from '../edition/publication.ts'

const HOUR = 3_600_000

/**
 * The editions for which somebody in the audience is due from now until the end of a wait, oldest first. One that is
 * being written for tomorrow, or whose morning is over everywhere, is not among them.
 */
export async function editionsDue(
  root: string,
  publication: Publication,
  now: number,
  wait: number,
): Promise<string[]> {
  const { dates } = await listEditions(root)
  const due: string[] = []
  for (const date of dates) if (mayBeDue(date, publication, now, wait)) due.push(date)
  const found: string[] = []
  for (const date of due) if (await somebodyIsDue(root, publication, date, now, wait)) found.push(date)
  return found
}

/** No zone is further than 14 hours from UTC, and a subscriber may have any time of day. */
function mayBeDue(date: string, publication: Publication, now: number, wait: number): boolean {
  const day = Date.parse(`${date}T00:00Z`)
  const days = publication.whenLate === 'next' ? MOST_DAYS : 1
  return (
    day - 14 * HOUR <= now + wait && now <= day + days * 24 * HOUR + 14 * HOUR + milliseconds(publication.deliverWithin)
  )
}

async function somebodyIsDue(
  root: string,
  publication: Publication,
  date: string,
  now: number,
  wait: number,
): Promise<boolean> {
  const timing = atTheirTime(date, publication)
  for await (const row of readSubscribers(root, publication.subscribers)) {
    if ('skipped' in row || row.subscriber.status !== 'active') continue
    const window = timing(row.subscriber, now)
    if (window !== null && window.from <= now + wait) return true
  }
  return false
}
