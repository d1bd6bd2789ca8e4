import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { UserError } from '../problems/user-error.ts'
import type { Ledger } from './ledger.ts'
import type { Answer, Call, Called } from './ledger-thread.ts'

/** With fewer rows in its first batch a run is over before a thread has started (0.15 s of CPU). */
const WORTH_A_THREAD = 500

/**
 * The same ledger on a SQLite file, for a run that delivers over a network: what is called for every copy runs in a thread
 * of its own, over a second handle. A commit waits for the disk (0.2 to 5 ms), and SQLite waits in the thread that asks.
 * The rest, called now and then, stays where it is. Calls keep their order; those of one turn go over together. The first
 * `plan` decides whether there is a thread at all: until then nothing is under way.
 */
export function threaded(ledger: Ledger, file: string, worthIt = WORTH_A_THREAD): Ledger {
  let thread: LedgerThread | null = null
  let decided = false
  const there: Pick<Ledger, Called> = {
    plan(...values) {
      if (!decided && values[1].length >= worthIt) thread = new LedgerThread(file)
      decided = true
      return thread?.ask('plan', values) ?? ledger.plan(...values)
    },
    lease: (...values) => thread?.ask('lease', values) ?? ledger.lease(...values),
    begin: (...values) => thread?.ask('begin', values) ?? ledger.begin(...values),
    settle: (...values) => thread?.ask('settle', values) ?? ledger.settle(...values),
    renew: (...values) => thread?.ask('renew', values) ?? ledger.renew(...values),
    async close() {
      // A thread that never opened its ledger has said so to whoever asked.
      await thread?.close().catch(() => {})
      await ledger.close()
    },
  }
  return new Proxy(ledger, {
    get(target, name) {
      const here: unknown = Reflect.get(target, name)
      return Reflect.get(there, name) ?? (typeof here === 'function' ? here.bind(target) : here)
    },
  })
}

/** The thread, and who waits for its answers. */
class LedgerThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #outgoing: Call[] = []
  #asked = 0
  #over: { error: unknown } | null = null

  constructor(file: string) {
    const { dirname, filename } = import.meta
    this.#worker = new Worker(path.join(dirname, `ledger-thread${path.extname(filename)}`), {
      workerData: { file },
      execArgv: [],
    })
    this.#worker.unref()
    this.#worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) {
        const waiting = this.#waiting.get(answer.id)
        this.#waiting.delete(answer.id)
        if ('value' in answer) waiting?.resolve(answer.value)
        else waiting?.reject(errorOf(answer))
      }
      if (this.#waiting.size === 0) this.#worker.unref()
    })
    this.#worker.on('error', (error) => this.#ended(error))
    this.#worker.on('exit', () => this.#ended(new Error("The ledger's thread has ended")))
  }

  /** The answer is what the ledger of the thread says to the call. */
  ask<Result>(name: Called, values: unknown[]): Promise<Result> {
    if (this.#over !== null) return Promise.reject(this.#over.error)
    this.#asked += 1
    const id = this.#asked
    if (this.#waiting.size === 0) this.#worker.ref()
    if (this.#outgoing.push({ id, name, values }) === 1)
      setImmediate(() => {
        this.#worker.postMessage(this.#outgoing)
        this.#outgoing = []
      })
    return new Promise<Result>((resolve, reject) =>
      this.#waiting.set(id, { resolve: (value) => resolve(value as Result), reject }),
    )
  }

  async close(): Promise<void> {
    try {
      await this.ask('close', [])
    } finally {
      await this.#worker.terminate()
    }
  }

  #ended(error: unknown): void {
    this.#over ??= { error }
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** What an operator has to mend keeps its words; a bug keeps its stack. */
function errorOf({ error, userError }: Extract<Answer, { error: unknown }>): unknown {
  return userError === null ? error : new UserError(userError.code, userError.message, userError.hint, { cause: error })
}
