import type { AudienceRow } from '../audience/read-csv.ts'
import { isServed } from '../audience/subscriber.ts'
import { atTheirTime, MOST_DAYS } from '../delivery/timing.ts'
import { milliseconds } from '../edition/duration.ts'
import type { Publication } from '../edition/publication.ts'
import type { Ledger } from '../ledger/ledger.ts'

const HOUR = 3_600_000
/** So long after its last window an edition that nobody was sent is still found, and everybody counted as too late. */
const LOOKED_BACK = 48 * HOUR

export interface DueSearch {
  publication: Publication
  /** Of editions that there are, oldest first. */
  dates: readonly string[]
  audience(): AsyncIterable<AudienceRow>
  /** Null when nothing was ever sent. */
  ledger: Ledger | null
  now: number
  /** How long the run stays, in milliseconds. */
  wait: number
}

/**
 * The editions that have something to do from now until the end of a wait, oldest first: somebody is due, or somebody
 * was, and no run came in time: that is to be said once. One that is being written for tomorrow is not among them.
 */
export async function editionsDue(search: DueSearch): Promise<string[]> {
  const found: string[] = []
  for (const date of search.dates) {
    if (!mayMatter(date, search)) continue
    const { due, late } = await whoIs(date, search)
    if (due || (late && (await isUnsettled(date, search)))) found.push(date)
  }
  return found
}

/** No zone is further than 14 hours from UTC, and a subscriber may have any time of day. */
function mayMatter(date: string, { publication, now, wait }: DueSearch): boolean {
  const day = Date.parse(`${date}T00:00Z`)
  const days = publication.whenLate === 'next' ? MOST_DAYS : 1
  const end = day + days * 24 * HOUR + 14 * HOUR + milliseconds(publication.deliverWithin)
  return day - 14 * HOUR <= now + wait && now <= end + LOOKED_BACK
}

async function whoIs(date: string, search: DueSearch): Promise<{ due: boolean; late: boolean }> {
  const timing = atTheirTime(date, search.publication)
  let late = false
  for await (const row of search.audience()) {
    if ('skipped' in row || !isServed(row.subscriber)) continue
    const window = timing(row.subscriber, search.now)
    if (window === null) late = true
    else if (window.from <= search.now + search.wait) return { due: true, late }
  }
  return { due: false, late }
}

/** Whether the ledger has copies that no run has come for, or knows nothing of an edition that is over. */
async function isUnsettled(date: string, { ledger, publication }: DueSearch): Promise<boolean> {
  if (ledger === null) return false
  const counts = await ledger.counts({ publication: publication.id, edition: date })
  return counts.length === 0 || counts.some((one) => one.state === 'planned')
}
