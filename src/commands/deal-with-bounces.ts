import { AudienceHome } from '../audience/home.ts'
import type { AudienceRow } from '../audience/read-csv.ts'
import { addressHash } from '../audience/subscriber.ts'
import type { Secrets } from '../audience/way-out.ts'
import { type Decision, decide } from '../bounces/decide.ts'
import { type JudgedMail, type Lookups, placeAll, type Whose } from '../bounces/whose.ts'
import { messageIdFor } from '../delivery/message.ts'
import type { Publication } from '../edition/publication.ts'
import type { BounceTaken } from '../ledger/bounces.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { audienceOf } from './audience.ts'
import type { Place } from './real-database.ts'

/** What returned mail is dealt with by, wherever it came from: a mailbox, a pipe, a service's webhook. */
export interface BounceDesk {
  ledger: Ledger
  publication: Publication
  secrets: Secrets
  /** Everybody, from the beginning, as often as it is asked for. */
  audience(): AsyncIterable<AudienceRow>
  /** As by the way out; may be repeated. */
  leave(whose: Whose, now: number): Promise<void>
  /** Decides, and does nothing. */
  dryRun: boolean
}

/** The desk of a publication on its real database, with the ledger and the audience's home in it. */
export function bounceDesk(
  place: Place,
  database: OpenDatabase,
  ledger: Ledger,
  publication: Publication,
  secrets: Secrets,
  dryRun = false,
): BounceDesk {
  const { choices } = new AudienceHome(database, publication.id)
  return {
    ledger,
    publication,
    secrets,
    audience: () => audienceOf(place, publication, database),
    leave: ({ id }, now) => choices.unsubscribe(id, now),
    dryRun,
  }
}

export interface Dealt {
  decision: Decision
  /** Null when there was nothing to note. */
  taken: BounceTaken | null
  /** The subscriber left by it. */
  left: boolean
}

/** How far back copies are looked at: the span of the soft limit, and how long servers try. */
const LOOK_BACK_DAYS = 45

/** Whose each mail is, what follows, and that done. Mails dealt with before change nothing again, and have no answer. */
export async function dealWith(mails: readonly JudgedMail[], desk: BounceDesk): Promise<Map<JudgedMail, Dealt>> {
  const { ledger, publication, dryRun } = desk
  const known = await ledger.bounces.known(
    publication.id,
    mails.map((mail) => mail.fingerprint),
  )
  const fresh = new Map(mails.map((mail) => [mail.fingerprint, mail]))
  for (const fingerprint of known) fresh.delete(fingerprint)
  if (fresh.size === 0) return new Map()
  const now = await ledger.now()
  const placed = await placeAll([...fresh.values()], lookupsOf(desk, now), now)
  const trust = { hasBounceAddress: publication.bounceAddress !== undefined }
  const decisions = placed.map((one) => decide(one, trust, now))
  // First, for it may be repeated: a mail that is noted is not read again.
  for (const { leaves, placed: one } of dryRun ? [] : decisions)
    if (leaves && one.whose !== null) await desk.leave(one.whose, now)
  const noted = decisions.flatMap((one) => one.bounce ?? [])
  const taken = dryRun ? [] : await ledger.bounces.take(publication.id, noted, now)
  const byFingerprint = new Map(taken.map((one) => [one.fingerprint, one]))
  return new Map(
    decisions.map((decision) => {
      const { mail } = decision.placed
      const noted = byFingerprint.get(mail.fingerprint) ?? null
      return [mail, { decision, taken: noted, left: decision.leaves && noted?.isNew === true }]
    }),
  )
}

function lookupsOf({ ledger, publication, secrets, audience }: BounceDesk, now: number): Lookups {
  return {
    past: (who) => ledger.bounces.past(publication.id, who, now - LOOK_BACK_DAYS * 86_400_000),
    async *audience() {
      for await (const row of audience())
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
