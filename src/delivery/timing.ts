import type { Subscriber } from '../audience/subscriber.ts'
import { milliseconds } from '../edition/duration.ts'
import type { Publication } from '../edition/publication.ts'
import { instantOf } from './local-time.ts'
import type { Timing, Window } from './plan.ts'

const DAY = 86_400_000
/** A week after its date an edition is old news, whatever `whenLate` says. */
export const MOST_DAYS = 7

/** Plain `send` serves everyone at once, and gives up after a day. */
export const atOnce: Timing = (_subscriber, now) => ({ from: now, until: now + DAY })

/** The same, whenever it is asked: for copies that were planned at an instant and are delivered by others. */
export const plannedFrom =
  (instant: number): Timing =>
  () => ({ from: instant, until: instant + DAY })

/** The wall clock a subscriber's copy goes by: their own where they have one, else the publication's. */
export function clockOf(subscriber: Pick<Subscriber, 'timezone' | 'deliverAt'>, publication: Publication) {
  return { zone: subscriber.timezone ?? publication.timezone, time: subscriber.deliverAt ?? publication.deliverAt }
}

/**
 * `send --due`: from `deliverAt` on the edition's date in the subscriber's zone, for `deliverWithin`. Later than that it
 * is too late, or with `whenLate: next` it becomes the first of their following mornings that is not over. Under an
 * embargo nothing leaves before its end, and the time it has counts from there.
 */
export function atTheirTime(date: string, publication: Publication, embargo?: string): Timing {
  const earliest = embargo === undefined ? Number.NEGATIVE_INFINITY : Date.parse(embargo)
  const within = milliseconds(publication.deliverWithin)
  // A run asks for each subscriber again at each instant, and nearly all go by the publication's time in a few hundred zones.
  const usual = new Map<string, Window>()
  const first = ({ timezone, deliverAt }: Subscriber): Window => {
    const zone = timezone ?? publication.timezone
    const known = deliverAt === undefined ? usual.get(zone) : undefined
    if (known !== undefined) return known
    const from = Math.max(earliest, instantOf(date, deliverAt ?? publication.deliverAt, zone))
    const window = { from, until: from + within }
    if (deliverAt === undefined) usual.set(zone, window)
    return window
  }
  return (subscriber, now): Window | null => {
    const window = first(subscriber)
    if (now <= window.until) return window
    if (publication.whenLate !== 'next') return null
    const { zone, time } = clockOf(subscriber, publication)
    for (let day = nextDay(date), days = 1; days < MOST_DAYS; day = nextDay(day), days++) {
      const from = Math.max(earliest, instantOf(day, time, zone))
      if (now <= from + within) return { from, until: from + within }
    }
    return null
  }
}

const nextDay = (date: string): string => new Date(Date.parse(`${date}T00:00Z`) + DAY).toISOString().slice(0, 10)
