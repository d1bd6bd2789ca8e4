import { IANAZone } from 'luxon'

const HOUR = 3_600_000

/**
 * The instant a wall clock in a zone shows a time on a date, in milliseconds since 1970. A time that does not exist there
 * (clocks go forward, or a day is left out) means the first instant after the gap; one that exists twice the earlier
 * (design, section 6). `date` is YYYY-MM-DD, `time` HH:MM, `zone` an IANA zone that exists.
 */
export function instantOf(date: string, time: string, zone: string): number {
  const key = `${date} ${time} ${zone}`
  const known = instants.get(key)
  if (known !== undefined) return known
  if (instants.size >= MOST_KEPT) instants.clear()
  const instant = reckoned(date, time, zone)
  instants.set(key, instant)
  return instant
}

/** Asking for the offset of a zone takes 5 microseconds, and a million subscribers live in a few hundred. */
const instants = new Map<string, number>()
const MOST_KEPT = 20_000

function reckoned(date: string, time: string, zone: string): number {
  const wall = Date.parse(`${date}T${time}:00Z`)
  const iana = IANAZone.create(zone)
  const offset = (at: number): number => iana.offset(at) * 60_000
  // Nothing changes around that day: so it is nearly always.
  const [early, late] = [offset(wall - 16 * HOUR), offset(wall + 16 * HOUR)]
  if (early === late) return wall - early
  // No zone is further than 14 hours from UTC, and Apia's lost day is a change of 24.
  const offsets = new Set([-40, -16, 0, 16, 40].map((hours) => offset(wall + hours * HOUR)))
  const instants = [...offsets].map((one) => wall - one).toSorted((a, b) => a - b)
  const shown = instants.find((at) => at + offset(at) === wall)
  if (shown !== undefined) return shown
  // In the gap: the clock jumps from before the time to after it, at one instant between these.
  let [before = 0] = instants
  let after = instants.at(-1) ?? before
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (middle + offset(middle) < wall) before = middle
    else after = middle
  }
  return after
}
