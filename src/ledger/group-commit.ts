/**
 * Many callers, one transaction: whatever comes in while one is being committed goes into the next. Each caller waits
 * for the commit that holds its item, so nothing is less durable for it, and a thousand a second cost what fifty do.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<Result[]>
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = []
  #running: Promise<void> | null = null

  /** `commit` returns a result for each item, in their order. */
  constructor(commit: (items: readonly Item[]) => Promise<Result[]>) {
    this.#commit = commit
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Settles when nothing is waiting any more. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  async #run(): Promise<void> {
    // Callers of the same turn come along.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        const results = await this.#commit(group.map((one) => one.item))
        for (const [index, one] of group.entries()) one.resolve(results[index] as Result)
      } catch (error) {
        for (const one of group) one.reject(error)
      }
    }
    this.#running = null
  }
}
