import { describe, expect, it } from 'vitest'
import { readAhead } from '../../src/delivery/read-ahead.ts'

/** Numbers from 1, and how many were asked for; throws in place of `broken`. */
function numbers(count: number, broken = 0) {
  const asked = { last: 0 }
  async function* each(): AsyncGenerator<number> {
    for (let number = 1; number <= count; number++) {
      asked.last = number
      await new Promise((resolve) => setImmediate(resolve))
      if (number === broken) throw new Error(`no ${number}`)
      yield number
    }
  }
  return { each, asked }
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('reading ahead', () => {
  it('gives the same things in the same order', async () => {
    for (const most of [1, 2, 30]) {
      const got: number[] = []
      for await (const number of readAhead(numbers(20).each(), most)) got.push(number)
      expect(got).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    }
  })

  it('has so many made while one is used, and no more', async () => {
    const { each, asked } = numbers(20)
    for await (const number of readAhead(each(), 2)) {
      await soon()
      expect(asked.last).toBe(Math.min(20, number + 2))
    }
  })

  it('throws what the source threw, after all that came before', async () => {
    const got: number[] = []
    const read = async () => {
      for await (const number of readAhead(numbers(20, 5).each(), 3)) {
        got.push(number)
        await soon()
      }
    }
    await expect(read()).rejects.toThrow('no 5')
    expect(got).toEqual([1, 2, 3, 4])
  })
})
