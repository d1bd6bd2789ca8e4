import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CronLine, cronLines, cronText, EARLY } from '../../src/delivery/cron.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.parse('2026-03-02T00:00Z')

/** When a line starts runs, over three weeks around the first of the year under test. */
function startsOf({ minute, hour, weekdays }: CronLine): number[] {
  return Array.from({ length: 28 }, (_, day) => START + (day - 7) * DAY + hour * HOUR + minute * MINUTE).filter((at) =>
    weekdays.includes(new Date(at).getUTCDay()),
  )
}

const served = (line: CronLine, at: number, late: number): boolean =>
  startsOf(line).some((start) => start + late <= at && at <= start + line.wait * MINUTE)

describe('the lines of a crontab for an audience', () => {
  it('are one a day, early enough, for a newsletter of one place, and one that catches up', () => {
    const winter = [START + 7 * HOUR, START + DAY + 7 * HOUR]
    expect(cronLines(winter, 4 * HOUR).map((line) => [cronText(line), line.wait])).toEqual([
      ['45 5 * * 1,2', 75],
      ['53 7 * * 1,2', 0],
    ])
  })

  it('cover both instants of a place whose clocks change', () => {
    const days = Array.from({ length: 7 }, (_, day) => START + day * DAY)
    const lines = cronLines([...days.map((day) => day + 7 * HOUR), ...days.map((day) => day + 6 * HOUR)], 4 * HOUR)
    expect(lines.map((line) => [cronText(line), line.wait])).toEqual([
      ['45 4 * * *', 135],
      ['53 7 * * *', 0],
    ])
  })

  it('name the day before where a morning begins there by UTC', () => {
    // Monday, 07:00 in Tokyo.
    const [line] = cronLines([Date.parse('2026-03-01T22:00Z')], 4 * HOUR)
    expect(line === undefined ? '' : cronText(line)).toBe('45 20 * * 0')
    const [early] = cronLines([Date.parse('2026-03-02T00:30Z')], 4 * HOUR)
    expect(early === undefined ? '' : cronText(early)).toBe('15 23 * * 0')
  })

  it('release every copy at its instant though every run starts as late as on an ordinary day, and catch up one that never came', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 95 }), { minLength: 1, maxLength: 40 })
    const weekdays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(minutes, weekdays, fc.integer({ min: 2, max: 12 }), (quarters, days, within) => {
        const instants = quarters.flatMap((quarter) => days.map((day) => START + day * DAY + quarter * 15 * MINUTE))
        const lines = cronLines(instants, within * HOUR)
        for (const at of instants) {
          expect(lines.some((line) => served(line, at, (EARLY - 1) * MINUTE))).toBe(true)
          // Whichever run never comes, another begins in time, however late it starts itself.
          for (const missing of lines) {
            const others = lines.filter((line) => line !== missing)
            const inTime = others.some(
              (line) =>
                served(line, at, 0) ||
                startsOf(line).some((start) => at <= start + line.wait * MINUTE && start <= at + within * HOUR),
            )
            expect(inTime).toBe(true)
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('are few: no more than one for every three hours in which somebody is due, and as many again', () => {
    const everyQuarter = Array.from({ length: 96 }, (_, quarter) => START + quarter * 15 * MINUTE)
    expect(cronLines(everyQuarter, 4 * HOUR).length).toBeLessThanOrEqual(16)
  })

  it('are none when nobody is subscribed', () => {
    expect(cronLines([], 4 * HOUR)).toEqual([])
  })
})
