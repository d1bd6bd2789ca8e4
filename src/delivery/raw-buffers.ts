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

  constructor(most: number) {
    this.#most = most
  }

  readonly allocate: Allocate = (size) => {
    const at = this.#free.findIndex((one) => one.length >= size)
    const whole = at < 0 ? Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP) : this.#free.splice(at, 1)[0]
    return (whole as Buffer).subarray(0, size)
  }

  /** Of a message the server has acknowledged. */
  giveBack(raw: Buffer): void {
    if (this.#free.length < this.#most && raw.byteOffset === 0 && raw.buffer.byteLength % STEP === 0)
      this.#free.push(Buffer.from(raw.buffer as ArrayBuffer))
  }
}
