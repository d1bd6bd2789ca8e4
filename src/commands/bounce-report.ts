import { masked } from '../bounces/masked.ts'
import { VERDICTS, type Verdict } from '../bounces/verdict.ts'
import { type Context, printJson } from './command.ts'
import type { Dealt } from './deal-with-bounces.ts'

/** One mail, as `bounces --json` says it. */
interface Row {
  place: string
  verdict: Verdict | null
  reason: string | null
  /** The first letter and the domain. */
  address: string | null
  subscriber: string | null
  edition: string | null
  proof: string | null
  /** Dealt with by an earlier run, or twice in this source. */
  again: boolean
  bounced: boolean
  suppressed: boolean
  unsubscribed: boolean
  note: string | null
  /** Where a mail that was handed over and had no consequence lies now. */
  kept: string | null
}

/** What a run of `bounces` found and did: counts, and a row for each mail. */
export class BounceReport {
  readonly #rows: Row[] = []

  /** `dealt` null: an earlier run has dealt with it, or it stands twice in this source. */
  add(place: string, dealt: Dealt | null, kept: string | null): void {
    const { decision, taken, left } = dealt ?? { decision: null, taken: null, left: false }
    const { statement, whose } = decision?.placed ?? { statement: null, whose: null }
    this.#rows.push({
      place,
      verdict: statement?.verdict ?? null,
      reason: statement?.reason ?? null,
      address: statement?.addresses[0] === undefined ? null : masked(statement.addresses[0]),
      subscriber: whose?.id ?? null,
      edition: whose?.edition ?? null,
      proof: whose?.proof ?? null,
      again: decision === null || taken?.isNew === false,
      bounced: taken?.bounced === true,
      suppressed: taken?.suppressed === true,
      unsubscribed: left,
      note: decision?.note ?? null,
      kept,
    })
  }

  get unclear(): number {
    return this.#count((row) => row.verdict === 'unclear')
  }

  print(context: Context, dryRun: boolean): void {
    const counts = {
      mails: this.#rows.length,
      again: this.#count((row) => row.again),
      verdicts: Object.fromEntries(
        VERDICTS.map((verdict) => [verdict, this.#count((row) => row.verdict === verdict)]),
      ) as Record<Verdict, number>,
      unproven: this.#count(isUnproven),
      bounced: this.#count((row) => row.bounced),
      suppressed: this.#count((row) => row.suppressed),
      unsubscribed: this.#count((row) => row.unsubscribed),
    }
    if (context.json) {
      printJson(context, { ...counts, dryRun, rows: this.#rows })
      return
    }
    for (const row of this.#rows) if (isWorthALine(row)) context.stdout.write(`${line(row)}\n`)
    const verdicts = VERDICTS.filter((verdict) => counts.verdicts[verdict] > 0)
    const told = verdicts.map((verdict) => `${counts.verdicts[verdict]} ${verdict}`)
    if (counts.again > 0) told.push(`${counts.again} read before`)
    const { mails, bounced, suppressed, unsubscribed } = counts
    context.stdout.write(
      `${mails} ${mails === 1 ? 'mail' : 'mails'}${told.length > 0 ? `: ${told.join(', ')}` : ''}.\n`,
    )
    context.stdout.write(
      dryRun
        ? 'Nothing was changed.\n'
        : `${bounced} deliveries bounced, ${suppressed} addresses suppressed, ${unsubscribed} unsubscribed.\n`,
    )
    if (counts.unproven > 0)
      context.stdout.write(
        `${counts.unproven} changed nothing, since nothing in them proves whom they are about. See docs/bounces.md.\n`,
      )
  }

  #count(is: (row: Row) => boolean): number {
    return this.#rows.filter(is).length
  }
}

const isUnproven = (row: Row): boolean => row.subscriber === null && row.note !== null

/** What did something, or should have and could not; good news and answering machines only count. */
const isWorthALine = (row: Row): boolean =>
  !row.again && (row.verdict === 'unclear' || row.note !== null || row.bounced || row.suppressed || row.unsubscribed)

function line(row: Row): string {
  const done = [
    row.bounced ? 'bounced' : null,
    row.suppressed ? 'suppressed' : null,
    row.unsubscribed ? 'unsubscribed' : null,
    row.note,
    row.kept === null ? null : `kept in ${row.kept}`,
  ].filter((one) => one !== null)
  const who = row.address ?? row.subscriber ?? 'nobody named'
  // Names of files are the source's own; what could steer a terminal is left out.
  const place = row.place.replace(/\p{Cc}/gu, '')
  return [place, row.verdict, who, row.reason, done.join(', ') || 'nothing done'].join('\t')
}
