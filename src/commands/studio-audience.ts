import type { DateTime } from 'luxon'
import { type FoundSubscriber, findSubscribers, subscriberOf } from '../audience/find-subscribers.ts'
import type { AudienceRow } from '../audience/read-csv.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import { heaviest } from '../delivery/heaviest.ts'
import { topicSets } from '../delivery/topic-sets.ts'
import type { Publication } from '../edition/publication.ts'
import { readPublication } from '../edition/read.ts'
import { languagesOf } from '../preview/state.ts'
import type { ShownMatrix } from '../preview/studio.ts'
import type { PreparedEdition } from '../render/prepare.ts'
import type { Place } from './real-database.ts'

/** How long a subscriber whose copy is looked at is not looked for again, however often the edition is saved. */
const KNOWN_FOR_MILLISECONDS = 5000

/** The audience, for the studio: read as a stream whenever it is asked for, and never held in memory. */
export class StudioAudience {
  readonly #place: Place
  #known: { handle: string; until: number; subscriber: Subscriber | null } | null = null

  constructor(place: Place) {
    this.#place = place
  }

  async find(text: string): Promise<FoundSubscriber[]> {
    const { publication } = await readPublication(this.#place.root)
    return publication === null ? [] : this.#asked(publication, (rows) => findSubscribers(rows, text))
  }

  async subscriber(handle: string): Promise<Subscriber | null> {
    if (this.#known?.handle === handle && performance.now() < this.#known.until) return this.#known.subscriber
    const { publication } = await readPublication(this.#place.root)
    if (publication === null) return null
    const subscriber = await this.#asked(publication, (rows) => subscriberOf(rows, handle))
    this.#known = { handle, until: performance.now() + KNOWN_FOR_MILLISECONDS, subscriber }
    return subscriber
  }

  /** Every set of topics the edition goes out in, heaviest first. */
  async matrix(prepared: PreparedEdition, now: DateTime): Promise<ShownMatrix> {
    const { publication, topics, edition } = prepared
    const [language = publication.language, ...further] = languagesOf(publication)
    const offer = { date: edition.date, topics, languages: [language, ...further] as const }
    const { sets, skipped } = await this.#asked(publication, (rows) => topicSets(rows, offer))
    const { weighed, left } = await heaviest(sets, prepared, now)
    const shown = weighed.map(({ topics: own, language: theirs, readers, bytes }) => ({
      topics: own,
      language: theirs,
      readers,
      bytes,
    }))
    return { sets: shown, left, skipped }
  }

  async #asked<Answer>(
    publication: Publication,
    ask: (rows: AsyncGenerator<AudienceRow>) => Promise<Answer>,
  ): Promise<Answer> {
    // The database is loaded when it is wanted: the first page comes sooner.
    const { openAudience } = await import('./audience.ts')
    const audience = await openAudience(this.#place, publication)
    try {
      return await ask(audience.rows())
    } finally {
      await audience.close()
    }
  }
}
