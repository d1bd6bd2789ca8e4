import type { BounceBook } from './bounces.ts'
import type { Database } from './database.ts'
import type { WorkerRow } from './worker-rows.ts'

/**
 * The record of deliveries that makes a second run harmless (design, section 6). Asynchronous and in batches, so that
 * SQLite and PostgreSQL can stand behind it; every call takes `now`, in milliseconds since 1970.
 */
export type State = 'planned' | 'leased' | 'sending' | 'accepted' | 'rejected' | 'unknown' | 'skipped' | 'bounced'

/** The moves there are; anything else is a bug. */
export const MOVES: Record<State, readonly State[]> = {
  planned: ['leased', 'skipped', 'rejected'],
  leased: ['planned', 'sending', 'rejected', 'skipped'],
  sending: ['accepted', 'planned', 'rejected', 'unknown'],
  accepted: ['bounced'],
  rejected: ['planned'],
  unknown: ['accepted', 'planned', 'rejected', 'bounced'],
  skipped: ['planned'],
  bounced: [],
}

export interface EditionKey {
  publication: string
  /** YYYY-MM-DD */
  edition: string
}

/** A subscriber as the plan has them: to be served at `dueAt`, or skipped for a reason. */
export interface PlanRow {
  id: string
  addressHash: string
  /** When it may leave; also what the copy is dated, on every attempt. */
  dueAt: number
  skipped: string | null
}

/** What the ledger says of a row after planning. `duplicate`: the address has a row under another id. */
export interface Planned {
  id: string
  state: State | 'duplicate'
  reason: string | null
  dueAt: number
  attempts: number
}

export interface Leased {
  id: string
  /** What the copy is dated, on every attempt. */
  datedAt: number
  dueAt: number
  attempts: number
}

/** What became of a leased row. `retryAt` null gives a deferred one up. */
export type Settlement =
  | { id: string; state: 'accepted'; reply: string }
  | { id: string; state: 'deferred'; reply: string; retryAt: number | null }
  | { id: string; state: 'rejected'; reason: string; reply: string }
  | { id: string; state: 'unknown'; reason: string }
  | { id: string; state: 'returned' }

export interface DeliveryRow {
  id: string
  state: State
  reason: string | null
  reply: string | null
  attempts: number
  dueAt: number
  plannedAt: number
  leaseOwner: string | null
  updatedAt: number
}

/** What opening an edition found: rows that have left already, and whether the content is another than it was. */
export interface OpenedEdition {
  begun: boolean
  changed: boolean
  held: boolean
}

/** Writes into the ledger's own database, in the transaction that plans. */
export type Alongside = (db: Database, planned: readonly Planned[]) => Promise<void>

export interface Ledger {
  /** What came back. */
  readonly bounces: BounceBook
  /** The database's clock. */
  now(): Promise<number>
  /** Notes the edition. With `amend`, a changed one that has begun takes the new hash; without, nothing is written. */
  open(key: EditionKey, contentHash: string, amend: boolean, now: number): Promise<OpenedEdition>
  /**
   * New rows come in; planned and skipped ones are decided anew; all others stay. In the order given. What `alongside`
   * writes is written with them, or neither is.
   */
  plan(key: EditionKey, rows: readonly PlanRow[], now: number, alongside?: Alongside): Promise<Planned[]>
  /** What is known of some rows, for whoever may not write. */
  states(key: EditionKey, ids: readonly string[]): Promise<Map<string, State>>
  /** Takes those of the rows that are planned and due by an instant (now, if none is given), while the edition is not held. */
  lease(
    key: EditionKey,
    ids: readonly string[],
    owner: string,
    until: number,
    now: number,
    dueBy?: number,
  ): Promise<Leased[]>
  /** The next instant after one at which a planned row is due; null when there is none. */
  nextDue(key: EditionKey, after: number): Promise<number | null>
  /** Leased to sending, committed when it returns true; false when the lease was lost, or the reader left, or the address was suppressed since. */
  begin(key: EditionKey, id: string, owner: string, now: number): Promise<boolean>
  /** After a refused begin: skips the row if its reader left or its address is suppressed, and says why it is skipped. */
  withdraw(key: EditionKey, id: string, now: number): Promise<'unsubscribed' | 'suppressed' | null>
  settle(key: EditionKey, settlement: Settlement, owner: string, now: number): Promise<void>
  renew(owner: string, until: number): Promise<void>
  /** Settles what dead owners left: leased goes back to planned, sending becomes unknown. `isDead` is asked per owner. */
  reap(
    isDead: (owner: string, leaseUntil: number) => boolean,
    now: number,
  ): Promise<{ planned: number; unknown: number }>
  /** Owners that hold rows of an edition. */
  owners(key: EditionKey): Promise<string[]>
  counts(key: EditionKey): Promise<{ state: State; reason: string | null; count: number }[]>
  /** Planned deliveries by the minute they are due, earliest first. */
  waves(key: EditionKey): Promise<{ at: number; count: number }[]>
  /** In the order of ids, a thousand at a time. */
  rows(key: EditionKey, states?: readonly State[]): AsyncIterable<DeliveryRow>
  editions(publication: string): Promise<string[]>
  /** Workers that are at it now. */
  workers(publication: string): Promise<WorkerRow[]>
  hold(key: EditionKey, held: boolean, now: number): Promise<void>
  isHeld(key: EditionKey): Promise<boolean>
  /** What the edition said when it was opened; null when it never was. */
  contentHash(key: EditionKey): Promise<string | null>
  /** Unknown rows to accepted or back to planned, by evidence. Ids that are not unknown are left out of the answer. */
  reconcile(
    key: EditionKey,
    ids: readonly string[],
    accepted: boolean,
    evidence: string,
    now: number,
  ): Promise<string[]>
  /** Rejected or unknown rows back to planned. */
  retry(key: EditionKey, state: 'rejected' | 'unknown', now: number): Promise<number>
  suppress(publication: string, addressHash: string, reason: string, now: number): Promise<void>
  suppressed(publication: string, addressHashes: readonly string[]): Promise<Map<string, string>>
  record(key: EditionKey, kind: string, data: object, now: number): Promise<void>
  /** What was recorded of a kind, oldest first. */
  recorded(key: EditionKey, kind: string): Promise<Record<string, unknown>[]>
  backup(file: string): Promise<void>
  /** Removes editions planned before an instant, with their rows and events; returns how many. */
  purge(publication: string, before: number): Promise<number>
  close(): Promise<void>
}
