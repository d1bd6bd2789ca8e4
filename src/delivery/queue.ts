import { createHash } from 'node:crypto'
import { fromKysely, type JobInsert, PgBoss } from 'pg-boss'
import type { Subscriber } from '../audience/subscriber.ts'
import type { Database } from '../ledger/database.ts'
import type { PostgresDatabase } from '../ledger/postgres-database.ts'

/** Some subscribers of one edition whose copies are due at one instant. */
export interface Batch {
  /** YYYY-MM-DD */
  edition: string
  /** When a plain `send` planned it, in milliseconds since 1970; null for copies that are due at each reader's own time. */
  plannedAt: number | null
  subscribers: Subscriber[]
}

/** A batch that is this worker's until it says otherwise, or is not heard of for ten seconds. */
export interface TakenBatch extends Batch {
  job: { id: string; retryCount: number }
}

export interface QueueCounts {
  /** That a worker could take now. */
  ready: number
  /** Whose instant has not come, or that are tried again later. */
  later: number
  active: number
}

/** In the publication's database, beside the ledger's own tables. */
const SCHEMA = 'broadsheet_queue'
const HEARD_WITHIN_SECONDS = 10

/**
 * Batches on their way to workers (pg-boss). They only wake somebody: what a batch's copies are allowed is the ledger's
 * word, so that a batch that is taken twice, or enqueued twice, does no harm.
 */
export class Queue {
  readonly #boss: PgBoss
  readonly #name: string

  private constructor(boss: PgBoss, name: string) {
    this.#boss = boss
    this.#name = name
  }

  /**
   * Its tables are made when they are not there. With `supervise` this process also finds the batches of workers that
   * were killed; some worker must. `onError` is told of trouble between calls.
   */
  static async open(
    database: PostgresDatabase,
    publication: string,
    { supervise, onError }: { supervise: boolean; onError(error: Error): void },
  ): Promise<Queue> {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => database.pool.query(text, values as unknown[]) },
      schema: SCHEMA,
      schedule: false,
      supervise,
      superviseIntervalSeconds: 2,
      monitorIntervalSeconds: 2,
      registerInstance: false,
      monitorVacuum: false,
      openTelemetry: { enabled: false },
    })
    boss.on('error', onError)
    await boss.start()
    const name = `batches-${publication}`
    await boss.createQueue(name, {
      // One live job for a key: a second `send` enqueues nothing that is waiting already.
      policy: 'exclusive',
      heartbeatSeconds: HEARD_WITHIN_SECONDS,
      // A slow mail server may take hours; the heartbeat says whether somebody is at it.
      expireInSeconds: 12 * 3600,
      retryLimit: 1_000_000,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 30,
      // Batches hold addresses: they go soon after they are done.
      deleteAfterSeconds: 600,
      retentionSeconds: 7 * 24 * 3600,
    })
    return new Queue(boss, name)
  }

  /**
   * In the transaction that plans their rows. `dueAt` is when workers may begin with it, milliseconds since 1970; it is kept
   * for a week from then.
   */
  async enqueue(db: Database, batch: Batch, dueAt: number): Promise<void> {
    const ids = batch.subscribers.map((one) => one.id)
    const job: JobInsert = {
      data: batch,
      startAfter: new Date(dueAt),
      singletonKey: createHash('sha256')
        .update(JSON.stringify([batch.edition, ids]))
        .digest('hex'),
    }
    await this.#boss.insert(this.#name, [job], { db: fromKysely(db as never) })
  }

  /** The next batch whose instant has come; null when there is none. */
  async take(): Promise<TakenBatch | null> {
    const [job] = await this.#boss.fetch<Batch>(this.#name)
    return job === undefined ? null : { ...job.data, job: { id: job.id, retryCount: job.retryCount } }
  }

  /** Says that somebody is still at it; to be said every few seconds. */
  async keep({ job }: TakenBatch): Promise<void> {
    await this.#boss.touch(this.#name, job)
  }

  /** Nothing of it is left to do. */
  async done({ job }: TakenBatch): Promise<void> {
    await this.#boss.complete(this.#name, job)
  }

  /** Something is left: it comes again in some seconds, later each time, half a minute at most. */
  async again({ job }: TakenBatch, why: string): Promise<void> {
    await this.#boss.fail(this.#name, job, { why })
  }

  /** As of the last look of a worker, two seconds ago at most while one runs. */
  async counts(): Promise<QueueCounts> {
    const queue = await this.#boss.getQueue(this.#name)
    return { ready: queue?.readyCount ?? 0, later: queue?.deferredCount ?? 0, active: queue?.activeCount ?? 0 }
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 5000, close: false })
  }
}
