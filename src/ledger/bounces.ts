import type { Kysely } from 'kysely'
import type { Database, OpenDatabase } from './database.ts'

/** What is to be noted of one returned mail, and done because of it, all in one transaction. */
export interface Bounce {
  /** Of the mail; one that is known already is left alone. */
  fingerprint: string
  verdict: string
  /** Without addresses. */
  reason: string
  subscriberId: string | null
  /** The delivery it is about, if it is known which. */
  edition: string | null
  /** What an accepted delivery becomes; its reason is kept in either case. Null leaves it alone. */
  delivery: 'bounced' | 'accepted' | null
  suppress: { addressHash: string; reason: string } | null
}

export interface BounceTaken {
  fingerprint: string
  /** False for a mail that was dealt with before. */
  isNew: boolean
  /** The delivery was accepted, and is not any more. */
  bounced: boolean
  /** The address was not suppressed before. */
  suppressed: boolean
}

/** A copy that was sent to somebody lately. */
export interface PastDeliveryRow {
  subscriberId: string
  addressHash: string
  edition: string
  state: string
  datedAt: number
  /** A soft bounce of it was taken. */
  isSoft: boolean
}

type Tables = {
  bounce: {
    publication: string
    fingerprint: string
    edition: string | null
    subscriber_id: string | null
    verdict: string
    reason: string
    suppressed: string | null
    at: number
  }
  edition: { publication: string; edition: string; planned_at: number }
  delivery: {
    publication: string
    edition: string
    subscriber_id: string
    address_hash: string
    state: string
    reason: string | null
    planned_at: number
    updated_at: number
  }
  suppression: { publication: string; address_hash: string; reason: string; at: number }
}

const tables = (db: Database): Kysely<Tables> => db.withTables<Tables>()

/** Most values in one list of a statement; SQLite and PostgreSQL take several times as many. */
const MOST_VALUES = 500

/** What came back, beside the deliveries in the ledger's database. Written with the query builder: both engines run it. */
export class BounceBook {
  readonly #database: OpenDatabase
  readonly #db: Kysely<Tables>

  constructor(database: OpenDatabase) {
    this.#database = database
    this.#db = tables(database.db)
  }

  /** Those of the fingerprints that were dealt with before. */
  async known(publication: string, fingerprints: readonly string[]): Promise<Set<string>> {
    const known = new Set<string>()
    for (const some of inPortions(fingerprints)) {
      const rows = await this.#db
        .selectFrom('bounce')
        .select('fingerprint')
        .where('publication', '=', publication)
        .where('fingerprint', 'in', some)
        .execute()
      for (const { fingerprint } of rows) known.add(fingerprint)
    }
    return known
  }

  /** The copies of editions planned since an instant that left for some ids, or for some addresses. */
  async past(
    publication: string,
    who: { ids: readonly string[] } | { addressHashes: readonly string[] },
    since: number,
  ): Promise<PastDeliveryRow[]> {
    const [column, values] =
      'ids' in who ? (['subscriber_id', who.ids] as const) : (['address_hash', who.addressHashes] as const)
    const editions = await this.#db
      .selectFrom('edition')
      .select('edition')
      .where('publication', '=', publication)
      .where('planned_at', '>=', since)
      .execute()
    const past: PastDeliveryRow[] = []
    // By edition, so that each look-up finds its rows by their key.
    for (const { edition } of editions)
      for (const some of inPortions(values)) {
        const rows = await this.#db
          .selectFrom('delivery')
          .select(['subscriber_id', 'address_hash', 'state', 'planned_at'])
          .where('publication', '=', publication)
          .where('edition', '=', edition)
          .where(column, 'in', some)
          .where('state', 'in', ['sending', 'accepted', 'unknown', 'bounced'])
          .execute()
        const soft = await this.#softOf(
          publication,
          edition,
          rows.map((one) => one.subscriber_id),
        )
        for (const one of rows)
          past.push({
            subscriberId: one.subscriber_id,
            addressHash: one.address_hash,
            edition,
            state: one.state,
            datedAt: Number(one.planned_at),
            isSoft: soft.has(one.subscriber_id),
          })
      }
    return past
  }

  /** In one transaction, in the order given. */
  take(publication: string, bounces: readonly Bounce[], now: number): Promise<BounceTaken[]> {
    return this.#database.transaction(async (db) => {
      const taken: BounceTaken[] = []
      for (const bounce of bounces) taken.push(await takeOne(tables(db), publication, bounce, now))
      return taken
    })
  }

  /** Why subscribers were suppressed because of a mail, by their ids, in the words of `status`. */
  async suppressions(publication: string): Promise<Map<string, string>> {
    const rows = await this.#db
      .selectFrom('bounce')
      .select(['subscriber_id', 'verdict', 'reason'])
      .where('publication', '=', publication)
      .where('suppressed', 'is not', null)
      .where('subscriber_id', 'is not', null)
      .orderBy('at')
      .execute()
    return new Map(rows.map((one) => [one.subscriber_id ?? '', `${one.verdict}, ${one.reason}`]))
  }

  async #softOf(publication: string, edition: string, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set()
    const rows = await this.#db
      .selectFrom('bounce')
      .select('subscriber_id')
      .where('publication', '=', publication)
      .where('subscriber_id', 'in', ids)
      .where('edition', '=', edition)
      .where('verdict', '=', 'soft')
      .execute()
    return new Set(rows.map((one) => one.subscriber_id ?? ''))
  }
}

async function takeOne(db: Kysely<Tables>, publication: string, bounce: Bounce, now: number): Promise<BounceTaken> {
  const { fingerprint, verdict, reason, subscriberId, edition, suppress } = bounce
  const noted = await db
    .insertInto('bounce')
    .values({
      publication,
      fingerprint,
      edition,
      subscriber_id: subscriberId,
      verdict,
      reason,
      suppressed: suppress?.reason ?? null,
      at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (Number(noted.numInsertedOrUpdatedRows ?? 0) === 0)
    return { fingerprint, isNew: false, bounced: false, suppressed: false }
  return {
    fingerprint,
    isNew: true,
    bounced: (await moveDelivery(db, publication, bounce, now)) && bounce.delivery === 'bounced',
    suppressed: await suppressAddress(db, publication, bounce, now),
  }
}

async function moveDelivery(
  db: Kysely<Tables>,
  publication: string,
  { subscriberId, edition, delivery, verdict, reason }: Bounce,
  now: number,
): Promise<boolean> {
  if (subscriberId === null || edition === null || delivery === null) return false
  const moved = await db
    .updateTable('delivery')
    .set({ state: delivery, reason: `${verdict}, ${reason}`, updated_at: now })
    .where('publication', '=', publication)
    .where('edition', '=', edition)
    .where('subscriber_id', '=', subscriberId)
    // A server that returns a copy had taken it: that settles what was unknown.
    .where('state', 'in', delivery === 'bounced' ? ['accepted', 'unknown'] : ['accepted'])
    .executeTakeFirst()
  return Number(moved.numUpdatedRows) > 0
}

async function suppressAddress(
  db: Kysely<Tables>,
  publication: string,
  { suppress }: Bounce,
  now: number,
): Promise<boolean> {
  if (suppress === null) return false
  const inserted = await db
    .insertInto('suppression')
    .values({ publication, address_hash: suppress.addressHash, reason: suppress.reason, at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return Number(inserted.numInsertedOrUpdatedRows ?? 0) > 0
}

function* inPortions(values: readonly string[]): Generator<string[]> {
  for (let from = 0; from < values.length; from += MOST_VALUES) yield values.slice(from, from + MOST_VALUES)
}
