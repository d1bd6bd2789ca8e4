import type { Bounce } from '../ledger/bounces.ts'
import { SOFT_LIMIT, softInARow } from './soft-limit.ts'
import type { Statement } from './verdict.ts'
import type { Placed, Whose } from './whose.ts'

/** What is done about one mail. */
export interface Decision {
  placed: Placed
  /** What the ledger notes and does; null when there is nothing to note, and the mail would be read again. */
  bounce: Bounce | null
  /** The subscriber leaves, as by the way out. */
  leaves: boolean
  /** Why nothing is done, or how far the count is; in words. */
  note: string | null
}

/** Whether each copy has an envelope sender of its own: a server that returns one then returns its token too. */
export interface Trust {
  hasBounceAddress: boolean
}

/**
 * The consequences (docs/bounces.md has the table). Who is not proven is never touched, and what nobody understood is not
 * noted as done. `past` of whom it concerns is brought up to date, for the next mail of the same batch.
 */
export function decide(placed: Placed, trust: Trust, now: number): Decision {
  const { mail, statement, whose } = placed
  const nothing = (note: string | null): Decision => ({ placed, bounce: null, leaves: false, note })
  if (statement.verdict === 'other' || statement.verdict === 'unclear') return nothing(null)
  if (whose === null) {
    const isOurs = mail.about.mailIds.length + mail.about.subscriberIds.length > 0
    return nothing(!CHANGES_SOMETHING.has(statement.verdict) ? null : isOurs ? NOT_KNOWN : NOT_PROVEN)
  }
  const bounce: Bounce = {
    fingerprint: mail.fingerprint,
    verdict: statement.verdict,
    reason: statement.reason,
    subscriberId: whose.id,
    edition: whose.edition,
    delivery: null,
    suppress: null,
  }
  const suppress = (reason: string): Bounce['suppress'] => ({ addressHash: whose.addressHash, reason })
  switch (statement.verdict) {
    case 'hard':
      if (whose.proof === 'address' && trust.hasBounceAddress && !mail.isVouched)
        return counted({ ...statement, verdict: 'soft' }, bounce, placed, whose, now)
      return {
        placed,
        bounce: { ...bounce, delivery: 'bounced', suppress: suppress('bounced') },
        leaves: false,
        note: null,
      }
    case 'soft':
      return counted(statement, bounce, placed, whose, now)
    case 'refused':
      return { placed, bounce: { ...bounce, delivery: 'bounced' }, leaves: false, note: 'not held against the reader' }
    case 'complaint':
      return {
        placed,
        bounce: { ...bounce, delivery: 'accepted', suppress: suppress('complaint') },
        leaves: false,
        note: null,
      }
    case 'unsubscribe':
      return { placed, bounce, leaves: true, note: null }
    default:
      return { placed, bounce, leaves: false, note: null }
  }
}

const CHANGES_SOMETHING: ReadonlySet<Statement['verdict']> = new Set([
  'hard',
  'soft',
  'refused',
  'complaint',
  'unsubscribe',
])
const NOT_PROVEN = 'nothing in it proves that it is about a copy of ours'
const NOT_KNOWN = 'it is about a copy of ours, and about nobody in the audience'

function counted(statement: Statement, bounce: Bounce, placed: Placed, whose: Whose, now: number): Decision {
  for (const row of whose.past)
    if (row.edition === whose.edition) {
      row.isSoft = true
      row.state = 'bounced'
    }
  const inARow = softInARow(whose.past, now)
  const limit = inARow >= SOFT_LIMIT
  const note = `${inARow} in a row of ${SOFT_LIMIT}`
  return {
    placed: { ...placed, statement },
    bounce: {
      ...bounce,
      verdict: 'soft',
      reason: `${bounce.reason} (${note})`,
      delivery: 'bounced',
      suppress: limit ? { addressHash: whose.addressHash, reason: 'bounced' } : null,
    },
    leaves: false,
    note,
  }
}
