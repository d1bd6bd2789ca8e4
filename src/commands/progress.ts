import { createReadStream } from 'node:fs'
import path from 'node:path'
import type { Counts } from '../delivery/counts.ts'
import type { Context } from './command.ts'

const AT_A_TERMINAL = 200
const ELSEWHERE = 30_000

/** A line that rewrites itself at a terminal, and one every half minute elsewhere, so that a log of CI stays short. */
export class Progress {
  readonly #context: Context
  readonly #counts: Counts
  readonly #rows: number
  readonly #started = performance.now()
  #passed = 0
  #shownAt = performance.now()
  #shown = false

  /** `rows`: about how many there are in the audience, 0 when nobody knows. */
  constructor(context: Context, counts: Counts, rows: number) {
    this.#context = context
    this.#counts = counts
    this.#rows = rows
  }

  /** A row of the audience has been read. */
  row(): void {
    this.#passed += 1
  }

  /** A delivery has been settled. */
  step(): void {
    const now = performance.now()
    const { isTerminal } = this.#context.stderr
    if (this.#context.json || now - this.#shownAt < (isTerminal ? AT_A_TERMINAL : ELSEWHERE)) return
    this.#shownAt = now
    const line = progressLine(this.#counts.accepted, this.#passed, this.#rows, (now - this.#started) / 1000)
    this.#context.stderr.write(isTerminal ? `\r${line}\u001b[K` : `${line}\n`)
    this.#shown = isTerminal
  }

  /** A line that stays. */
  say(line: string): void {
    this.end()
    this.#context.stderr.write(`${line}\n`)
  }

  end(): void {
    if (this.#shown) this.#context.stderr.write('\r\u001b[K')
    this.#shown = false
  }
}

/** `12,000 accepted, 950/s, about 2 min left`. What is left is told from the rows of the audience not yet read. */
export function progressLine(accepted: number, passed: number, rows: number, seconds: number): string {
  const parts = [
    `${accepted.toLocaleString('en')} accepted`,
    `${Math.round(accepted / Math.max(0.001, seconds)).toLocaleString('en')}/s`,
  ]
  const left = ((rows - passed) / Math.max(1, passed)) * seconds
  if (rows > passed && passed > 0)
    parts.push(left < 90 ? `about ${Math.ceil(left)} s left` : `about ${Math.ceil(left / 60)} min left`)
  return parts.join(', ')
}

/** Lines of the audience's file after the first; a million are counted in a tenth of a second. */
export async function rowsAbout(root: string, file: string): Promise<number> {
  let lines = 0
  try {
    for await (const chunk of createReadStream(path.resolve(root, file)) as AsyncIterable<Buffer>)
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
  } catch {
    // Reading the audience says what is wrong with it.
  }
  return Math.max(0, lines - 1)
}
