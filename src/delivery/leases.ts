/** Whose copies are leased and not begun: never more than so many at a time (design, section 6). */
export class Leases {
  readonly #most: number
  readonly #held = new Set<string>()
  #waiting: { count: number; resolve(): void } | null = null

  constructor(most: number) {
    this.#most = most
  }

  /** Waits until so many more may be leased; one waits at a time. */
  async room(count: number): Promise<void> {
    if (this.#has(count)) return
    await new Promise<void>((resolve) => {
      this.#waiting = { count, resolve }
    })
  }

  begin(id: string): void {
    this.#held.add(id)
  }

  /** As often as you like: it is sent, or given back. */
  end(id: string): void {
    this.#held.delete(id)
    if (this.#waiting === null || !this.#has(this.#waiting.count)) return
    this.#waiting.resolve()
    this.#waiting = null
  }

  #has(count: number): boolean {
    return this.#held.size + count <= this.#most
  }
}
