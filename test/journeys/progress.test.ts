import { expect, it } from 'vitest'
import { progressLine } from '../../src/commands/progress.ts'

it('a progress line says how many, how fast, and how long it will take', () => {
  expect(progressLine(12_000, 25_000, 100_000, 12)).toBe('12,000 accepted, 1,000/s, about 36 s left')
  expect(progressLine(12_000, 12_000, 1_000_000, 12)).toBe('12,000 accepted, 1,000/s, about 17 min left')
  expect(progressLine(5, 5, 5, 1)).toBe('5 accepted, 5/s')
  expect(progressLine(0, 0, 0, 0)).toBe('0 accepted, 0/s')
})
