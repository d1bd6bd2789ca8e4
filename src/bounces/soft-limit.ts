/** One copy that somebody was sent, as the limit looks at it. */
export interface PastDelivery {
  edition: string
  state: string
  /** When it was due, in milliseconds since 1970. */
  datedAt: number
  /** It came back with a soft bounce. */
  isSoft: boolean
}

export const SOFT_LIMIT = 5
const DAY = 86_400_000
const SPAN_DAYS = 30
/** Servers try for five days, some for a week; until then an accepted copy may still come back. */
const RETURNS_WITHIN_DAYS = 7

/**
 * How many copies in a row have come back softly, newest first, within 30 days (decision 0011). A copy that was accepted and
 * stayed so breaks the row, for then the mailbox works; the newest ones do not yet, for they may still come back. Copies
 * that were never taken, or were refused for their content, say nothing of the mailbox and count neither way.
 */
export function softInARow(past: readonly PastDelivery[], now: number): number {
  const newestFirst = past
    .filter((one) => one.isSoft || one.state === 'accepted')
    .toSorted((one, other) => other.datedAt - one.datedAt)
  const start = newestFirst.findIndex((one) => one.isSoft || one.datedAt < now - RETURNS_WITHIN_DAYS * DAY)
  let count = 0
  for (const one of start < 0 ? [] : newestFirst.slice(start)) {
    const newest = newestFirst[start]?.datedAt ?? now
    if (!one.isSoft || one.datedAt < newest - SPAN_DAYS * DAY) break
    count += 1
  }
  return count
}
