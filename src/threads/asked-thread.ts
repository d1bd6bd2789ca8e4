import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Answer, Call } from './answer-calls.ts'

/**
 * A thread, and who waits for its answers. It keeps no process alive that has nothing to wait for. Calls keep their order,
 * and those of one turn go over together.
 */
export class AskedThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  #outgoing: Call[] = []
  #asked = 0
  #over: { error: unknown } | null = null

  /** `program` is a file beside the one at `beside` (its `import.meta.url`), without its ending. */
  constructor(program: string, beside: string, workerData: unknown) {
    const file = fileURLToPath(beside)
    this.#worker = new Worker(path.join(path.dirname(file), program + path.extname(file)), { workerData, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (answers: readonly Answer[]) => {
      for (const [id, value, error] of answers) {
        const waiting = this.#waiting.get(id)
        this.#waiting.delete(id)
        if (error === undefined) waiting?.resolve(value)
        else waiting?.reject(error)
      }
      if (this.#waiting.size === 0) this.#worker.unref()
    })
    this.#worker.on('error', (error) => this.#ended(error))
    this.#worker.on('exit', () => this.#ended(new Error(`The thread ${program} has ended`)))
  }

  /** What the thread's program answers; rejects with what it threw, as far as that can be told to another thread. */
  ask<Result>(what: unknown): Promise<Result> {
    if (this.#over !== null) return Promise.reject(this.#over.error)
    this.#asked += 1
    const id = this.#asked
    if (this.#waiting.size === 0) this.#worker.ref()
    if (this.#outgoing.push([id, what]) === 1)
      setImmediate(() => {
        this.#worker.postMessage(this.#outgoing)
        this.#outgoing = []
      })
    return new Promise<Result>((resolve, reject) =>
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }),
    )
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #ended(error: unknown): void {
    this.#over ??= { error }
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
