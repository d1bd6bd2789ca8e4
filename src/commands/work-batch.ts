import { AudienceHome } from '../audience/home.ts'
import type { Secrets } from '../audience/way-out.ts'
import { type Counts, noCounts } from '../delivery/counts.ts'
import type { Run } from '../delivery/deliver.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import type { TakenBatch } from '../delivery/queue.ts'
import { runDeliveries } from '../delivery/run.ts'
import { plannedFrom } from '../delivery/timing.ts'
import type { RunRefused } from '../delivery/transport.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import type { EditionKey } from '../ledger/ledger.ts'
import { type Context, openPublication } from './command.ts'
import { contentHash, messageOf, planOf } from './edition-plan.ts'
import { type ReadyEdition, readyEdition } from './ready-edition.ts'
import type { Session } from './session.ts'

/** What became of a batch. */
export interface BatchResult {
  counts: Counts
  /** Null when nothing of it is left; else why it has to come again. */
  left: string | null
  refused: RunRefused | null
}

export interface Workplace {
  database: OpenDatabase
  publication: string
  secrets: Secrets
  keys: DkimKeys | null
}

/** Editions kept at a time: the newest, and the one before it while its last waves leave. */
const MOST_EDITIONS = 2

/** What a worker makes batches of: the editions of its own copy of the publication. */
export class Workshop {
  readonly #context: Context
  readonly #session: Session
  readonly #place: Workplace
  readonly #editions = new Map<string, Promise<{ ready: ReadyEdition; hash: string }>>()

  constructor(context: Context, session: Session, place: Workplace) {
    // Findings are for whoever writes the edition; a worker's lines are for whoever runs it.
    this.#context = { ...context, json: true }
    this.#session = session
    this.#place = place
  }

  /**
   * Delivers what is due of a batch and still planned: the ledger decides that, whoever took the batch before. Its
   * subscribers are served as the database has them by now. `owner` holds the leases.
   */
  async deliver(
    { edition: date, plannedAt, subscribers }: TakenBatch,
    owner: string,
    connections: number,
  ): Promise<BatchResult> {
    const { ledger, suppressed, clock, nap } = this.#session
    const { database, publication, secrets } = this.#place
    const key: EditionKey = { publication, edition: date }
    const counts = noCounts()
    let deferred = 0
    const run: Run = { refused: null }
    const ready = await this.#edition(date, await ledger.contentHash(key))
    if (ready === null) return { counts, left: 'this copy of the publication has another version of it', refused: null }
    if (ready.heldBack !== null) return { counts, left: ready.heldBack, refused: null }
    const { offer, timing } = planOf(ready, plannedAt === null ? null : plannedFrom(plannedAt))
    const rows = await new AudienceHome(database, publication).rowsOf(subscribers)
    await runDeliveries(
      {
        ledger,
        key,
        owner,
        offer,
        timing,
        audience: () => each(rows),
        // What is due now; the rest of it comes again.
        due: { waitUntil: 0 },
        first: null,
        connections,
        transport: await this.#session.transportFor(date),
        suppressed,
        clock,
        sleep: nap,
        isAborted: () => this.#context.signal.aborted,
        pace: null,
        onRow: () => {},
        prepare: async () => {},
        messageFor: messageOf(ready.variants, secrets),
        onSettled: (_delivery, _outcome, settlement, tried) => {
          if (tried && settlement.state === 'deferred' && settlement.retryAt !== null) deferred += 1
        },
      },
      counts,
      run,
    )
    // What was tried and comes again; what only waits for its instant, or for the end of a hold, is not.
    counts.deferred = deferred
    const ids = subscribers.map((one) => one.id)
    const states = [...(await ledger.states(key, ids)).values()]
    const open = states.filter((one) => one === 'planned' || one === 'leased' || one === 'sending').length
    if (open === 0) return { counts, left: null, refused: run.refused }
    const held = await ledger.isHeld(key)
    return { counts, left: held ? 'the edition is on hold' : `${open} are not settled`, refused: run.refused }
  }

  /** As it was planned; null when this copy of the publication has another version of it. */
  async #edition(date: string, planned: string | null): Promise<ReadyEdition | null> {
    const kept = await this.#editions.get(date)
    if (kept !== undefined && kept.hash === planned) return kept.ready
    const read = this.#read(date)
    this.#editions.delete(date)
    this.#editions.set(date, read)
    const [oldest] = this.#editions.keys()
    if (this.#editions.size > MOST_EDITIONS && oldest !== undefined) this.#editions.delete(oldest)
    // What could not be read is read again for the next batch.
    read.catch(() => this.#editions.delete(date))
    const { ready, hash } = await read
    return hash === planned ? ready : null
  }

  async #read(date: string): Promise<{ ready: ReadyEdition; hash: string }> {
    const { publication } = await openPublication(this.#context)
    const ready = await readyEdition(this.#context, date, publication, this.#place.keys, { live: true, due: {} })
    return { ready, hash: contentHash(ready.prepared.edition) }
  }
}

async function* each<One>(all: readonly One[]): AsyncGenerator<One> {
  yield* all
}
