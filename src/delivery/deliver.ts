import { UserError } from '../problems/user-error.ts'
import { type BackOff, RunTrouble } from './back-off.ts'
import { HandOver } from './hand-over.ts'
import type { FilledMessage } from './message.ts'
import type { Delivery } from './plan.ts'
import { type Allocate, RawBuffers } from './raw-buffers.ts'
import { type Following, type Outcome, RunRefused, type Transport, type TransportRequest } from './transport.ts'

/** How a run ended: `refused` is set when the server turned the run as a whole away, or trouble did not end. */
export interface Run {
  refused: RunRefused | null
}

interface Attempt {
  outcome: Outcome
  tried: boolean
}

const STOPPED = 'not tried: the run had stopped'

const untried = (reply: string): Attempt => ({ outcome: { state: 'deferred', reply }, tried: false })

/** What a run does with each delivery it takes. */
export interface Steps<Taken extends Delivery> {
  messageFor(delivery: Taken, allocate: Allocate): Promise<FilledMessage>
  /** The gate: commits `sending`; false when the delivery is no longer ours to make. */
  onBegin(delivery: Taken): Promise<boolean>
  /**
   * `tried` is false when nothing of a body left. A connection goes on to its next delivery meanwhile, but
   * no further than to the gate: nothing of a body leaves before the last outcome is on record.
   */
  onSettled(delivery: Taken, outcome: Outcome, tried: boolean): Promise<void>
  /** True once nothing more may be begun. */
  isStopped(): boolean
  backOff: BackOff
  /** Waits until the next may go, where there is a rate; null without one. */
  pace: (() => Promise<void>) | null
}

/** How often trouble of the run may meet the same copy before it is deferred: it may be what the server chokes on. */
const MOST_TROUBLES = 2

/**
 * Copies made ready for each connection. Signing goes on while the connections wait for a commit, and a connection has its
 * next copy at hand when a body leaves.
 */
const READY = 4

/** A delivery with its message, or with why it has none; null when the run was over before it was made. */
interface Prepared<Taken> {
  delivery: Taken
  message: FilledMessage | RunRefused | Outcome | null
}

/** The copies that go one behind the other. */
interface Line<Taken> {
  /** What was settled last is on record. */
  recorded: Promise<void>
  /** Goes next: its envelope has left already, or may have. */
  following: Copy<Taken> | null
}

/** What the transport is asked for, as often as it takes. */
interface Copy<Taken> extends Prepared<Taken> {
  /** Null for what has no message to send. */
  request: TransportRequest | null
  lost: boolean
}

/**
 * Sixth step of the path: takes deliveries as they come, has as many under way as there are connections, and holds more
 * ready, filled and signed, for whichever connection is free first. The one a connection will take next may have its
 * envelope sent ahead (transport.ts). Every one taken is settled, exactly once. A message that cannot be made is a rejected
 * delivery with its reason, never the end of the run (unless it is a UserError: that is the operator's to mend, and the
 * run is refused). Trouble of the run slows all of it down and the copy is tried again; after a refusal of the run the
 * rest is deferred untried.
 */
export async function deliverAll<Taken extends Delivery>(
  deliveries: AsyncIterable<Taken>,
  { messageFor, onBegin, onSettled, isStopped, backOff, pace }: Steps<Taken>,
  transport: Transport,
  connections: number,
  run: Run = { refused: null },
): Promise<Run> {
  const buffers = new RawBuffers((2 + READY) * connections)
  const source = deliveries[Symbol.asyncIterator]()
  const ready = new HandOver<Prepared<Taken>>()
  /** Copies that were to follow one that gets no answer, each on its own now. */
  const apart: Promise<void>[] = []
  let broken: { error: unknown } | null = null
  const breaks = (error: unknown): void => {
    broken ??= { error }
    ready.end()
  }
  const isOver = (): boolean => run.refused !== null || broken !== null || isStopped()

  const copyOf = (prepared: Prepared<Taken>, line: Line<Taken>): Copy<Taken> => {
    const { delivery, message } = prepared
    const copy: Copy<Taken> = { delivery, message, request: null, lost: false }
    if (message === null || message instanceof RunRefused || 'state' in message) return copy
    const { envelope, raw, needsNoStuffing } = message
    copy.request = {
      id: delivery.subscriber.id,
      envelope,
      raw,
      needsNoStuffing,
      async onBegin() {
        copy.lost = isOver() || !(await Promise.all([onBegin(delivery), line.recorded]))[0] || broken !== null
        return !copy.lost
      },
      next: () => follow(line),
    }
    return copy
  }
  const follow = (line: Line<Taken>): Following | null => {
    // Nobody is asked to wait with an envelope taken.
    if (pace !== null || line.following !== null || backOff.pausing || isOver()) return null
    const prepared = ready.takeReady()
    if (prepared === null) return null
    line.following = copyOf(prepared, line)
    const { request } = line.following
    if (request === null) return null
    return {
      request,
      letGo: () => {
        line.following = null
        apart.push(send(prepared))
      },
    }
  }

  /** `hasBegun`: its envelope has left, so that the transport has to hear of it whatever happens. */
  const attempt = async (copy: Copy<Taken>, hasBegun: boolean): Promise<Attempt> => {
    const { message } = copy
    if (!isOver()) await pace?.()
    for (let troubles = 1; ; troubles++) {
      const began = await backOff.ready()
      if (message === null || (isOver() && !(hasBegun && troubles === 1))) return untried(STOPPED)
      if ('state' in message) return { outcome: message, tried: true }
      try {
        if (message instanceof RunRefused) throw message
        return await attemptOnce(copy, message.raw, began)
      } catch (caught) {
        if (caught instanceof RunTrouble) {
          backOff.slowDown(began)
          run.refused ??= backOff.opened(caught)
          if (run.refused === null && troubles >= MOST_TROUBLES)
            return { outcome: { state: 'deferred', reply: caught.message }, tried: true }
          continue
        }
        if (!(caught instanceof RunRefused)) throw caught
        run.refused ??= caught
        return untried(caught.message)
      }
    }
  }
  const attemptOnce = async (copy: Copy<Taken>, raw: Buffer, began: number): Promise<Attempt> => {
    const outcome = await transport(copy.request as TransportRequest)
    if (outcome.state === 'deferred' && outcome.slow === true) backOff.slowDown(began)
    else if (!copy.lost) backOff.delivered()
    if (outcome.state === 'accepted') buffers.giveBack(raw)
    return { outcome, tried: !copy.lost }
  }

  const messageOf = async (delivery: Taken): Promise<Prepared<Taken>['message']> => {
    try {
      return await messageFor(delivery, buffers.allocate)
    } catch (caught) {
      // What the operator has to mend, such as a signature that does not verify, concerns everybody.
      if (caught instanceof UserError) return new RunRefused(caught.message, caught.hint, caught)
      const reply = `the message could not be made: ${caught instanceof Error ? caught.message : caught}`
      return { state: 'rejected', reply }
    }
  }
  const prepare = async (): Promise<void> => {
    try {
      for (let next = await source.next(); next.done !== true && broken === null; next = await source.next()) {
        const delivery = next.value
        await ready.offer({ delivery, message: isOver() ? null : await messageOf(delivery) })
      }
    } catch (error) {
      breaks(error)
    }
  }
  /** One behind the other, as long as there are any; from a `first` on, as long as one follows another. */
  const send = async (first: Prepared<Taken> | null): Promise<void> => {
    const line: Line<Taken> = { recorded: Promise.resolve(), following: null }
    const fromReady = async (): Promise<Copy<Taken> | null> => {
      const prepared = first === null ? await ready.take() : null
      return prepared === null ? null : copyOf(prepared, line)
    }
    try {
      let hasBegun = false
      let copy = first === null ? await fromReady() : copyOf(first, line)
      while (copy !== null && (broken === null || hasBegun)) {
        const { outcome, tried } = await attempt(copy, hasBegun)
        await line.recorded
        line.recorded = onSettled(copy.delivery, outcome, tried)
        line.recorded.catch(breaks)
        const { following } = line
        line.following = null
        hasBegun = following !== null
        copy = following ?? (await fromReady())
      }
      await line.recorded
    } catch (error) {
      breaks(error)
      // Its connection waits to hear that nothing comes.
      const begun = line.following?.request ?? null
      if (begun !== null) await transport(begun).catch(() => {})
    }
  }
  const many = (count: number, work: () => Promise<void>) => Promise.all(Array.from({ length: count }, work))
  void many(READY * connections, prepare).then(() => ready.end())
  await many(connections, () => send(null))
  // More of them may come while some are waited for.
  for (const one of apart) await one
  // What breaks the run (a ledger that cannot be written) breaks it once the copies under way have had their answers.
  if (broken !== null) throw (broken as { error: unknown }).error
  return run
}
