import { createHash } from 'node:crypto'
import { DateTime } from 'luxon'
import type { Secrets } from '../audience/way-out.ts'
import { type FilledMessage, fill, recipientFor } from '../delivery/message.ts'
import type { Offer, Timing } from '../delivery/plan.ts'
import type { Allocate } from '../delivery/raw-buffers.ts'
import type { LeasedDelivery } from '../delivery/take-up.ts'
import { atTheirTime } from '../delivery/timing.ts'
import type { Variants } from '../delivery/variants.ts'
import type { Edition } from '../edition/edition.ts'
import type { EditionKey } from '../ledger/ledger.ts'
import type { ReadyEdition } from './ready-edition.ts'

/** Whom an edition is for, and when: at each reader's own time, unless a timing is given. */
export function planOf(
  { date, prepared }: ReadyEdition,
  timing: Timing | null,
): { key: EditionKey; offer: Offer; timing: Timing } {
  const { publication, topics, edition } = prepared
  return {
    key: { publication: publication.id, edition: date },
    offer: { date, topics, languages: [publication.language, ...(publication.languages ?? [])] },
    timing: timing ?? atTheirTime(date, publication, edition.embargo),
  }
}

/** A copy for one subscriber, dated as the ledger says. */
export function messageOf(
  variants: Variants,
  secrets: Secrets,
): (delivery: LeasedDelivery, allocate: Allocate) => Promise<FilledMessage> {
  // Copies of a wave are dated alike.
  let date = DateTime.fromMillis(0, { zone: 'utc' })
  return async ({ subscriber, topics, language, datedAt }, allocate) => {
    const template = await variants.variant(topics, language)
    if (template === null) throw new Error(`nothing can be shown of ${topics.join(', ')}`)
    if (date.toMillis() !== datedAt) date = DateTime.fromMillis(datedAt, { zone: 'utc' })
    return fill(template, recipientFor(template, subscriber, date, secrets), allocate)
  }
}

/** Of what readers are told; neither its places nor its waivers, and not the templates. */
export function contentHash({ date, subject, preheader, intro, entries }: Edition): string {
  const told = entries.map(({ places: _, ignore: __, ...entry }) => entry)
  return createHash('sha256')
    .update(JSON.stringify({ date, subject, preheader, intro, entries: told }))
    .digest('hex')
}
