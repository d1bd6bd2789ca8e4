import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { instantOf } from '../../src/delivery/local-time.ts'
import { atTheirTime } from '../../src/delivery/timing.ts'
import { milliseconds } from '../../src/edition/duration.ts'
import { aPublicationValue, aSubscriber } from '../support/compiled.ts'

/** Date, wall time, zone, the instant in UTC; each from the rules of the tz database for that place. */
const TABLE: [string, string, string, string, string][] = [
  ['in summer', '2026-07-01', '07:00', 'Europe/London', '2026-07-01T06:00:00Z'],
  ['in winter', '2026-12-01', '07:00', 'Europe/London', '2026-12-01T07:00:00Z'],
  ['the morning the clocks go forward', '2026-03-29', '07:00', 'Europe/London', '2026-03-29T06:00:00Z'],
  ['the evening before', '2026-03-28', '07:00', 'Europe/London', '2026-03-28T07:00:00Z'],
  ['in the hour that is left out', '2026-03-29', '01:30', 'Europe/London', '2026-03-29T01:00:00Z'],
  ['at its first minute', '2026-03-29', '01:00', 'Europe/London', '2026-03-29T01:00:00Z'],
  ['at the minute after it', '2026-03-29', '02:00', 'Europe/London', '2026-03-29T01:00:00Z'],
  ['in the hour that comes twice, the first', '2026-10-25', '01:30', 'Europe/London', '2026-10-25T00:30:00Z'],
  ['the morning the clocks go back', '2026-10-25', '07:00', 'Europe/London', '2026-10-25T07:00:00Z'],
  ['spring', '2026-03-08', '07:00', 'America/New_York', '2026-03-08T11:00:00Z'],
  ['its gap', '2026-03-08', '02:30', 'America/New_York', '2026-03-08T07:00:00Z'],
  ['autumn', '2026-11-01', '07:00', 'America/New_York', '2026-11-01T12:00:00Z'],
  ['its hour twice', '2026-11-01', '01:15', 'America/New_York', '2026-11-01T05:15:00Z'],
  ['autumn is in April', '2026-04-05', '07:00', 'Australia/Sydney', '2026-04-04T21:00:00Z'],
  ['its hour twice', '2026-04-05', '02:30', 'Australia/Sydney', '2026-04-04T15:30:00Z'],
  ['spring is in October', '2026-10-04', '07:00', 'Australia/Sydney', '2026-10-03T20:00:00Z'],
  ['its gap', '2026-10-04', '02:30', 'Australia/Sydney', '2026-10-03T16:00:00Z'],
  ['half an hour left out', '2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['after it', '2026-10-04', '07:00', 'Australia/Lord_Howe', '2026-10-03T20:00:00Z'],
  ['half an hour twice', '2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
  ['after that', '2026-04-05', '07:00', 'Australia/Lord_Howe', '2026-04-04T20:30:00Z'],
  ['a quarter to', '2026-04-05', '07:00', 'Pacific/Chatham', '2026-04-04T18:15:00Z'],
  ['its gap', '2026-09-27', '03:00', 'Pacific/Chatham', '2026-09-26T14:00:00Z'],
  ['in summer', '2026-12-24', '07:00', 'Pacific/Chatham', '2026-12-23T17:15:00Z'],
  ['a quarter past', '2026-06-01', '07:00', 'Asia/Kathmandu', '2026-06-01T01:15:00Z'],
  ['the day that never was', '2011-12-30', '07:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['the day before it', '2011-12-29', '07:00', 'Pacific/Apia', '2011-12-29T17:00:00Z'],
  ['the day after it', '2011-12-31', '07:00', 'Pacific/Apia', '2011-12-30T17:00:00Z'],
  ['furthest ahead', '2026-11-20', '07:00', 'Pacific/Kiritimati', '2026-11-19T17:00:00Z'],
  ['furthest behind', '2026-11-20', '07:00', 'Pacific/Pago_Pago', '2026-11-20T18:00:00Z'],
  ['before Ramadan', '2026-02-14', '07:00', 'Africa/Casablanca', '2026-02-14T06:00:00Z'],
  ['its first day, clocks go back', '2026-02-15', '07:00', 'Africa/Casablanca', '2026-02-15T07:00:00Z'],
  ['the hour that comes twice', '2026-02-15', '02:30', 'Africa/Casablanca', '2026-02-15T01:30:00Z'],
  ['after it, clocks go forward', '2026-03-22', '07:00', 'Africa/Casablanca', '2026-03-22T06:00:00Z'],
  ['its gap', '2026-03-22', '02:30', 'Africa/Casablanca', '2026-03-22T02:00:00Z'],
  ['a day that begins at one', '2026-09-06', '00:30', 'America/Santiago', '2026-09-06T04:00:00Z'],
  ['that morning', '2026-09-06', '07:00', 'America/Santiago', '2026-09-06T10:00:00Z'],
  ['an evening hour twice', '2026-04-04', '23:30', 'America/Santiago', '2026-04-05T02:30:00Z'],
  ['midnight left out', '2026-04-24', '00:30', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['that morning', '2026-04-24', '07:00', 'Africa/Cairo', '2026-04-24T04:00:00Z'],
  ['the hour before midnight twice', '2026-10-29', '23:30', 'Africa/Cairo', '2026-10-29T20:30:00Z'],
  ['the morning after', '2026-10-30', '07:00', 'Africa/Cairo', '2026-10-30T05:00:00Z'],
  ['no summer time any more', '2026-07-01', '07:00', 'Asia/Tehran', '2026-07-01T03:30:00Z'],
  ['when it had one', '2022-07-01', '07:00', 'Asia/Tehran', '2022-07-01T02:30:00Z'],
  ['always the same', '2026-03-29', '02:30', 'UTC', '2026-03-29T02:30:00Z'],
]

describe('a time on a wall, as an instant', () => {
  it.each(TABLE)('%s: %s %s in %s is %s', (_when, date, time, zone, expected) => {
    expect(new Date(instantOf(date, time, zone)).toISOString().replace('.000Z', 'Z')).toBe(expected)
  })

  it('is what that wall shows, in every zone there is and on every day of two years, unless it never shows it', () => {
    const zones = Intl.supportedValuesOf('timeZone')
    expect(zones.length).toBeGreaterThan(400)
    let gaps = 0
    for (const [place, zone] of zones.entries())
      for (let day = place % 5; day < 730; day += 5) {
        const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10)
        const at = instantOf(date, '02:30', zone)
        const shown = DateTime.fromMillis(at, { zone }).toFormat("yyyy-MM-dd'T'HH:mm")
        if (shown === `${date}T02:30`) continue
        gaps += 1
        // The first instant after the gap: a moment before, the wall was still short of it.
        expect(shown > `${date}T02:30`, `${zone} ${date}`).toBe(true)
        expect(DateTime.fromMillis(at - 1, { zone }).toFormat("yyyy-MM-dd'T'HH:mm") < `${date}T02:30`).toBe(true)
      }
    expect(gaps).toBeGreaterThan(10)
  }, 120_000)
})

describe('when a copy may leave', () => {
  const publication = aPublicationValue({ deliverAt: '07:00', deliverWithin: '4h', timezone: 'Europe/London' })
  const window = (now: string, more: Parameters<typeof aSubscriber>[0] = {}, whenLate: 'skip' | 'next' = 'skip') => {
    const found = atTheirTime('2026-11-20', { ...publication, whenLate })(aSubscriber(more), Date.parse(now))
    return found === null ? null : [found.from, found.until].map((at) => new Date(at).toISOString().slice(0, 16))
  }

  it('is their own morning, or the publication’s', () => {
    expect(window('2026-11-19T12:00Z')).toEqual(['2026-11-20T07:00', '2026-11-20T11:00'])
    expect(window('2026-11-19T12:00Z', { timezone: 'Asia/Tokyo' })).toEqual(['2026-11-19T22:00', '2026-11-20T02:00'])
    expect(window('2026-11-19T12:00Z', { timezone: 'Asia/Tokyo', deliverAt: '18:30' })).toEqual([
      '2026-11-20T09:30',
      '2026-11-20T13:30',
    ])
  })

  it('ends with deliverWithin, to the millisecond', () => {
    expect(window('2026-11-20T11:00Z')).not.toBeNull()
    expect(window('2026-11-20T11:00:00.001Z')).toBeNull()
  })

  it('is their next morning when that is what the publication wants', () => {
    expect(window('2026-11-20T12:00Z', {}, 'next')).toEqual(['2026-11-21T07:00', '2026-11-21T11:00'])
    expect(window('2026-11-23T12:00Z', {}, 'next')).toEqual(['2026-11-24T07:00', '2026-11-24T11:00'])
  })
})

it('a duration is told in milliseconds', () => {
  expect(['90s', '30m', '4h', '2d'].map(milliseconds)).toEqual([90_000, 1_800_000, 14_400_000, 172_800_000])
})
