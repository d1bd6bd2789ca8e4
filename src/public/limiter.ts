/** So many in so long, by key; in memory, and never more keys than that. What is kept of a key is when it came. */
export class Limiter {
  readonly #most: number
  readonly #within: number
  readonly #seen = new Map<string, number[]>()

  /** `within` is in milliseconds. */
  constructor(most: number, within: number) {
    this.#most = most
    this.#within = within
  }

  /** False when the key has had its share; it counts when it returns true. */
  take(key: string, now: number): boolean {
    const recent = (this.#seen.get(key) ?? []).filter((at) => at > now - this.#within)
    const allowed = recent.length < this.#most
    if (allowed) recent.push(now)
    // The one that came last is last in the map.
    this.#seen.delete(key)
    this.#seen.set(key, recent)
    if (this.#seen.size > MOST_KEYS) this.#forget(now)
    return allowed
  }

  /** Those that have their share again, and then the oldest. */
  #forget(now: number): void {
    for (const [key, at] of this.#seen) {
      if (this.#seen.size <= MOST_KEYS / 2) return
      if ((at.at(-1) ?? 0) <= now - this.#within || this.#seen.size > MOST_KEYS) this.#seen.delete(key)
    }
  }
}

const MOST_KEYS = 50_000
