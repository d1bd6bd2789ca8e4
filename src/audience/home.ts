import type { OpenDatabase } from '../ledger/database.ts'
import { Choices } from './choices.ts'
import { Deletions } from './deletions.ts'
import { type HomeDatabase, homeTables, MOST_VALUES, type OwnRow, type PreferenceRow } from './home-tables.ts'
import { type Known, overlay, ownSubscriber } from './overlay.ts'
import type { AudienceRow } from './read-csv.ts'
import { SeenLines } from './seen-lines.ts'
import { SignUps } from './sign-ups.ts'
import { defaultId, type Subscriber } from './subscriber.ts'

/**
 * The audience's home in the database: what subscribers said themselves lies over the rows of the file, and the
 * database's own subscribers come after them (design, section 5). Reading writes nothing.
 */
export class AudienceHome {
  readonly publication: string
  readonly deletions: Deletions
  readonly choices: Choices
  readonly signUps: SignUps
  readonly #db: HomeDatabase

  constructor(database: OpenDatabase, publication: string) {
    this.publication = publication
    this.#db = homeTables(database.db)
    this.deletions = new Deletions(database, publication)
    this.choices = new Choices(database, publication, this.deletions)
    this.signUps = new SignUps(database, publication, this.deletions)
  }

  /** Everybody: the file's rows as the database has them, then who is in the database alone. Memory stays flat. */
  async *audience(file: AsyncIterable<AudienceRow>): AsyncGenerator<AudienceRow> {
    const seen = new SeenLines()
    let chunk: AudienceRow[] = []
    for await (const row of file) {
      chunk.push(row)
      if (chunk.length < MOST_VALUES) continue
      // Not yield*: as in takeUp, each would be taken by a promise of its own.
      for (const one of await this.#overlaid(chunk, seen)) yield one
      chunk = []
    }
    for (const one of await this.#overlaid(chunk, seen)) yield one
    for await (const page of this.#ownPages()) {
      const only = page.filter((own) => seen.lineOf(own.id) === undefined)
      const known = await this.#preferencesOf(only.map((own) => [own.id, own.address_hash]))
      for (const own of only) {
        const preferences = known.get(own.id) ?? []
        yield { subscriber: overlay(ownSubscriber(own), { own, preferences, deleted: false }), findings: [] }
      }
    }
  }

  /** Those of the addresses that belong to people who asked to be forgotten, as suppressions are asked for. */
  async forgotten(hashes: readonly string[]): Promise<Map<string, string>> {
    const ids = new Map(hashes.map((hash) => [defaultId(hash), hash]))
    const found = await this.deletions.among([...ids.keys()])
    return new Map([...found].map((id) => [ids.get(id) ?? '', 'deleted']))
  }

  /** What the database knows of one id; `own` null for who stands in the file alone. */
  async known(id: string): Promise<{ own: OwnRow | null; preference: PreferenceRow | null; deleted: boolean }> {
    const own = await this.#db
      .selectFrom('subscriber')
      .selectAll()
      .where('publication', '=', this.publication)
      .where('id', '=', id)
      .executeTakeFirst()
    const preference = await this.choices.of(id)
    return { own: own ?? null, preference, deleted: (await this.deletions.among([id])).has(id) }
  }

  /** A subscriber of the file as the database has them. */
  async overlaid(subscriber: Subscriber): Promise<Subscriber> {
    const [row] = await this.#overlaid([{ subscriber, findings: [] }], new SeenLines())
    return row !== undefined && 'subscriber' in row ? row.subscriber : subscriber
  }

  /** Some subscribers, at most 1,000, as the database has them by now. */
  async rowsOf(subscribers: readonly Subscriber[]): Promise<AudienceRow[]> {
    return this.#overlaid(
      subscribers.map((subscriber) => ({ subscriber, findings: [] })),
      new SeenLines(),
    )
  }

  async hasOwn(): Promise<boolean> {
    const rows = this.#db.selectFrom('subscriber').select('id').where('publication', '=', this.publication)
    return (await rows.limit(1).execute()).length > 0
  }

  /** Asking whether there is anything to look for takes a hundredth of looking for a thousand. */
  async #hasPreferences(addressed: boolean): Promise<boolean> {
    const rows = this.#db.selectFrom('preference').select('subscriber_id').where('publication', '=', this.publication)
    return (await (addressed ? rows.where('address_hash', 'is not', null) : rows).limit(1).execute()).length > 0
  }

  /** At most 1,000 rows; whoever has a row of their own in the database is noted in `seen`. */
  async #overlaid(rows: readonly AudienceRow[], seen: SeenLines): Promise<AudienceRow[]> {
    const keys = rows.flatMap((row) =>
      'subscriber' in row ? [[row.subscriber.id, row.subscriber.addressHash] as const] : [],
    )
    if (keys.length === 0) return [...rows]
    const owns = await this.#ownOf(keys.map(([, hash]) => hash))
    const preferences = await this.#preferencesOf(keys)
    const deleted = await this.#deletedOf(keys)
    const hashes = new Map(keys)
    return rows.map((row) => {
      if (!('subscriber' in row)) return row
      const { id } = row.subscriber
      const own = owns.get(hashes.get(id) ?? '')
      if (own !== undefined) seen.note(own.id, 1)
      const known: Known = {
        own,
        preferences: preferences.get(id) ?? [],
        // Who was forgotten and has a row again has asked anew.
        deleted: own === undefined && deleted.has(id),
      }
      return { ...row, subscriber: overlay(row.subscriber, known) }
    })
  }

  async #ownOf(hashes: readonly string[]): Promise<Map<string, OwnRow>> {
    if (!(await this.hasOwn())) return new Map()
    const rows = await this.#db
      .selectFrom('subscriber')
      .selectAll()
      .where('publication', '=', this.publication)
      .where('address_hash', 'in', hashes)
      .execute()
    return new Map(rows.map((one) => [one.address_hash, one]))
  }

  /** By the id in the file: what was said under that id, under the address's default one, and for the address. */
  async #preferencesOf(keys: readonly (readonly [id: string, hash: string])[]): Promise<Map<string, PreferenceRow[]>> {
    if (keys.length === 0 || !(await this.#hasPreferences(false))) return new Map()
    const holders = new Map<string, string>()
    for (const [id, hash] of keys) holders.set(defaultId(hash), id).set(hash, id)
    for (const [id] of keys) holders.set(id, id)
    const found = new Map<string, PreferenceRow[]>()
    const take = (rows: readonly PreferenceRow[]): void => {
      for (const row of rows) {
        const id = holders.get(row.subscriber_id) ?? holders.get(row.address_hash ?? '')
        const theirs = found.get(id ?? '') ?? []
        if (id !== undefined && !theirs.includes(row)) found.set(id, [...theirs, row])
      }
    }
    const all = this.#db.selectFrom('preference').selectAll().where('publication', '=', this.publication)
    const under = (ids: readonly string[]) => all.where('subscriber_id', 'in', ids).execute()
    const strange = keys.filter(([id, hash]) => defaultId(hash) !== id)
    take(await under(keys.map(([id]) => id)))
    if (strange.length > 0) take(await under(strange.map(([, hash]) => defaultId(hash))))
    if (await this.#hasPreferences(true)) {
      const hashes = keys.map(([, hash]) => hash)
      const ids = new Set([...holders.keys()])
      const rows = await all.where('address_hash', 'in', hashes).execute()
      take(rows.filter((row) => !ids.has(row.subscriber_id)))
    }
    return found
  }

  async #deletedOf(keys: readonly (readonly [id: string, hash: string])[]): Promise<Set<string>> {
    const strange = keys.filter(([id, hash]) => defaultId(hash) !== id)
    const deleted = await this.deletions.among(keys.map(([, hash]) => defaultId(hash)))
    const byId = await this.deletions.among(strange.map(([id]) => id))
    return new Set(keys.filter(([id, hash]) => byId.has(id) || deleted.has(defaultId(hash))).map(([id]) => id))
  }

  async *#ownPages(): AsyncGenerator<OwnRow[]> {
    for (let after = ''; ; ) {
      const page = await this.#db
        .selectFrom('subscriber')
        .selectAll()
        .where('publication', '=', this.publication)
        .where('id', '>', after)
        .orderBy('id')
        .limit(MOST_VALUES)
        .execute()
      yield page
      const last = page.at(-1)
      if (last === undefined || page.length < MOST_VALUES) return
      after = last.id
    }
  }
}
