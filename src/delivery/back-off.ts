import { RunRefused } from './transport.ts'

/** Trouble that concerns the whole run and may pass: the server is closing, is full, or cannot be reached any more. */
export class RunTrouble extends Error {
  readonly hint: string

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RunTrouble'
    this.hint = hint
  }
}

/** Spells of trouble in a row, with nothing delivered in between, after which a run ends. */
export const MOST_SPELLS = 6
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000

/**
 * What slows a run down as a whole: after trouble nobody begins anything for 1, 2, 4 … seconds, and when six spells in a
 * row have delivered nothing the circuit opens. Trouble of many connections at once is one spell.
 */
export class BackOff {
  readonly #clock: () => number
  readonly #sleep: (milliseconds: number) => Promise<void>
  #spells = 0
  #pausedAt = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  constructor(clock: () => number, sleep: (milliseconds: number) => Promise<void>) {
    this.#clock = clock
    this.#sleep = sleep
  }

  /** Waits for the end of a pause, and says when the attempt begins. */
  async ready(): Promise<number> {
    for (let wait = this.#until - this.#clock(); wait > 0; wait = this.#until - this.#clock()) await this.#sleep(wait)
    return this.#clock()
  }

  /** Whether `ready` would have to wait. */
  get pausing(): boolean {
    return this.#until > this.#clock()
  }

  delivered(): void {
    this.#spells = 0
  }

  /** Begins a pause. An attempt that began before the last pause belongs to the spell that led to it. */
  slowDown(began: number): void {
    if (began <= this.#pausedAt) return
    this.#pausedAt = this.#clock()
    this.#until = this.#pausedAt + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#spells)
    this.#spells += 1
  }

  /** The refusal of the run, when the trouble has lasted long enough. */
  opened(trouble: RunTrouble): RunRefused | null {
    return this.#spells < MOST_SPELLS
      ? null
      : new RunRefused(
          `${trouble.message} That was the ${MOST_SPELLS}th time in a row, so the run ends here.`,
          trouble.hint,
          trouble,
        )
  }
}
