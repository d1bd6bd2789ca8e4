import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { UserError } from '../problems/user-error.ts'
import type { Ledger } from './ledger.ts'
import type { Answer, Call, Called } from './ledger-thread.ts'
import { openDatabase } from './open.ts'
import { SqliteLedger } from './sqlite.ts'

/**
 * The ledger of a run that delivers over a network: what is called for every copy runs in a thread of its own. A commit
 * waits for the disk (0.2 to 5 ms), and SQLite waits in the thread that asks. The rest, called now and then, runs here, over
 * a second handle. Calls of one turn go over together, and their order is kept.
 */
export async function openThreadedLedger(file: string): Promise<Ledger> {
  return new ThreadedLedger(await openDatabase(file), new LedgerThread(file))
}

class ThreadedLedger extends SqliteLedger {
  readonly #thread: LedgerThread

  constructor(database: Awaited<ReturnType<typeof openDatabase>>, thread: LedgerThread) {
    super(database)
    this.#thread = thread
  }

  override plan = this.#asked('plan')
  override lease = this.#asked('lease')
  override begin = this.#asked('begin')
  override settle = this.#asked('settle')
  override renew = this.#asked('renew')

  override async close(): Promise<void> {
    await this.#thread.close()
    await super.close()
  }

  #asked<Name extends Called>(name: Name): Ledger[Name] {
    const ask = (...values: unknown[]): Promise<unknown> => this.#thread.ask(name, values)
    return ask as Ledger[Name]
  }
}

/** The thread, and who waits for its answers. */
class LedgerThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #outgoing: Call[] = []
  #asked = 0

  constructor(file: string) {
    const { dirname, filename } = import.meta
    this.#worker = new Worker(path.join(dirname, `ledger-thread${path.extname(filename)}`), { workerData: { file } })
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

  ask(name: Called, values: unknown[]): Promise<unknown> {
    this.#asked += 1
    const id = this.#asked
    if (this.#waiting.size === 0) this.#worker.ref()
    if (this.#outgoing.push({ id, name, values }) === 1)
      setImmediate(() => {
        this.#worker.postMessage(this.#outgoing)
        this.#outgoing = []
      })
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  async close(): Promise<void> {
    await this.ask('close', [])
    await this.#worker.terminate()
  }

  #ended(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** What an operator has to mend keeps its words; a bug keeps its stack. */
function errorOf({ error, userError }: Extract<Answer, { error: unknown }>): unknown {
  return userError === null ? error : new UserError(userError.code, userError.message, userError.hint, { cause: error })
}
