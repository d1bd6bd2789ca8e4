import { describe, expect, it } from 'vitest'
import { lineOf, linesOf, rateOf, type Sight } from '../../src/commands/watch-status.ts'

const NOW = Date.parse('2026-11-20T06:58:00Z')
const sight = (more: Partial<Sight> = {}): Sight => ({
  at: NOW,
  audience: 5310,
  accepted: 1204,
  rejected: 0,
  unknown: 0,
  skipped: 0,
  underWay: 40,
  held: false,
  waves: [
    { at: NOW - 60_000, count: 1066 },
    { at: NOW + 120_000, count: 3000 },
  ],
  workers: [],
  ...more,
})
const worker = {
  owner: 'web1/77/5/ab',
  state: 'working',
  startedAt: 0,
  seenAt: NOW,
  accepted: 1204,
  failed: 2,
} as const

describe('status --watch', () => {
  it('says how fast it goes and how long what is due will take', () => {
    const seen = [sight({ at: NOW - 10_000, accepted: 204 }), sight()]
    expect(rateOf(seen)).toBe(100)
    expect(lineOf('2026-11-20', sight({ workers: [worker] }), 100)).toBe(
      '2026-11-20: 1,204 of 5,310 accepted, 4,066 planned, 40 under way; 100/s, about 12 s left of what is due; 1 worker',
    )
  })

  it('shows the waves to come, and each worker', () => {
    expect(linesOf('2026-11-20', sight({ workers: [worker] }), 100)).toEqual([
      '2026-11-20: 1,204 of 5,310 accepted, 4,066 planned, 40 under way',
      '  100/s, about 12 s left of what is due',
      '  waves to come: 07:00Z 3,000',
      '  worker web1 77: working, 1,204 accepted, 2 failed',
    ])
  })

  it('says when nothing moves, and why', () => {
    const at = (more: Partial<Sight>) => lineOf('2026-11-20', sight(more), 0).split('; ')[1]
    expect(at({})).toBe('0/s, 1,106 are due and nobody delivers')
    expect(at({ held: true })).toBe('on hold')
    expect(at({ underWay: 0, waves: [{ at: NOW + 7_200_000, count: 5 }] })).toBe('next wave in about 2.0 h')
    expect(at({ underWay: 0, waves: [] })).toBe('done')
  })
})
