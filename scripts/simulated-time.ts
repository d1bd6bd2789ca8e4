import type { Ledger } from '../src/ledger/ledger.ts'

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A run has died; nothing of it goes on. */
export class Died extends Error {}

/** The handle of a run that dies at its nth step: what it had asked for may have been done, and it never knows. */
export function mortal(ledger: Ledger, steps: { left: number }): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        if (steps.left <= 0) throw new Died()
        steps.left -= 1
        const result: unknown = await value.apply(target, args)
        if (steps.left <= 0) throw new Died()
        return result
      }
    },
  })
}

/** Time that passes when everybody sleeps. */
export class Time {
  now: number
  live = 0
  #sleepers: { until: number; wake(): void }[] = []

  constructor(now: number) {
    this.now = now
  }

  sleepUntil(until: number): Promise<void> {
    if (until <= this.now) return Promise.resolve()
    return new Promise((wake) => {
      this.#sleepers.push({ until, wake })
      this.#pass()
    })
  }

  /** Somebody ends, or many begin in the place of one. */
  lives(change: number): void {
    this.live += change
    this.#pass()
  }

  #pass(): void {
    if (this.#sleepers.length === 0 || this.#sleepers.length < this.live) return
    let first = 0
    for (const [at, sleeper] of this.#sleepers.entries())
      if (sleeper.until < (this.#sleepers[first]?.until ?? 0)) first = at
    const [next] = this.#sleepers.splice(first, 1)
    this.now = Math.max(this.now, Math.round(next?.until ?? 0))
    next?.wake()
  }
}
