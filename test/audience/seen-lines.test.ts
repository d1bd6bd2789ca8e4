import { expect, it } from 'vitest'
import { SeenLines } from '../../src/audience/seen-lines.ts'

it('knows the first line of each of 200,000 keys, and of no other', () => {
  const seen = new SeenLines()
  for (let line = 1; line <= 200_000; line++) expect(seen.note(`reader${line}`, line)).toBeUndefined()
  for (let line = 1; line <= 200_000; line += 997) expect(seen.note(`reader${line}`, 999_999)).toBe(line)
  expect(seen.note('somebody else', 7)).toBeUndefined()
  expect(seen.note('somebody else', 8)).toBe(7)
})
