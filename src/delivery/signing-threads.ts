import { type KeyObject, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { AskedThread } from '../threads/asked-thread.ts'

/** With fewer signatures the thread pool has made them before a thread has started (0.1 s of CPU). */
const WORTH_A_THREAD = 256

/**
 * RSA signatures of one key, beside everything else. The first few are made in libuv's pool. Its four threads take the cores
 * from the thread that talks to the mail server whenever it has asked for four signatures (2 cores: 1,750 copies a second,
 * with one thread 2,170; 2026-11-27), so a run that goes on has threads for them: one, two where there are cores for it.
 */
export class SigningThreads {
  readonly #key: KeyObject
  readonly #threads: AskedThread[] = []
  #made = 0

  constructor(privateKey: KeyObject) {
    this.#key = privateKey
  }

  get started(): number {
    return this.#threads.length
  }

  /** In base64; `data` is octets as latin1. A thread that has ended costs nobody a copy: the pool makes the same octets. */
  async sign(data: string): Promise<string> {
    const turn = this.#made++
    if (turn < WORTH_A_THREAD) return this.#inPool(data)
    if (this.#threads.length === 0)
      for (let left = availableParallelism() >= 4 ? 2 : 1; left > 0; left--)
        this.#threads.push(new AskedThread('signing-thread', import.meta.url, { privateKey: this.#key }))
    const thread = this.#threads[turn % this.#threads.length] as AskedThread
    return thread.ask<string>(data).catch(() => this.#inPool(data))
  }

  async #inPool(data: string): Promise<string> {
    return (await signInPool('sha256', Buffer.from(data, 'latin1'), this.#key)).toString('base64')
  }
}

const signInPool = promisify<string, Buffer, KeyObject, Buffer>(sign)
