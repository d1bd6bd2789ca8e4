import { sql } from 'kysely'
import type { OpenDatabase } from './database.ts'

export interface WorkerRow {
  /** Host, process, its start, and a word of chance, as it names its leases. */
  owner: string
  state: 'working' | 'waiting' | 'draining'
  startedAt: number
  seenAt: number
  /** Since it started. */
  accepted: number
  failed: number
}

/** So long after it was last seen a worker has ended. */
const SEEN_WITHIN = 15_000
const FORGOTTEN_AFTER = 3_600_000

/** The workers of a publication, as they tell of themselves every few seconds. */
export class WorkerRows {
  readonly #database: OpenDatabase
  readonly #publication: string

  constructor(database: OpenDatabase, publication: string) {
    this.#database = database
    this.#publication = publication
  }

  async tell({ owner, state, startedAt, accepted, failed }: Omit<WorkerRow, 'seenAt'>): Promise<void> {
    const now = this.#database.words.clock
    await this.#database.all(
      sql`insert into worker (owner, publication, state, started_at, seen_at, accepted, failed)
        values (${owner}, ${this.#publication}, ${state}, ${startedAt}, ${now}, ${accepted}, ${failed})
        on conflict (owner) do update set state = excluded.state, seen_at = excluded.seen_at, accepted = excluded.accepted, failed = excluded.failed`,
    )
  }

  /** One that ends as it should leaves nothing; those that were killed are forgotten by whoever comes later. */
  async leave(owner: string): Promise<void> {
    await this.#database.all(
      sql`delete from worker where owner = ${owner} or seen_at < ${this.#database.words.clock} - ${FORGOTTEN_AFTER}`,
    )
  }

  /** Those at work now. */
  all(): Promise<WorkerRow[]> {
    return this.#database.all<WorkerRow>(
      sql`select owner, state, started_at as "startedAt", seen_at as "seenAt", accepted, failed from worker
        where publication = ${this.#publication} and seen_at >= ${this.#database.words.clock} - ${SEEN_WITHIN} order by started_at, owner`,
    )
  }
}
