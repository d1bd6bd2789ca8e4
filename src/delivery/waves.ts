import { IANAZone } from 'luxon'
import type { AudienceRow } from '../audience/read-csv.ts'
import { isServed } from '../audience/subscriber.ts'
import type { Publication } from '../edition/publication.ts'
import { instantOf } from './local-time.ts'
import { clockOf } from './timing.ts'

/** Active subscribers by the clock their copies go by. */
export interface ClockCount {
  zone: string
  /** HH:MM */
  time: string
  subscribers: number
}

/** Everybody whose copy leaves at one instant. */
export interface Wave {
  /** Milliseconds since 1970. */
  at: number
  subscribers: number
  /** Zones by their share of the wave, the largest first. */
  zones: string[]
}

/** A zone whose clocks go by another offset than the day before. */
export interface ClockChange {
  zone: string
  subscribers: number
  /** As in +01:00. */
  before: string
  after: string
}

export async function clocksOf(rows: AsyncIterable<AudienceRow>, publication: Publication): Promise<ClockCount[]> {
  const counts = new Map<string, ClockCount>()
  for await (const row of rows) {
    if ('skipped' in row || !isServed(row.subscriber)) continue
    const { zone, time } = clockOf(row.subscriber, publication)
    const count = counts.get(`${zone} ${time}`) ?? { zone, time, subscribers: 0 }
    count.subscribers += 1
    counts.set(`${zone} ${time}`, count)
  }
  return [...counts.values()].toSorted((a, b) => b.subscribers - a.subscribers)
}

/** An edition's waves in their order. */
export function wavesOf(clocks: readonly ClockCount[], date: string): Wave[] {
  const waves = new Map<number, Wave>()
  for (const { zone, time, subscribers } of clocks) {
    const at = instantOf(date, time, zone)
    const wave = waves.get(at) ?? { at, subscribers: 0, zones: [] }
    wave.subscribers += subscribers
    if (!wave.zones.includes(zone)) wave.zones.push(zone)
    waves.set(at, wave)
  }
  return [...waves.values()].toSorted((a, b) => a.at - b.at)
}

/** What the clocks do between the delivery of the day before and that of this one. */
export function clockChanges(clocks: readonly ClockCount[], date: string): ClockChange[] {
  const changes = new Map<string, ClockChange>()
  for (const { zone, time, subscribers } of clocks) {
    const iana = IANAZone.create(zone)
    const [before, after] = [dayBefore(date), date].map((day) => iana.formatOffset(instantOf(day, time, zone), 'short'))
    if (before === undefined || after === undefined || before === after) continue
    const change = changes.get(zone) ?? { zone, subscribers: 0, before, after }
    change.subscribers += subscribers
    changes.set(zone, change)
  }
  return [...changes.values()]
}

const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00Z`) - 86_400_000).toISOString().slice(0, 10)
