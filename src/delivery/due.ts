import { IANAZone } from 'luxon'
import type { Subscriber } from '../audience/subscriber.ts'
import type { Publication } from '../edition/publication.ts'
import { instantOf } from './local-time.ts'
import { clockOf } from './timing.ts'

/** When `send --due` lets a subscriber's copy go. */
export interface Due {
  /** ISO instant, in UTC. */
  at: string
  /** HH:MM, as the clock on the wall shows it then. */
  local: string
  zone: string
  /** What the clocks, or an embargo, do to it; null on most days. */
  note: string | null
}

export function dueOf(
  subscriber: Pick<Subscriber, 'timezone' | 'deliverAt'>,
  date: string,
  publication: Publication,
  embargo?: string,
): Due {
  const { zone, time } = clockOf(subscriber, publication)
  const morning = instantOf(date, time, zone)
  const at = Math.max(morning, embargo === undefined ? morning : Date.parse(embargo))
  const note =
    at > morning
      ? `Under embargo until ${embargo}: the copy leaves then, not at ${time}.`
      : clockNote(date, time, zone, morning)
  return { at: new Date(at).toISOString(), local: wallAt(at, zone), zone, note }
}

function clockNote(date: string, time: string, zone: string, at: number): string | null {
  const offset = (instant: number): number => IANAZone.create(zone).offset(instant) * MINUTE
  const local = wallAt(at, zone)
  if (local !== time)
    return `${time} does not exist in ${zone} that day, because the clocks go forward; the copy leaves at the first instant after, ${local}.`
  const back = offset(at) - offset(at + SOON)
  if (back > 0 && wallAt(at + back, zone) === time)
    return `${time} comes twice in ${zone} that day, because the clocks go back; the copy leaves at the first.`
  const before = instantOf(dayBefore(date), time, zone)
  const turned = offset(at) - offset(before)
  if (turned === 0) return null
  return `The clocks in ${zone} have gone ${turned > 0 ? 'forward' : 'back'} since the day before: ${time} is ${utc(at)} UTC, and was ${utc(before)} UTC.`
}

const MINUTE = 60_000
/** A clock that is put back shows the same time again within this. */
const SOON = 3 * 60 * MINUTE

const utc = (at: number): string => new Date(at).toISOString().slice(11, 16)

const wallAt = (at: number, zone: string): string => utc(at + IANAZone.create(zone).offset(at) * MINUTE)

const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00Z`) - 24 * 60 * MINUTE).toISOString().slice(0, 10)
