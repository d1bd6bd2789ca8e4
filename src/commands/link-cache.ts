import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Answer } from '../network/ask.ts'

interface Kept {
  /** Milliseconds since 1970. */
  at: number
  answer: Answer
}

const HOUR = 3_600_000
/** A page that was there stays a day; one that was not is asked again within the hour; silence is no answer. */
const FRESH: Record<Answer['state'], number> = { found: 24 * HOUR, refused: HOUR, private: HOUR, silent: 0 }

/** `.broadsheet/links.json`: what servers answered, and when. */
export class LinkCache {
  readonly #file: string
  readonly #kept: Map<string, Kept>
  readonly #now: number

  private constructor(file: string, kept: Map<string, Kept>, now: number) {
    this.#file = file
    this.#kept = kept
    this.#now = now
  }

  static async open(root: string, now: number): Promise<LinkCache> {
    const file = path.join(root, '.broadsheet/links.json')
    const kept = await readFile(file, 'utf8').then(
      (text) => new Map(Object.entries(JSON.parse(text) as Record<string, Kept>)),
      () => new Map<string, Kept>(),
    )
    return new LinkCache(file, kept, now)
  }

  /** The answer that is fresh enough, else a new one. */
  async through(url: string, ask: (url: string) => Promise<Answer>): Promise<Answer> {
    const kept = this.#kept.get(url)
    const age = kept === undefined ? Number.POSITIVE_INFINITY : this.#now - kept.at
    if (kept !== undefined && age >= 0 && age < FRESH[kept.answer.state]) return kept.answer
    const answer = await ask(url)
    this.#kept.set(url, { at: this.#now, answer })
    return answer
  }

  /** What is too old to be used again is not written. */
  async save(): Promise<void> {
    const fresh = [...this.#kept].filter(([, { at, answer }]) => this.#now - at < FRESH[answer.state])
    await mkdir(path.dirname(this.#file), { recursive: true })
    await writeFile(`${this.#file}.${process.pid}`, JSON.stringify(Object.fromEntries(fresh)))
    await rename(`${this.#file}.${process.pid}`, this.#file)
  }
}
