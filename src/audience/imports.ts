import type { OpenDatabase } from '../ledger/database.ts'
import type { Deletions } from './deletions.ts'
import { homeTables, listed, type OwnRow, type PreferenceRow } from './home-tables.ts'
import { defaultId, type Subscriber } from './subscriber.ts'

/** What became of rows that were taken in. */
export interface Imported {
  added: number
  /** Had a row here and have a newer one now. */
  changed: number
  /** Of both, who is known to have left: here before, or by the file. */
  unsubscribed: number
  /** Who asked to be forgotten is not taken in again. */
  forgotten: number
  /** The id is another subscriber's. */
  idTaken: number
}

export const nothingImported = (): Imported => ({ added: 0, changed: 0, unsubscribed: 0, forgotten: 0, idTaken: 0 })

/** Columns of an export that say what a subscriber chose; no slots of a copy. */
export const EXCLUDED = 'excludedtopics'
export const PAUSED = 'pauseduntil'

/** So many rows a statement may hold: a row has 13 values, and a statement 32,766 (SQLite). */
export const MOST_ROWS = 500

/**
 * Takes subscribers in as the database's own, at most 500 at a time. An import never revives anybody: who unsubscribed
 * or asked to be forgotten stays away, and what was chosen here stays chosen.
 */
export async function importSubscribers(
  database: OpenDatabase,
  publication: string,
  deletions: Deletions,
  subscribers: readonly Subscriber[],
  now: number,
): Promise<Imported> {
  const imported = nothingImported()
  if (subscribers.length === 0) return imported
  const gone = new Set([
    ...(await deletions.among(subscribers.map((one) => one.id))),
    ...(await deletions.among(subscribers.map((one) => defaultId(one.addressHash)))),
  ])
  const welcome = subscribers.filter((one) => !gone.has(one.id) && !gone.has(defaultId(one.addressHash)))
  imported.forgotten = subscribers.length - welcome.length
  if (welcome.length === 0) return imported
  await database.transaction(async (open) => {
    const db = homeTables(open)
    const known = db.selectFrom('subscriber').select(['id', 'address_hash']).where('publication', '=', publication)
    const hashes = welcome.map((one) => one.addressHash)
    const byHash = new Map(
      (await known.where('address_hash', 'in', hashes).execute()).map((one) => [one.address_hash, one.id]),
    )
    const ids = welcome.map((one) => one.id)
    const byId = new Map((await known.where('id', 'in', ids).execute()).map((one) => [one.id, one.address_hash]))
    // Who has a row keeps its id: links in copies that have left carry it.
    const taken = welcome.filter(
      (one) => byHash.has(one.addressHash) || (byId.get(one.id) ?? one.addressHash) === one.addressHash,
    )
    imported.idTaken = welcome.length - taken.length
    imported.changed = taken.filter((one) => byHash.has(one.addressHash)).length
    imported.added = taken.length - imported.changed
    if (taken.length === 0) return
    await db
      .insertInto('subscriber')
      .values(taken.map((one) => rowOf(publication, one, now)))
      .onConflict((conflict) =>
        conflict.columns(['publication', 'address_hash']).doUpdateSet((row) => ({
          email: row.ref('excluded.email'),
          name: row.ref('excluded.name'),
          topics: row.ref('excluded.topics'),
          timezone: row.ref('excluded.timezone'),
          deliver_at: row.ref('excluded.deliver_at'),
          language: row.ref('excluded.language'),
          status: row.ref('excluded.status'),
          extra: row.ref('excluded.extra'),
        })),
      )
      .execute()
    const chosen = taken.flatMap((one) => choiceOf(publication, byHash.get(one.addressHash) ?? one.id, one, now))
    if (chosen.length > 0)
      await db
        .insertInto('preference')
        .values(chosen)
        // What was chosen here stays chosen, but whoever left elsewhere has left.
        .onConflict((conflict) =>
          conflict.columns(['publication', 'subscriber_id']).doUpdateSet((row) => ({
            unsubscribed_at: row.fn.coalesce('preference.unsubscribed_at', 'excluded.unsubscribed_at'),
          })),
        )
        .execute()
    const left = await db
      .selectFrom('preference')
      .select((row) => row.fn.countAll<number>().as('count'))
      .where('publication', '=', publication)
      .where('unsubscribed_at', 'is not', null)
      .where(
        'subscriber_id',
        'in',
        taken.map((one) => byHash.get(one.addressHash) ?? one.id),
      )
      .executeTakeFirst()
    imported.unsubscribed = Number(left?.count ?? 0)
  })
  return imported
}

function rowOf(publication: string, subscriber: Subscriber, now: number): OwnRow {
  const { [EXCLUDED]: _excluded, [PAUSED]: _paused, ...extra } = subscriber.extra
  return {
    publication,
    id: subscriber.id,
    email: subscriber.email,
    address_hash: subscriber.addressHash,
    name: subscriber.name,
    topics: listed(subscriber.topics),
    timezone: subscriber.timezone ?? null,
    deliver_at: subscriber.deliverAt ?? null,
    language: subscriber.language ?? null,
    // That somebody left is their choice, which a sign-up takes back.
    status: subscriber.status === 'unsubscribed' ? 'active' : subscriber.status,
    extra: JSON.stringify(extra),
    origin: 'import',
    created_at: now,
  }
}

/** What the row says its subscriber chose, if anything. */
function choiceOf(publication: string, id: string, subscriber: Subscriber, now: number): PreferenceRow[] {
  const excluded = (subscriber.extra[EXCLUDED] ?? '').split(/[\s,;]+/).filter((topic) => topic !== '')
  const paused = /^\d{4}-\d{2}-\d{2}$/.exec(subscriber.extra[PAUSED] ?? '')?.[0] ?? null
  const left = subscriber.status === 'unsubscribed'
  if (excluded.length === 0 && paused === null && !left) return []
  return [
    {
      publication,
      subscriber_id: id,
      address_hash: subscriber.addressHash,
      unsubscribed_at: left ? now : null,
      topics: null,
      excluded_topics: listed(excluded),
      timezone: null,
      deliver_at: null,
      language: null,
      paused_until: paused,
      updated_at: now,
    },
  ]
}
