import { describe, expect, it } from 'vitest'
import { type PastDelivery, softInARow } from '../../src/bounces/soft-limit.ts'

const DAY = 86_400_000
const NOW = 100 * DAY
/** "SSA": the newest last, a day apart and the newest today. S soft, A accepted, R refused or anything else. */
const past = (letters: string, daysApart = 1): PastDelivery[] =>
  [...letters].map((letter, index) => ({
    edition: `${index}`,
    state: letter === 'A' ? 'accepted' : 'bounced',
    datedAt: NOW - (letters.length - 1 - index) * daysApart * DAY,
    isSoft: letter === 'S',
  }))

describe('soft bounces in a row', () => {
  it.each([
    ['SSSSS', 5],
    ['S', 1],
    ['', 0],
    ['AAAA', 0],
    // one that arrived in between shows that the mailbox works
    ['SSSASS', 2],
    // the newest have been accepted and may still come back
    ['SSSSSAAA', 5],
    // refused for its content: says nothing of the mailbox
    ['SSRSS', 4],
  ])('of %s are %i', (letters, count) => {
    expect(softInARow(past(letters), NOW)).toBe(count)
  })

  it('are forgotten once copies arrive again and have had a week to come back', () => {
    expect(softInARow(past('SSSSSAAAAAAAAA'), NOW)).toBe(0)
  })

  it('count within thirty days only', () => {
    expect(softInARow(past('SSSSS', 7), NOW)).toBe(5)
    expect(softInARow(past('SSSSS', 10), NOW)).toBe(4)
  })

  it('are those of the copies, in whatever order they came back', () => {
    expect(softInARow(past('SSASS').toReversed(), NOW)).toBe(2)
  })
})
