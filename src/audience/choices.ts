import type { Database, OpenDatabase } from '../ledger/database.ts'
import { GroupCommit } from '../ledger/group-commit.ts'
import { lastAddressHashes } from '../ledger/withdraw.ts'
import type { Deletions } from './deletions.ts'
import { homeTables, listed, listIn, MOST_VALUES, type PreferenceRow } from './home-tables.ts'
import { defaultId, isDefaultId } from './subscriber.ts'

/** What a subscriber may set; null: as the publication, or the file, has it. */
export interface Chosen {
  /** In place of the topics of their row; null leaves those. Empty means all. */
  topics: readonly string[] | null
  excluded: readonly string[]
  timezone: string | null
  /** HH:MM */
  deliverAt: string | null
  language: string | null
  /** YYYY-MM-DD */
  pausedUntil: string | null
}

/** So long the first of a wave waits for the others: a few large commits leave `send` room on the same file. */
const GATHER_MILLISECONDS = 20

/** What subscribers said themselves: that they left, and what they want. Every call may be repeated. */
export class Choices {
  readonly #database: OpenDatabase
  readonly #publication: string
  readonly #deletions: Deletions
  /** One-click requests come in waves: whatever comes while one commit is on its way shares the next. */
  readonly #leaving: GroupCommit<{ id: string; now: number }, undefined>

  constructor(database: OpenDatabase, publication: string, deletions: Deletions) {
    this.#database = database
    this.#publication = publication
    this.#deletions = deletions
    this.#leaving = new GroupCommit((items) => this.#leave(items), GATHER_MILLISECONDS)
  }

  /** Committed when it returns. The first time counts; who was forgotten is not written down again. */
  unsubscribe(id: string, now: number): Promise<void> {
    return this.#leaving.add({ id, now })
  }

  /** Takes an unsubscription back, under whichever id of theirs it stands; whatever else was chosen stays. */
  async resubscribe(id: string, addressHash: string, now: number): Promise<void> {
    await this.#database.transaction(async (db) => {
      await homeTables(db)
        .updateTable('preference')
        .set({ unsubscribed_at: null, updated_at: now })
        .where('publication', '=', this.#publication)
        .where((or) =>
          or.or([or('subscriber_id', 'in', [id, defaultId(addressHash)]), or('address_hash', '=', addressHash)]),
        )
        .where('unsubscribed_at', 'is not', null)
        .execute()
    })
  }

  of(id: string): Promise<PreferenceRow | null> {
    return this.#rowOf(this.#database.db, id)
  }

  /** One topic less. `before`: those they left under another id of theirs. Who was forgotten is not written down again. */
  async leaveTopic(id: string, topic: string, now: number, before: readonly string[] = []): Promise<void> {
    if ((await this.#deletions.among([id])).has(id)) return
    await this.#database.transaction(async (db) => {
      // The row is held from here on, so that of two topics left at once neither is lost.
      await this.#put(db, [id], {}, now)
      const row = await this.#rowOf(db, id)
      const excluded = new Set([...before, ...listIn(row?.excluded_topics ?? ''), topic])
      await this.#put(db, [id], { excluded_topics: listed([...excluded]) }, now)
    })
  }

  async choose(id: string, chosen: Chosen, now: number): Promise<void> {
    await this.#write(
      [id],
      {
        topics: chosen.topics === null ? null : listed(chosen.topics),
        excluded_topics: listed(chosen.excluded),
        timezone: chosen.timezone,
        deliver_at: chosen.deliverAt,
        language: chosen.language,
        paused_until: chosen.pausedUntil,
      },
      now,
    )
  }

  /** Settles when nothing is waiting to be committed any more. */
  idle(): Promise<void> {
    return this.#leaving.idle()
  }

  async #leave(items: readonly { id: string; now: number }[]): Promise<undefined[]> {
    const asked = new Map(items.map((one) => [one.id, one.now]))
    const ids = [...asked.keys()]
    for (let from = 0; from < ids.length; from += MOST_VALUES) {
      const some = ids.slice(from, from + MOST_VALUES)
      // Most repeats need no write, and so no lock.
      const gone = await homeTables(this.#database.db)
        .selectFrom('preference')
        .select('subscriber_id')
        .where('publication', '=', this.#publication)
        .where('subscriber_id', 'in', some)
        .where('unsubscribed_at', 'is not', null)
        .execute()
      const left = new Set([...gone.map((one) => one.subscriber_id), ...(await this.#deletions.among(some))])
      const leaving = some.filter((id) => !left.has(id))
      const [first] = leaving
      const now = first === undefined ? 0 : (asked.get(first) ?? 0)
      if (first !== undefined) await this.#write(leaving, { unsubscribed_at: now }, now)
    }
    return items.map(() => undefined)
  }

  async #rowOf(db: Database, id: string): Promise<PreferenceRow | null> {
    const row = await homeTables(db)
      .selectFrom('preference')
      .selectAll()
      .where('publication', '=', this.#publication)
      .where('subscriber_id', '=', id)
      .executeTakeFirst()
    return row ?? null
  }

  async #write(ids: readonly string[], change: Partial<PreferenceRow>, now: number): Promise<void> {
    await this.#database.transaction((db) => this.#put(db, ids, change, now))
  }

  /** A row is made where there is none; the address of who has an id of the publisher's is noted where it is known. */
  async #put(db: Database, ids: readonly string[], change: Partial<PreferenceRow>, now: number): Promise<void> {
    const publication = this.#publication
    const set = { ...change, updated_at: now }
    const hashes = await lastAddressHashes(
      db,
      publication,
      ids.filter((id) => !isDefaultId(id)),
    )
    const rows = ids.map((id) => ({
      publication,
      subscriber_id: id,
      address_hash: hashes.get(id) ?? null,
      excluded_topics: '',
      ...set,
    }))
    await homeTables(db)
      .insertInto('preference')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['publication', 'subscriber_id']).doUpdateSet(set))
      .execute()
  }
}
