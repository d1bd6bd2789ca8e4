import type { SkipReason } from './plan.ts'

/** Where everybody in the audience ended up. Each subscriber is in exactly one count but `planned` (design, section 3). */
export interface Counts {
  audience: number
  /** Taken up by this run, whatever became of it. */
  planned: number
  already: number
  accepted: number
  deferred: number
  rejected: number
  unknown: number
  notDue: number
  skipped: Partial<Record<SkipReason, number>>
}

export const noCounts = (): Counts => ({
  audience: 0,
  planned: 0,
  already: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  unknown: 0,
  notDue: 0,
  skipped: {},
})

/** Throws when somebody is lost or counted twice: that is a bug, and nobody should believe the rest of the report. */
export function checkAccounts(counts: Counts, dryRun: boolean): void {
  const skipped = Object.values(counts.skipped).reduce((sum, count) => sum + count, 0)
  const settled = counts.accepted + counts.deferred + counts.rejected + counts.unknown
  const accounted = counts.already + (dryRun ? counts.planned : settled) + counts.notDue + skipped
  if (accounted !== counts.audience) throw new Error(`The accounts do not add up: ${JSON.stringify(counts)}`)
}
