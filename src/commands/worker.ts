import type { Queue, TakenBatch } from '../delivery/queue.ts'
import { LEASE_MILLISECONDS } from '../delivery/take-up.ts'
import type { WorkerRows } from '../ledger/worker-rows.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'
import { logLine } from './log-line.ts'
import { isDeadOwner } from './owner.ts'
import type { Session } from './session.ts'
import type { Workshop } from './work-batch.ts'
import type { WorkerState } from './worker-state.ts'

export interface WorkerParts {
  context: Context
  session: Session
  queue: Queue
  workshop: Workshop
  workers: WorkerRows
  state: WorkerState
}

const LOOKED_EVERY = 500
/** How often a worker says that it is there and that its batches are its own, and looks for what dead ones left. */
const HEARD_EVERY = 3000
const AFTER_TROUBLE = 2000
const LONGEST_PAUSE = 60_000
/** The counts of the queue are some seconds old: it is empty when they have said so for longer. */
const EMPTY_LOOKS = 8

/** Takes batches and delivers them until the context's signal. */
export class Worker {
  readonly #parts: WorkerParts
  #refusals = 0

  constructor(parts: WorkerParts) {
    this.#parts = parts
  }

  /** Two batches at a time: while the last copies of one are waited for, the connections work on the other. */
  async run({ connections, untilEmpty }: { connections: number; untilEmpty: boolean }): Promise<void> {
    const lanes = Math.min(2, connections)
    const hearing = setInterval(() => void this.#tell(), HEARD_EVERY)
    await this.#tell()
    const shares = Array.from({ length: lanes }, (_, lane) => Math.floor((connections + lane) / lanes))
    try {
      await Promise.all(shares.map((share, lane) => this.#lane(lane, share, untilEmpty)))
    } finally {
      clearInterval(hearing)
    }
  }

  /** A lane has leases of its own, so that it can let go of them while the other works on. */
  async #lane(lane: number, connections: number, untilEmpty: boolean): Promise<void> {
    const { context, session, queue, state } = this.#parts
    const owner = `${session.owner}-${lane}`
    for (let empty = 0; !context.signal.aborted && empty < EMPTY_LOOKS; ) {
      try {
        const batch = await queue.take()
        state.reached = session.clock()
        if (batch !== null) {
          empty = 0
          await this.#deliver(batch, owner, connections)
          continue
        }
        empty = untilEmpty && (await this.#isEmpty()) ? empty + 1 : 0
        await session.nap(LOOKED_EVERY)
      } catch (caught) {
        // A batch of which nothing is heard comes to another worker, or to this one again.
        this.#tellTrouble(caught)
        await session.nap(AFTER_TROUBLE)
        await this.#letGo(owner)
      }
    }
  }

  async #isEmpty(): Promise<boolean> {
    const { ready, later, active } = await this.#parts.queue.counts()
    return ready + later + active === 0
  }

  /** After a batch that broke off nothing of it is under way: what was leased is planned again, what had begun is unknown. */
  async #letGo(owner: string): Promise<void> {
    const { session, context } = this.#parts
    const { ledger, clock, nap } = session
    for (;;) {
      try {
        await ledger.reap((one) => one === owner, clock())
        return
      } catch (caught) {
        // Whoever stops now leaves it to the others, who see that this process has ended.
        if (context.signal.aborted) return
        this.#tellTrouble(caught)
        await nap(AFTER_TROUBLE)
      }
    }
  }

  async #deliver(batch: TakenBatch, owner: string, connections: number): Promise<void> {
    const { context, session, queue, workshop, state } = this.#parts
    const keeping = setInterval(() => {
      void queue.keep(batch).catch(() => {})
      void session.ledger.renew(owner, session.clock() + LEASE_MILLISECONDS).catch(() => {})
    }, HEARD_EVERY)
    const began = session.clock()
    state.underWay += 1
    try {
      const { counts, left, refused } = await workshop.deliver(batch, owner, connections)
      state.add(counts)
      if (left === null) await queue.done(batch)
      else await queue.again(batch, left)
      const { accepted, deferred, rejected, unknown } = counts
      const milliseconds = session.clock() - began
      const told = { edition: batch.edition, copies: batch.subscribers.length, accepted, deferred, rejected, unknown }
      logLine(context, session.clock(), 'batch', { ...told, left, milliseconds })
      state.refused = refused?.message ?? null
      this.#refusals = refused === null ? 0 : this.#refusals + 1
      if (refused === null) return
      const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#refusals)
      logLine(context, session.clock(), 'refused', { why: refused.message, hint: refused.hint, pause })
      await session.nap(pause)
    } catch (caught) {
      await queue.again(batch, (caught as Error).message).catch(() => {})
      throw caught
    } finally {
      state.underWay -= 1
      clearInterval(keeping)
    }
  }

  async #tell(): Promise<void> {
    const { context, session, workers, state } = this.#parts
    const { owner, ledger, clock } = session
    try {
      const doing = context.signal.aborted ? 'draining' : state.underWay > 0 ? 'working' : 'waiting'
      const { startedAt, accepted, failed } = state
      await workers.tell({ owner, state: doing, startedAt, accepted, failed })
      const { planned, unknown } = await ledger.reap((one, until) => isDeadOwner(one, until, clock()), clock())
      if (planned + unknown > 0) logLine(context, clock(), 'took-over', { planned, unknown })
      state.reached = clock()
    } catch (caught) {
      this.#tellTrouble(caught)
    }
  }

  /** What keeps a batch from being made ends nothing; a bug is one all the same, with its stack. */
  #tellTrouble(caught: unknown): void {
    const { context, session, state } = this.#parts
    const { message, stack } = caught as Error
    state.trouble = message
    const told =
      caught instanceof UserError
        ? { code: caught.code, why: message, hint: caught.hint }
        : { code: 'bug', why: message, stack: stack ?? '' }
    logLine(context, session.clock(), 'trouble', told)
  }
}
