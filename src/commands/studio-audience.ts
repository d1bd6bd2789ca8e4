import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { DateTime } from 'luxon'
import { type FoundSubscriber, findSubscribers, subscriberOf } from '../audience/find-subscribers.ts'
import { readSubscribers } from '../audience/read-csv.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import { heaviest } from '../delivery/heaviest.ts'
import { topicSets } from '../delivery/topic-sets.ts'
import { readPublication } from '../edition/read.ts'
import { languagesOf } from '../preview/state.ts'
import type { ShownMatrix } from '../preview/studio.ts'
import type { PreparedEdition } from '../render/prepare.ts'

/** The audience, for the studio. Its file is read anew whenever it has changed, and never held in memory. */
export class StudioAudience {
  readonly #root: string
  #known: { key: string; subscriber: Subscriber | null } | null = null

  constructor(root: string) {
    this.#root = root
  }

  async find(text: string): Promise<FoundSubscriber[]> {
    const file = await this.#file()
    return file === null ? [] : findSubscribers(readSubscribers(this.#root, file), text)
  }

  /** Looked for once for all saves while somebody looks at their copy. */
  async subscriber(handle: string): Promise<Subscriber | null> {
    const file = await this.#file()
    const stamp = file === null ? null : await stat(path.resolve(this.#root, file)).catch(() => null)
    if (file === null || stamp === null) return null
    const key = `${handle} ${file} ${stamp.mtimeMs} ${stamp.size}`
    if (this.#known?.key !== key)
      this.#known = { key, subscriber: await subscriberOf(readSubscribers(this.#root, file), handle) }
    return this.#known.subscriber
  }

  /** Every set of topics the edition goes out in, heaviest first. */
  async matrix(prepared: PreparedEdition, now: DateTime): Promise<ShownMatrix> {
    const { publication, topics } = prepared
    const [language = publication.language, ...further] = languagesOf(publication)
    const rows = readSubscribers(this.#root, publication.subscribers)
    const { sets, skipped } = await topicSets(rows, { topics, languages: [language, ...further] })
    const { weighed, left } = await heaviest(sets, prepared, now)
    return {
      sets: weighed.map(({ topics: own, language: theirs, readers, bytes }) => ({
        topics: own,
        language: theirs,
        readers,
        bytes,
      })),
      left,
      skipped,
    }
  }

  async #file(): Promise<string | null> {
    const { publication } = await readPublication(this.#root)
    return publication?.subscribers ?? null
  }
}
