import type { AudienceRow } from '../audience/read-csv.ts'
import type { Subscriber } from '../audience/subscriber.ts'

/** Why a subscriber gets no copy (design, section 3). */
export type SkipReason =
  | 'unsubscribed'
  | 'suppressed'
  | 'inactive'
  | 'no-topic'
  | 'too-late'
  | 'bad-address'
  | 'duplicate'

/** One edition to one subscriber. */
export interface Delivery {
  subscriber: Subscriber
  /** The topics of this edition they get, in the publication's order. */
  topics: string[]
  /** The language of dates and built-in phrases. Topics and language name the variant. */
  language: string
  /** When it may leave, and until when, in milliseconds since 1970. */
  window: Window
}

export interface Window {
  from: number
  until: number
}

/** What an edition offers to choose from. */
export interface Offer {
  /** The edition's: YYYY-MM-DD. */
  date: string
  /** Topics that have entries, in the publication's order. */
  topics: readonly string[]
  /** The publication's language first, then its further ones. */
  languages: readonly [string, ...string[]]
}

/** When a subscriber's copy may leave; null when it is too late for it. */
export type Timing = (subscriber: Subscriber, now: number) => Window | null

/** Who gets the edition and when, and for everyone else why not. */
export function planDelivery(
  row: AudienceRow,
  offer: Offer,
  timing: Timing,
  now: number,
): { delivery: Delivery } | { skipped: SkipReason } {
  if ('skipped' in row) return { skipped: row.skipped }
  const { subscriber } = row
  if (subscriber.withheld !== undefined) return { skipped: subscriber.withheld }
  if (subscriber.status !== 'active' || offer.date < (subscriber.pausedUntil ?? '')) return { skipped: 'inactive' }
  const topics = wantedTopics(subscriber, offer.topics)
  if (topics.length === 0) return { skipped: 'no-topic' }
  const window = timing(subscriber, now)
  return window === null
    ? { skipped: 'too-late' }
    : { delivery: { subscriber, topics, language: languageFor(subscriber.language, offer.languages), window } }
}

/** Those of the topics a subscriber wants: all, or those they named, without those they left. */
export function wantedTopics(
  { topics, excluded = [] }: Pick<Subscriber, 'topics' | 'excluded'>,
  offered: readonly string[],
): string[] {
  return offered.filter((topic) => (topics.length === 0 || topics.includes(topic)) && !excluded.includes(topic))
}

/** The offered language nearest to the one asked for: the same tag, else the same language, else the publication's. */
function languageFor(asked: string | undefined, offered: Offer['languages']): string {
  if (asked === undefined) return offered[0]
  const base = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''
  return (
    offered.find((tag) => tag.toLowerCase() === asked.toLowerCase()) ??
    offered.find((tag) => base(tag) === base(asked)) ??
    offered[0]
  )
}
