import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Many callers, one transaction: whatever comes in while one is being committed goes into the next. Each caller waits
 * for the commit that holds its item, so nothing is less durable for it, and a thousand a second cost what fifty do.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<Result[]>
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = []
  #running: Promise<void> | null = null

  readonly #gather: number

  /** `commit` returns a result for each item, in their order. `gather`: how long the first of a group waits for company, in milliseconds. */
  constructor(commit: (items: readonly Item[]) => Promise<Result[]>, gather = 0) {
    this.#commit = commit
    this.#gather = gather
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
    let first = true
    while (this.#waiting.length > 0) {
      // Callers of the same turn come along.
      if (this.#gather > 0) await sleep(this.#gather)
      else if (first) await new Promise((resolve) => setImmediate(resolve))
      first = false
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
