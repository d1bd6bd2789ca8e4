import { createHmac, randomBytes } from 'node:crypto'
import type { OpenDatabase } from '../ledger/database.ts'
import { lastAddressHashes, withdrawEverywhere } from '../ledger/withdraw.ts'
import { type HomeDatabase, homeTables } from './home-tables.ts'
import { addressHash, defaultId, isDefaultId } from './subscriber.ts'

/**
 * People who asked to be forgotten. What stays is a hash of their id, keyed with a random salt that never leaves this
 * database: it recognises a row that comes back, and tells nobody who was there.
 */
export class Deletions {
  readonly #database: OpenDatabase
  readonly #publication: string
  #salt: string | null = null

  constructor(database: OpenDatabase, publication: string) {
    this.#database = database
    this.#publication = publication
  }

  /** Those of the ids that were forgotten. At most 1,000 at a time. */
  async among(ids: readonly string[]): Promise<Set<string>> {
    const db = homeTables(this.#database.db)
    const salt = this.#salt ?? (await saltIn(db, this.#publication))
    this.#salt = salt
    if (salt === null || ids.length === 0) return new Set()
    const hashes = new Map(ids.map((id) => [hashed(salt, id), id]))
    const found = await db
      .selectFrom('deletion')
      .select('salted_hash')
      .where('publication', '=', this.#publication)
      .where('salted_hash', 'in', [...hashes.keys()])
      .execute()
    const forgotten = new Set(found.map((one) => hashes.get(one.salted_hash) ?? ''))
    for (const id of await this.#backAmong([...forgotten])) forgotten.delete(id)
    return forgotten
  }

  /** Those who have asked anew since: what is revoked then is their address's own id, and an id of the publisher's is back with it. */
  async #backAmong(ids: readonly string[]): Promise<string[]> {
    const strange = ids.filter((id) => !isDefaultId(id))
    const hashes = await lastAddressHashes(this.#database.db, this.#publication, strange)
    if (hashes.size === 0) return []
    const own = await homeTables(this.#database.db)
      .selectFrom('subscriber')
      .select('address_hash')
      .where('publication', '=', this.#publication)
      .where('address_hash', 'in', [...hashes.values()])
      .execute()
    const back = new Set(own.map((one) => one.address_hash))
    return strange.filter((id) => back.has(hashes.get(id) ?? ''))
  }

  /**
   * Forgets a subscriber: their row, their choices and their proofs go, copies that have not left are withdrawn. What the
   * ledger holds of editions past (an id, no address) stays until it is purged.
   */
  async forget(id: string, email: string, now: number): Promise<void> {
    const publication = this.#publication
    const hash = addressHash(email)
    await this.#database.transaction(async (database) => {
      const db = homeTables(database)
      await db
        .insertInto('deletion_salt')
        .values({ publication, salt: randomBytes(16).toString('base64url') })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const salt = (await saltIn(db, publication)) ?? ''
      const ids = [...new Set([id, defaultId(hash)])]
      await db
        .insertInto('deletion')
        .values(ids.map((one) => ({ publication, salted_hash: hashed(salt, one), at: now })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await db
        .deleteFrom('preference')
        .where('publication', '=', publication)
        .where((or) => or.or([or('subscriber_id', 'in', ids), or('address_hash', '=', hash)]))
        .execute()
      await db
        .deleteFrom('subscriber')
        .where('publication', '=', publication)
        .where((or) => or.or([or('id', 'in', ids), or('address_hash', '=', hash)]))
        .execute()
      for (const table of ['sign_up', 'consent'] as const)
        await db.deleteFrom(table).where('publication', '=', publication).where('subscriber_id', 'in', ids).execute()
      await withdrawEverywhere(database, publication, hash, 'suppressed', now)
    })
  }

  /** Somebody who was forgotten has asked anew, and confirmed it. */
  async revoke(db: HomeDatabase, id: string): Promise<void> {
    const salt = await saltIn(db, this.#publication)
    if (salt === null) return
    await db
      .deleteFrom('deletion')
      .where('publication', '=', this.#publication)
      .where('salted_hash', '=', hashed(salt, id))
      .execute()
  }
}

const hashed = (salt: string, id: string): string => createHmac('sha256', salt).update(id).digest('base64url')

async function saltIn(db: HomeDatabase, publication: string): Promise<string | null> {
  const row = await db
    .selectFrom('deletion_salt')
    .select('salt')
    .where('publication', '=', publication)
    .executeTakeFirst()
  return row?.salt ?? null
}
