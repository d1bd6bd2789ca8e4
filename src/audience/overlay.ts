import { listIn, type OwnRow, type PreferenceRow } from './home-tables.ts'
import type { Subscriber } from './subscriber.ts'

/** What the database knows of somebody who stands in the file. */
export interface Known {
  own: OwnRow | undefined
  /** Under each id they ever had. */
  preferences: readonly PreferenceRow[]
  deleted: boolean
}

/** The subscriber as the database has them: it wins over the file, field by field (design, section 5). */
export function overlay(subscriber: Subscriber, { own, preferences, deleted }: Known): Subscriber {
  if (own === undefined && preferences.length === 0 && !deleted) return subscriber
  const said = combined(preferences)
  const choose = (theirs: string | null | undefined, before: string | undefined): string | undefined =>
    theirs ?? before ?? undefined
  const topics = said?.topics ?? own?.topics
  return {
    ...subscriber,
    name: own?.name || subscriber.name,
    topics: topics === undefined ? subscriber.topics : listIn(topics),
    timezone: choose(said?.timezone ?? own?.timezone, subscriber.timezone),
    deliverAt: choose(said?.deliver_at ?? own?.deliver_at, subscriber.deliverAt),
    language: choose(said?.language ?? own?.language, subscriber.language),
    status: own?.status ?? subscriber.status,
    excluded: listIn(said?.excluded_topics ?? ''),
    pausedUntil: said?.paused_until ?? undefined,
    withheld: deleted ? 'suppressed' : said?.unsubscribed_at == null ? undefined : 'unsubscribed',
  }
}

/** A row of the database's own as a subscriber, before what they said since. */
export function ownSubscriber(own: OwnRow): Subscriber {
  return {
    id: own.id,
    email: own.email,
    addressHash: own.address_hash,
    name: own.name,
    topics: listIn(own.topics),
    timezone: own.timezone ?? undefined,
    deliverAt: own.deliver_at ?? undefined,
    language: own.language ?? undefined,
    status: own.status,
    extra: JSON.parse(own.extra) as Record<string, string>,
    line: 0,
  }
}

/** What was said last counts, field by field; whoever unsubscribed under one of their ids has unsubscribed. */
function combined(preferences: readonly PreferenceRow[]): PreferenceRow | undefined {
  const [first, ...later] = preferences.toSorted((a, b) => a.updated_at - b.updated_at)
  if (first === undefined) return undefined
  return later.reduce(
    (before, after) => ({
      ...after,
      unsubscribed_at: after.unsubscribed_at ?? before.unsubscribed_at,
      topics: after.topics ?? before.topics,
      timezone: after.timezone ?? before.timezone,
      deliver_at: after.deliver_at ?? before.deliver_at,
      language: after.language ?? before.language,
    }),
    first,
  )
}
