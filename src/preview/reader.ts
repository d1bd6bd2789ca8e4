import type { Subscriber } from '../audience/subscriber.ts'
import { INERT_TOKEN } from '../audience/way-out.ts'
import { type Offer, planDelivery } from '../delivery/plan.ts'
import { atOnce } from '../delivery/timing.ts'
import type { Publication } from '../edition/publication.ts'

/** Whose copy is shown: everybody's (all topics), a subscriber's of the audience, or one thought up. */
export type ReaderChoice =
  | { kind: 'everyone' }
  | { kind: 'subscriber'; handle: string }
  | { kind: 'invented'; topics: string[]; timezone: string | null; language: string | null }

/** From an address: `as=<handle>`, or any of `topics=a,b`, `zone=Europe/Paris` and `lang=fr`; neither is everyone. */
export function parseReader(query: URLSearchParams): ReaderChoice {
  const handle = query.get('as')
  if (handle !== null && handle !== '') return { kind: 'subscriber', handle }
  const [topics, zone, lang] = [query.get('topics'), query.get('zone'), query.get('lang')]
  if (topics === null && zone === null && lang === null) return { kind: 'everyone' }
  return {
    kind: 'invented',
    topics: (topics ?? '').split(',').filter((topic) => topic !== ''),
    timezone: zone !== null && isZone(zone) ? zone : null,
    language: lang,
  }
}

/** The same choice, the same words: what readings are remembered by. */
export function keyOf(choice: ReaderChoice): string {
  if (choice.kind === 'everyone') return ''
  return choice.kind === 'subscriber'
    ? `as ${choice.handle}`
    : `of ${choice.topics.join(',')} ${choice.timezone ?? ''} ${choice.language ?? ''}`
}

/** A subscriber of no audience, with what was chosen; everyone has all topics, in the publication's zone and language. */
export function inventedSubscriber(choice: Exclude<ReaderChoice, { kind: 'subscriber' }>): Subscriber {
  const nobody = {
    id: INERT_TOKEN,
    email: '',
    addressHash: '',
    name: '',
    topics: [],
    status: 'active',
    extra: {},
    line: 0,
  }
  if (choice.kind === 'everyone') return nobody
  return {
    ...nobody,
    topics: choice.topics,
    timezone: choice.timezone ?? undefined,
    language: choice.language ?? undefined,
  }
}

/** What of an edition they get, exactly as `send` decides it; null with the reason when nothing. */
export function copyFor(
  subscriber: Subscriber,
  { date, topics }: { date: string; topics: readonly string[] },
  publication: Publication,
): { topics: string[]; language: string } | { skipped: string } {
  const offer: Offer = { date, topics, languages: [publication.language, ...(publication.languages ?? [])] }
  const plan = planDelivery({ subscriber, findings: [] }, offer, atOnce, 0)
  return 'skipped' in plan ? plan : plan.delivery
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
