import type { Counts } from '../delivery/counts.ts'

/** What a worker has done since it started. */
export class WorkerState {
  readonly startedAt: number
  batches = 0
  accepted = 0
  deferred = 0
  rejected = 0
  unknown = 0
  /** Batches under way. */
  underWay = 0
  /** When the database last answered. */
  reached: number
  /** Why the mail servers refuse the run, while they do. */
  refused: string | null = null
  /** The last thing that went wrong. */
  trouble: string | null = null

  constructor(startedAt: number) {
    this.startedAt = startedAt
    this.reached = startedAt
  }

  get failed(): number {
    return this.rejected + this.unknown
  }

  add({ accepted, deferred, rejected, unknown }: Counts): void {
    this.batches += 1
    this.accepted += accepted
    this.deferred += deferred
    this.rejected += rejected
    this.unknown += unknown
  }

  told(): Record<'batches' | 'accepted' | 'deferred' | 'rejected' | 'unknown', number> {
    const { batches, accepted, deferred, rejected, unknown } = this
    return { batches, accepted, deferred, rejected, unknown }
  }

  seconds(now: number): number {
    return Math.round((now - this.startedAt) / 10) / 100
  }

  sentence(): string {
    const parts = [`${this.accepted} accepted in ${this.batches} batches`]
    for (const state of ['deferred', 'rejected', 'unknown'] as const)
      if (this[state] > 0) parts.push(`${this[state]} ${state}`)
    return `${parts.join(', ')}.`
  }
}
