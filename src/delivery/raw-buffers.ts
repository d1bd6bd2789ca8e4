/** Gives out memory for a message. */
export type Allocate = (size: number) => Buffer

const STEP = 16 * 1024

/**
 * Memory of messages that were accepted, for the next ones. A run makes tens of thousands of buffers of some 30 kB, and
 * what the allocator loses between them took 60 MB in a run over a million (2026-11-24). A message whose fate is open may
 * still be read by a socket: its memory is not given back.
 */
export class RawBuffers {
  readonly #free: Buffer[] = []
  readonly #most: number
  #largest = 0

  constructor(most: number) {
    this.#most = most
  }

  readonly allocate: Allocate = (size) => {
    // All as large as the largest so far, so that any of them does; one from before that is let go.
    this.#largest = Math.max(this.#largest, Math.ceil(size / STEP) * STEP)
    const used = this.#free.pop()
    const whole = used !== undefined && used.length >= size ? used : Buffer.allocUnsafeSlow(this.#largest)
    return whole.subarray(0, size)
  }

  /** Of a message the server has acknowledged. */
  giveBack(raw: Buffer): void {
    if (this.#free.length < this.#most && raw.byteOffset === 0 && raw.buffer.byteLength % STEP === 0)
      this.#free.push(Buffer.from(raw.buffer as ArrayBuffer))
  }
}
