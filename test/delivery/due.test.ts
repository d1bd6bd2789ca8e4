import { describe, expect, it } from 'vitest'
import { dueOf } from '../../src/delivery/due.ts'
import { aPublicationValue } from '../support/compiled.ts'

const due = (date: string, time?: string, timezone?: string, embargo?: string) =>
  dueOf({ timezone, deliverAt: time }, date, aPublicationValue(), embargo)

describe('when a copy is due', () => {
  it('is the wall clock of the reader, else that of the publication', () => {
    expect(due('2026-11-20')).toEqual({
      at: '2026-11-20T07:00:00.000Z',
      local: '07:00',
      zone: 'Europe/London',
      note: null,
    })
    expect(due('2026-11-20', '06:30', 'America/New_York')).toMatchObject({
      at: '2026-11-20T11:30:00.000Z',
      local: '06:30',
    })
  })

  it('is told with the change of the clocks since the day before, in words', () => {
    expect(due('2026-03-29')).toMatchObject({
      at: '2026-03-29T06:00:00.000Z',
      local: '07:00',
      note: 'The clocks in Europe/London have gone forward since the day before: 07:00 is 06:00 UTC, and was 07:00 UTC.',
    })
    expect(due('2026-10-25').note).toContain('have gone back')
    expect(due('2026-10-26').note).toBe(null)
    // Changed later that day than the copy leaves: it concerns the next one.
    expect(due('2026-03-29', '00:30').note).toBe(null)
    expect(due('2026-03-30', '00:30').note).toContain('forward')
  })

  it('is the first instant after a gap, and the first of two', () => {
    expect(due('2026-03-29', '01:30')).toMatchObject({ at: '2026-03-29T01:00:00.000Z', local: '02:00' })
    expect(due('2026-03-29', '01:30').note).toMatch(/^01:30 does not exist .*02:00\.$/)
    expect(due('2026-10-25', '01:30')).toMatchObject({ at: '2026-10-25T00:30:00.000Z', local: '01:30' })
    expect(due('2026-10-25', '01:30').note).toMatch(/comes twice/)
    expect(due('2026-10-25', '02:00').note).toMatch(/have gone back/)
    expect(due('2026-04-05', '01:45', 'Australia/Lord_Howe').note).toMatch(/comes twice/)
  })

  it('waits for the end of an embargo', () => {
    expect(due('2026-11-20', undefined, undefined, '2026-11-20T09:00+01:00')).toMatchObject({
      at: '2026-11-20T08:00:00.000Z',
      local: '08:00',
      note: expect.stringContaining('embargo'),
    })
    expect(due('2026-11-20', undefined, undefined, '2026-11-20T06:00Z')).toMatchObject({ local: '07:00', note: null })
  })
})
