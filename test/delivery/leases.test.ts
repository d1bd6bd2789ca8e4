import { describe, expect, it } from 'vitest'
import { Leases } from '../../src/delivery/leases.ts'

describe('leases', () => {
  it('are never more than there is room for: who wants more waits until enough have ended', async () => {
    const leases = new Leases(4)
    await leases.room(3)
    for (const id of ['a', 'b', 'c']) leases.begin(id)
    let hasRoom = false
    const waiting = leases.room(3).then(() => {
      hasRoom = true
    })
    leases.end('a')
    await Promise.resolve()
    expect(hasRoom).toBe(false)
    // Sent, and settled after that: once is once.
    leases.end('a')
    await Promise.resolve()
    expect(hasRoom).toBe(false)
    leases.end('b')
    await waiting
    expect(hasRoom).toBe(true)
  })
})
