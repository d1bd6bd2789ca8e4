import { type Counts, noCounts } from '../delivery/counts.ts'
import type { RunRefused } from '../delivery/transport.ts'
import type { Finding } from '../problems/finding.ts'
import type { UserError } from '../problems/user-error.ts'

/** What became of one edition in one `send`. */
export type SendResult =
  | RunResult
  /** It could not be sent, and the others could. */
  | { kind: 'failed'; date: string; error: UserError }
  /** It is not to be sent yet. */
  | { kind: 'held-back'; date: string; live: boolean; why: string }

export interface RunResult {
  kind: 'run'
  date: string
  live: boolean
  dryRun: boolean
  /** Under `--due`. */
  due: boolean
  counts: Counts
  findings: readonly Finding[]
  aboutRows: RowFindings
  refused: RunRefused | null
  /** Deliveries that wait for workers, under `--enqueue`; they are among those not due. */
  queued: number | null
  /** Of this edition, from any run. */
  openUnknown: number
  /** When somebody is due next, in milliseconds since 1970. */
  nextDue: number | null
  /** Unknown copies, or more rejected than the publication's `alarm` allows. */
  alarm: boolean
  seconds: number
}

const MOST_ROWS = 20

/** What there is to say about rows of the audience: the first few, and how many more. A million bad rows take no memory. */
export class RowFindings {
  readonly first: Finding[] = []
  more = 0

  add(findings: readonly Finding[]): void {
    for (const one of findings)
      if (this.first.length < MOST_ROWS) this.first.push(one)
      else this.more += 1
  }
}

export const heldBackResult = (date: string, live: boolean, why: string): SendResult => ({
  kind: 'held-back',
  date,
  live,
  why,
})

/** The facts of `--json`, of the job summary and of `--notify`. */
export function resultFields(one: SendResult): Record<string, unknown> {
  if (one.kind === 'failed') {
    const { code, message, hint } = one.error
    return { edition: one.date, error: { code, message, hint } }
  }
  if (one.kind === 'held-back')
    return { edition: one.date, live: one.live, ...noCounts(), heldBack: one.why, seconds: 0 }
  const { date, live, counts, due, seconds } = one
  return {
    edition: date,
    live,
    ...counts,
    ...(one.queued === null ? {} : { queued: one.queued }),
    ...(due ? moreFields(one) : {}),
    seconds: Math.round(seconds * 1000) / 1000,
  }
}

/** What a schedule wants to know besides. */
export const moreFields = ({ alarm, nextDue, refused }: RunResult) => ({
  alarm,
  nextDue: nextDue === null ? null : new Date(nextDue).toISOString(),
  stopped: refused?.message ?? null,
})

/** One sentence: how many, why not the others, and what is next. */
export function summaryLine({ date, live, dryRun, counts, nextDue, queued }: RunResult): string {
  const where = live ? 'by the mail server' : `in outbox/${date}/`
  const parts =
    queued !== null
      ? [`${queued} of ${counts.audience} are in the queue for workers`]
      : dryRun
        ? [`${counts.planned} would be sent`]
        : [`${counts.accepted} of ${counts.audience} accepted ${where}`]
  if (counts.already > 0) parts.push(`${counts.already} already there`)
  for (const state of ['deferred', 'rejected', 'unknown'] as const)
    if (counts[state] > 0) parts.push(`${counts[state]} ${state}`)
  if (counts.notDue > 0 && queued === null) parts.push(`${counts.notDue} not due yet`)
  for (const [reason, count] of Object.entries(counts.skipped)) parts.push(`${count} skipped (${reason})`)
  const next = counts.deferred > 0 ? ' Run `send` again to try the deferred ones.' : ''
  const due =
    nextDue === null || counts.notDue === 0 ? '' : ` Next due: ${new Date(nextDue).toISOString().slice(0, 16)}Z.`
  return `${date}: ${parts.join(', ')}.${next}${due}`
}
