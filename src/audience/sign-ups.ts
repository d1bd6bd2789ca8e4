import { createHash } from 'node:crypto'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Deletions } from './deletions.ts'
import { type ConsentRow, type HomeDatabase, homeTables, listed, type SignUpRow } from './home-tables.ts'
import { addressHash, defaultId } from './subscriber.ts'

/** Somebody who filled in the form. */
export interface Asked {
  email: string
  name: string
  /** Empty means all. */
  topics: readonly string[]
  timezone: string | null
  language: string | null
  /** The words they agreed to. */
  wording: string
}

/** A link in a mail that asks for confirmation is good for so long. */
export const CONFIRM_MILLISECONDS = 7 * 86_400_000

/** Sign-up with double opt-in: asked for, then confirmed from the mailbox itself. */
export class SignUps {
  readonly #database: OpenDatabase
  readonly #publication: string
  readonly #deletions: Deletions

  constructor(database: OpenDatabase, publication: string, deletions: Deletions) {
    this.#database = database
    this.#publication = publication
    this.#deletions = deletions
  }

  /** Notes what was asked for; what nobody confirmed in time goes. Returns the id it is noted under. */
  async ask(asked: Asked, now: number): Promise<string> {
    const id = defaultId(addressHash(asked.email))
    await this.#database.transaction(async (database) => {
      const db = homeTables(database)
      await forgetOld(db, now)
      const row = {
        publication: this.#publication,
        subscriber_id: id,
        asked_at: now,
        email: asked.email,
        name: asked.name,
        topics: listed(asked.topics),
        timezone: asked.timezone,
        language: asked.language,
        wording: asked.wording,
      }
      await db
        .insertInto('sign_up')
        .values(row)
        .onConflict((conflict) => conflict.columns(['publication', 'subscriber_id', 'asked_at']).doUpdateSet(row))
        .execute()
    })
    return id
  }

  /** What nobody confirmed in time goes. */
  async forgetOld(now: number): Promise<void> {
    await this.#database.transaction((db) => forgetOld(homeTables(db), now))
  }

  /** What waits for confirmation, or null when it was confirmed, or is too old. */
  async waiting(id: string, askedAt: number, now: number): Promise<SignUpRow | null> {
    if (askedAt < now - CONFIRM_MILLISECONDS) return null
    const row = await homeTables(this.#database.db)
      .selectFrom('sign_up')
      .selectAll()
      .where('publication', '=', this.#publication)
      .where('subscriber_id', '=', id)
      .where('asked_at', '=', askedAt)
      .executeTakeFirst()
    return row ?? null
  }

  /** Of an address, by its own id: the one a sign-up is noted under, whatever id its row has. */
  async consents(id: string): Promise<ConsentRow[]> {
    return homeTables(this.#database.db)
      .selectFrom('consent')
      .selectAll()
      .where('publication', '=', this.#publication)
      .where('subscriber_id', '=', id)
      .orderBy('confirmed_at')
      .execute()
  }

  /**
   * The subscription begins, anew for who had left or was forgotten, and the proof is kept. False when there is nothing
   * to confirm, and it was not confirmed before either.
   */
  async confirm(id: string, askedAt: number, now: number): Promise<boolean> {
    const waiting = await this.waiting(id, askedAt, now)
    if (waiting === null) return (await this.consents(id)).some((one) => one.asked_at === askedAt)
    const publication = this.#publication
    const hash = addressHash(waiting.email)
    await this.#database.transaction(async (database) => {
      const db = homeTables(database)
      const chosen = {
        topics: waiting.topics,
        language: waiting.language,
        timezone: waiting.timezone,
        status: 'active',
        ...(waiting.name === '' ? {} : { name: waiting.name }),
      }
      await db
        .insertInto('subscriber')
        .values({
          publication,
          id,
          email: waiting.email,
          address_hash: hash,
          origin: 'sign-up',
          created_at: now,
          extra: '{}',
          name: '',
          ...chosen,
        })
        .onConflict((conflict) => conflict.columns(['publication', 'address_hash']).doUpdateSet(chosen))
        .execute()
      await db
        .deleteFrom('preference')
        .where('publication', '=', publication)
        .where((or) => or.or([or('subscriber_id', '=', id), or('address_hash', '=', hash)]))
        .execute()
      await db.deleteFrom('sign_up').where('publication', '=', publication).where('subscriber_id', '=', id).execute()
      await db
        .insertInto('consent')
        .values({
          publication,
          subscriber_id: id,
          confirmed_at: now,
          asked_at: askedAt,
          language: waiting.language,
          wording: waiting.wording,
          wording_version: wordingVersion(waiting.wording),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await this.#deletions.revoke(db, id)
    })
    return true
  }
}

async function forgetOld(db: HomeDatabase, now: number): Promise<void> {
  await db
    .deleteFrom('sign_up')
    .where('asked_at', '<', now - CONFIRM_MILLISECONDS)
    .execute()
}

/** The first 12 hexadecimal digits of SHA-256 over the words themselves. */
export const wordingVersion = (wording: string): string =>
  createHash('sha256').update(wording).digest('hex').slice(0, 12)
