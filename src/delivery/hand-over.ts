/**
 * Where those who make something meet those who use it: each maker holds one thing ready and waits until it is taken, so
 * that as much is ready as there are makers. First come, first served, on both sides.
 */
export class HandOver<Thing> {
  readonly #offers: { thing: Thing; taken: () => void }[] = []
  readonly #takers: ((thing: Thing | null) => void)[] = []
  #over = false

  /** Until somebody has taken it, or all is over. */
  offer(thing: Thing): Promise<void> {
    if (this.#over) return Promise.resolve()
    const taker = this.#takers.shift()
    if (taker === undefined) return new Promise((taken) => this.#offers.push({ thing, taken }))
    taker(thing)
    return Promise.resolve()
  }

  /** Null when nothing comes any more. */
  take(): Promise<Thing | null> {
    const ready = this.takeReady()
    if (ready !== null || this.#over) return Promise.resolve(ready)
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  /** Null when nothing is ready at this moment. */
  takeReady(): Thing | null {
    const offer = this.#offers.shift()
    if (offer === undefined) return null
    offer.taken()
    return offer.thing
  }

  /** Nothing more is offered; what was offered and not taken is let go. */
  end(): void {
    this.#over = true
    for (const { taken } of this.#offers.splice(0)) taken()
    for (const taker of this.#takers.splice(0)) taker(null)
  }
}
