import { mailId } from '../audience/way-out.ts'
import type { PastDeliveryRow } from '../ledger/bounces.ts'
import type { AboutWhom } from './about-whom.ts'
import type { Statement, Verdict } from './verdict.ts'

/** A mail after reading: what it says, and what of ours it holds. */
export interface JudgedMail {
  place: string
  fingerprint: string
  /** A service of ours has signed for it, or has shown its password: what it says of an address is no forger's. */
  isVouched: boolean
  /** At least one. */
  statements: readonly Statement[]
  about: AboutWhom
}

/** How we know whom a mail is about, strongest first (decision 0011). */
export type Proof = 'token' | 'message-id' | 'address'

/** The subscriber of ours a mail concerns. */
export interface Whose {
  id: string
  /** Of the address the copy went to, not of where it was passed on to. */
  addressHash: string
  proof: Proof
  /** The copy it is about, if that is known. */
  edition: string | null
  /** The copies sent to them lately. */
  past: PastDeliveryRow[]
}

/** What the search asks of the outside. */
export interface Lookups {
  past(who: { ids: readonly string[] } | { addressHashes: readonly string[] }): Promise<PastDeliveryRow[]>
  /** Everybody, once through. */
  audience(): AsyncIterable<{ id: string; addressHash: string }>
  /** Who has a row in an edition. */
  idsIn(edition: string): AsyncIterable<string>
  /** The Message-ID of a copy under each of the keys, up to its @. */
  messageIdsOf(edition: string, id: string): readonly string[]
  addressHash(address: string): string
}

const DAY = 86_400_000
/** How long after a copy an address alone still tells, and a mail without its Message-ID is about the newest copy. */
const LATELY_DAYS = 14
const NEWEST_DAYS = 10

/** A mail, the statement in it that counts, and whose it is; null: nobody's that could be proven. */
export interface Placed {
  mail: JudgedMail
  statement: Statement
  whose: Whose | null
}

/**
 * Whom each mail is about: by a token of ours in it, by a Message-ID of ours, or by the address alone. It is one subscriber,
 * whatever addresses the mail names, for each copy has one recipient, who may have passed it on.
 */
export async function placeAll(mails: readonly JudgedMail[], lookups: Lookups, now: number): Promise<Placed[]> {
  const byToken = await peopleByToken(mails, lookups)
  const others = mails.filter((mail) => !byToken.has(mail))
  const hashes = others.flatMap((mail) => mail.statements.flatMap((one) => one.addresses.map(lookups.addressHash)))
  const byAddress = Map.groupBy(await lookups.past({ addressHashes: [...new Set(hashes)] }), (row) => row.addressHash)
  const byMessageId = await peopleByMessageId(others, byAddress, lookups)
  const proven = new Map<JudgedMail, { id: string; proof: Proof; addressHash: string | null }>()
  for (const [mail, person] of byToken) proven.set(mail, { ...person, proof: 'token' })
  for (const [mail, id] of byMessageId) proven.set(mail, { id, addressHash: null, proof: 'message-id' })
  const ids = [...new Set([...proven.values()].map((one) => one.id))]
  const pastOf = Map.groupBy(await lookups.past({ ids }), (row) => row.subscriberId)
  return mails.map((mail): Placed => {
    const person = proven.get(mail)
    if (person === undefined) return byAddressAlone(mail, byAddress, lookups, now)
    const past = pastOf.get(person.id) ?? []
    const edition = editionOf(mail, person.id, past, lookups, now)
    const copy = past.find((row) => row.edition === edition) ?? newest(past)
    const addressHash = copy?.addressHash ?? person.addressHash
    const statement = theirStatement(mail.statements, addressHash, lookups)
    return { mail, statement, whose: addressHash === null ? null : { ...person, addressHash, edition, past } }
  })
}

/** Those of the tokens' people who have had a copy lately, or are in the audience. */
async function peopleByToken(
  mails: readonly JudgedMail[],
  lookups: Lookups,
): Promise<Map<JudgedMail, { id: string; addressHash: string }>> {
  const wanted = new Map<JudgedMail, string>()
  for (const mail of mails) {
    const token = mail.about.leaving ?? mail.about.mailIds[0]
    const id = mail.about.subscriberIds[0]
    if (token !== undefined) wanted.set(mail, token)
    else if (id !== undefined) wanted.set(mail, mailId(id))
  }
  const people = new Map<string, { id: string; addressHash: string }>()
  // A default id is its own token; others are found in the audience.
  const ids = new Set([...wanted.values(), ...mails.flatMap((mail) => mail.about.subscriberIds.slice(0, 1))])
  for (const row of (await lookups.past({ ids: [...ids] })).toSorted((one, other) => one.datedAt - other.datedAt))
    people.set(mailId(row.subscriberId), { id: row.subscriberId, addressHash: row.addressHash })
  const missing = new Set([...wanted.values()].filter((token) => !people.has(token)))
  if (missing.size > 0)
    for await (const one of lookups.audience()) if (missing.has(mailId(one.id))) people.set(mailId(one.id), one)
  const found = new Map<JudgedMail, { id: string; addressHash: string }>()
  for (const [mail, token] of wanted) {
    const person = people.get(token)
    if (person !== undefined) found.set(mail, person)
  }
  return found
}

/** By the address first, which costs a look-up; then by every id of the edition, one pass for all that are left. */
async function peopleByMessageId(
  mails: readonly JudgedMail[],
  byAddress: ReadonlyMap<string, readonly PastDeliveryRow[]>,
  lookups: Lookups,
): Promise<Map<JudgedMail, string>> {
  const found = new Map<JudgedMail, string>()
  const pending = new Map<string, Map<string, JudgedMail[]>>()
  for (const mail of mails) {
    const rows = mail.statements.flatMap((one) =>
      one.addresses.flatMap((address) => byAddress.get(lookups.addressHash(address)) ?? []),
    )
    for (const { local, edition } of mail.about.messageIds) {
      const row = rows.find((one) => lookups.messageIdsOf(edition, one.subscriberId).includes(local))
      if (row !== undefined) found.set(mail, row.subscriberId)
      if (found.has(mail)) break
      const wanted = pending.get(edition) ?? new Map<string, JudgedMail[]>()
      pending.set(edition, wanted.set(local, [...(wanted.get(local) ?? []), mail]))
    }
  }
  for (const [edition, wanted] of pending)
    for await (const id of lookups.idsIn(edition))
      for (const local of lookups.messageIdsOf(edition, id))
        for (const mail of wanted.get(local) ?? []) if (!found.has(mail)) found.set(mail, id)
  return found
}

/**
 * An address proves little: it must have been mailed lately, the mail must be a report in its proper form, and it must not
 * name several readers, since no copy of ours went to more than one.
 */
function byAddressAlone(
  mail: JudgedMail,
  byAddress: ReadonlyMap<string, PastDeliveryRow[]>,
  lookups: Lookups,
  now: number,
): Placed {
  const lately = mail.statements.flatMap((statement) =>
    statement.addresses.flatMap((address) => {
      const addressHash = lookups.addressHash(address)
      const past = byAddress.get(addressHash) ?? []
      const copy = newest(past.filter((row) => row.datedAt > now - LATELY_DAYS * DAY))
      return copy === undefined || !statement.proper ? [] : [{ statement, addressHash, past, id: copy.subscriberId }]
    }),
  )
  const [first] = lately
  if (first === undefined || lately.some((one) => one.addressHash !== first.addressHash))
    return { mail, statement: mail.statements[0] as Statement, whose: null }
  const { statement, id, addressHash, past } = first
  return { mail, statement, whose: { id, addressHash, proof: 'address', edition: newestAccepted(past, now), past } }
}

/** The edition its Message-ID names, if that is theirs; else the newest copy that could come back now. */
function editionOf(
  mail: JudgedMail,
  id: string,
  past: readonly PastDeliveryRow[],
  lookups: Lookups,
  now: number,
): string | null {
  const named = mail.about.messageIds.find(({ local, edition }) => lookups.messageIdsOf(edition, id).includes(local))
  return named?.edition ?? newestAccepted(past, now)
}

const newest = (past: readonly PastDeliveryRow[]): PastDeliveryRow | undefined =>
  past.toSorted((one, other) => other.datedAt - one.datedAt)[0]

const newestAccepted = (past: readonly PastDeliveryRow[], now: number): string | null =>
  newest(past.filter((row) => row.state === 'accepted' && row.datedAt > now - NEWEST_DAYS * DAY))?.edition ?? null

/** Of a mail that was passed on to several, what it says of the subscriber's own address; else the mildest. */
function theirStatement(statements: readonly Statement[], addressHash: string | null, lookups: Lookups): Statement {
  const own = statements.find((one) => one.addresses.some((address) => lookups.addressHash(address) === addressHash))
  const [mildest] = statements.toSorted((one, other) => SEVERITY.indexOf(one.verdict) - SEVERITY.indexOf(other.verdict))
  return own ?? (mildest as Statement)
}

const SEVERITY: readonly Verdict[] = [
  'success',
  'auto-reply',
  'other',
  'unclear',
  'delayed',
  'refused',
  'soft',
  'unsubscribe',
  'complaint',
  'hard',
]
