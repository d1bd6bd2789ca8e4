import { UserError } from '../problems/user-error.ts'
import { AskedThread } from '../threads/asked-thread.ts'
import type { Ledger } from './ledger.ts'
import type { Called, LedgerCall, ToldUserError } from './ledger-thread.ts'

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

/** What an operator has to mend keeps its words; a bug keeps its stack. */
class LedgerThread {
  readonly #thread: AskedThread

  constructor(file: string) {
    this.#thread = new AskedThread('ledger-thread', import.meta.url, { file })
  }

  /** The answer is what the ledger of the thread says to the call. */
  async ask<Result>(name: Called, values: unknown[]): Promise<Result> {
    try {
      return await this.#thread.ask<Result>([name, ...values] satisfies LedgerCall)
    } catch (error) {
      const { userError } = error as Partial<ToldUserError>
      throw userError === undefined
        ? error
        : new UserError(userError.code, userError.message, userError.hint, { cause: error })
    }
  }

  async close(): Promise<void> {
    try {
      await this.ask('close', [])
    } finally {
      await this.#thread.end()
    }
  }
}
