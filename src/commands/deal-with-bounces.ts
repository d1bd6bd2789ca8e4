import { readSubscribers } from '../audience/read-csv.ts'
import { addressHash } from '../audience/subscriber.ts'
import type { Secrets } from '../audience/way-out.ts'
import { type Decision, decide } from '../bounces/decide.ts'
import { type JudgedMail, type Lookups, placeAll } from '../bounces/whose.ts'
import { messageIdFor } from '../delivery/message.ts'
import type { Publication } from '../edition/publication.ts'
import type { Bounce, BounceTaken } from '../ledger/bounces.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** What returned mail is dealt with by, wherever it came from: a mailbox, a pipe, a service's webhook. */
export interface BounceDesk {
  root: string
  ledger: Ledger
  publication: Publication
  secrets: Secrets
  /** Decides, and does nothing. */
  dryRun: boolean
}

export interface Dealt {
  decision: Decision
  /** Null when there was nothing to note. */
  taken: BounceTaken | null
}

/** How far back copies are looked at: the span of the soft limit, and how long servers try. */
const LOOK_BACK_DAYS = 45

/** Whose each mail is, what follows, and that done in one transaction. Those dealt with before change nothing again. */
export async function dealWith(mails: readonly JudgedMail[], desk: BounceDesk): Promise<Map<JudgedMail, Dealt>> {
  const { ledger, publication, dryRun } = desk
  if (mails.length === 0) return new Map()
  const now = await ledger.now()
  const placed = await placeAll(mails, lookupsOf(desk, now), now)
  const trust = { hasBounceAddress: publication.bounceAddress !== undefined }
  const decisions = placed.map((one) => decide(one, trust, now))
  const noted = decisions.flatMap((one) => bounceOf(one) ?? [])
  const taken = dryRun ? [] : await ledger.bounces.take(publication.id, noted, now)
  const byFingerprint = new Map(taken.map((one) => [one.fingerprint, one]))
  return new Map(
    decisions.map((decision) => {
      const { mail } = decision.placed
      return [mail, { decision, taken: byFingerprint.get(mail.fingerprint) ?? null }]
    }),
  )
}

/** Who writes to the way out leaves by it. */
function bounceOf({ bounce, leaves, placed }: Decision): Bounce | null {
  if (bounce === null || !leaves || placed.whose === null) return bounce
  return { ...bounce, suppress: { addressHash: placed.whose.addressHash, reason: 'unsubscribed' } }
}

function lookupsOf({ root, ledger, publication, secrets }: BounceDesk, now: number): Lookups {
  return {
    past: (who) => ledger.bounces.past(publication.id, who, now - LOOK_BACK_DAYS * 86_400_000),
    async *audience() {
      for await (const row of readSubscribers(root, publication.subscribers))
        if ('subscriber' in row) yield { id: row.subscriber.id, addressHash: addressHash(row.subscriber.email) }
    },
    async *idsIn(edition) {
      for await (const { id } of ledger.rows({ publication: publication.id, edition })) yield id
    },
    messageIdsOf: (edition, id) =>
      secrets.keys.map((key) => messageIdFor(publication, edition, id, { keys: [key] }, '').slice(1, -2)),
    addressHash,
  }
}
