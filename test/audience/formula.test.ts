import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardedCell, unguardedCell } from '../../src/audience/formula.ts'

const signs = ["'", '=', '+', '-', '@', '\t', '\n', '\r', '＝', 'a', ' ', '1']
const cell = fc.string({ unit: fc.oneof(fc.constantFrom(...signs), fc.string({ minLength: 1, maxLength: 1 })) })

describe('a cell of an export', () => {
  it.each(['=1+1', '+49 30', '-x', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', "'=1"])(
    'never begins like a formula: %j',
    (text) => {
      expect(guardedCell(text)).toBe(`'${text}`)
    },
  )

  it.each(['Ada', "O'Brien", "'Ndrangheta", '', '1-2', 'a@b.example'])('is left alone otherwise: %j', (text) => {
    expect(guardedCell(text)).toBe(text)
    expect(unguardedCell(text)).toBe(text)
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(cell, (text) => unguardedCell(guardedCell(text)) === text),
      { numRuns: 2000 },
    )
  })

  it('begins like a formula in no case', () => {
    fc.assert(
      fc.property(cell, (text) => !/^[=+\-@\t\n\r\0＝＋－＠]/u.test(guardedCell(text))),
      { numRuns: 2000 },
    )
  })
})
