import { describe, expect, it } from 'vitest'
import { HandOver } from '../../src/delivery/hand-over.ts'

const isSettled = async (promise: Promise<unknown>): Promise<boolean> =>
  (await Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))])) as boolean

describe('handing over', () => {
  it('lets a maker wait until its thing is taken, and a taker until there is one, in the order they came', async () => {
    const ready = new HandOver<string>()
    const first = ready.offer('one')
    const second = ready.offer('two')
    expect(await isSettled(first)).toBe(false)
    expect(await ready.take()).toBe('one')
    expect(await isSettled(first)).toBe(true)
    expect(await isSettled(second)).toBe(false)
    expect(await ready.take()).toBe('two')
    const early = [ready.take(), ready.take()]
    await ready.offer('three')
    await ready.offer('four')
    expect(await Promise.all(early)).toEqual(['three', 'four'])
  })

  it('gives what is ready at once, or says that nothing is', async () => {
    const ready = new HandOver<string>()
    expect(ready.takeReady()).toBeNull()
    const first = ready.offer('one')
    expect(ready.takeReady()).toBe('one')
    expect(await isSettled(first)).toBe(true)
    expect(ready.takeReady()).toBeNull()
  })

  it('keeps nobody waiting once it is over', async () => {
    const ready = new HandOver<string>()
    const taker = ready.take()
    ready.end()
    expect(await taker).toBeNull()
    expect(await ready.take()).toBeNull()
    const other = new HandOver<string>()
    const left = other.offer('never taken')
    other.end()
    await left
    await other.offer('too late')
    expect(await other.take()).toBeNull()
  })
})
