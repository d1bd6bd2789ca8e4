import { EDITIONS_BACK, type Remembered, remembered } from '../check/history-rules.ts'
import { listEditions } from '../edition/calendar.ts'
import type { Edition } from '../edition/edition.ts'
import { editionStamp } from '../edition/edition-files.ts'
import type { Publication } from '../edition/publication.ts'
import { readEdition } from '../edition/read.ts'

/** What earlier editions held. Each is read once, and again when its file has changed. */
export class History {
  readonly #root: string
  readonly #known = new Map<string, { stamp: string; memory: Remembered | null }>()
  #dates: string[] | null = null

  constructor(root: string) {
    this.#root = root
  }

  /** The last editions before a date, oldest first. */
  async before(date: string, publication: Publication): Promise<Remembered[]> {
    this.#dates ??= (await listEditions(this.#root)).dates
    const dates = this.#dates.filter((one) => one < date).slice(-EDITIONS_BACK)
    const found: Remembered[] = []
    for (const one of dates) {
      const memory = await this.#of(one, publication)
      if (memory !== null) found.push(memory)
    }
    return found
  }

  /** Spares reading an edition that has just been read, or whose memory was kept. */
  async keep(memory: Remembered): Promise<void> {
    this.#known.set(memory.date, { stamp: await editionStamp(this.#root, memory.date), memory })
  }

  /** Forgets which editions there are, for whoever runs on while they change. */
  refresh(): void {
    this.#dates = null
  }

  async #of(date: string, publication: Publication): Promise<Remembered | null> {
    const stamp = await editionStamp(this.#root, date)
    const known = this.#known.get(date)
    if (known?.stamp === stamp) return known.memory
    const { edition } = await readEdition(this.#root, date, publication)
    const memory = edition === null || isDraft(edition) ? null : remembered(edition)
    this.#known.set(date, { stamp, memory })
    return memory
  }
}

const isDraft = (edition: Edition): boolean => edition.status === 'draft'
