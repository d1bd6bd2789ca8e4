import { IANAZone } from 'luxon'
import type { Chosen } from '../audience/choices.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import { wantedTopics } from '../delivery/plan.ts'
import { isCalendarDate, type Publication } from '../edition/publication.ts'
import type { Words } from './words/en.ts'

/** The topics there are, by their names in a language, and whether somebody wants them. */
export function topicsOf(
  publication: Publication,
  language: string,
  subscriber: Pick<Subscriber, 'topics' | 'excluded'>,
): { id: string; name: string; wanted: boolean }[] {
  const all = publication.topics.map((one) => one.id)
  const wanted = new Set(wantedTopics(subscriber, all))
  return publication.topics.map((one) => ({
    id: one.id,
    name: one.names?.[language] ?? one.names?.[language.split('-')[0] ?? ''] ?? one.name,
    wanted: wanted.has(one.id),
  }))
}

export interface Option {
  value: string
  label: string
  selected: boolean
}

/** Half hours, and the usual time first; a time in between that somebody has stays to choose. */
export function timesOf(chosen: string | undefined, usual: string): Option[] {
  const times = new Set(
    Array.from({ length: 48 }, (_, at) => `${String(at >> 1).padStart(2, '0')}:${at % 2 ? '30' : '00'}`),
  )
  if (chosen !== undefined) times.add(chosen)
  return [
    { value: '', label: usual, selected: chosen === undefined },
    ...[...times].sort().map((time) => ({ value: time, label: time, selected: time === chosen })),
  ]
}

/** Every zone there is, by its part of the world and then its city. */
export function zonesOf(chosen: string | undefined): { name: string; zones: Option[] }[] {
  const all = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...(chosen === undefined ? [] : [chosen])])
  const parts = new Map<string, Option[]>()
  for (const value of [...all].sort()) {
    const [part = '', ...city] = value.split('/')
    const label = (city.length === 0 ? part : city.join(', ')).replaceAll('_', ' ')
    parts.set(part, [...(parts.get(part) ?? []), { value, label, selected: value === chosen }])
  }
  return [...parts].map(([name, zones]) => ({ name, zones }))
}

/** The languages an edition comes out in, each by its own name; none where there is only one. */
export function languagesOf(publication: Publication, chosen: string | undefined, usual: (name: string) => string) {
  const further = publication.languages ?? []
  if (further.length === 0) return []
  const own = publication.language
  return [
    { value: '', label: usual(languageName(own)), selected: chosen === undefined || chosen === own },
    ...further.map((tag) => ({ value: tag, label: languageName(tag), selected: tag === chosen })),
  ]
}

const languageName = (tag: string): string => new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag

const DAY = 86_400_000
const MOST_DAYS = 366

/** The days a pause may end on, as YYYY-MM-DD. */
export function pauseWithin(now: number): { from: string; to: string } {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
  return { from: day(now + DAY), to: day(now + MOST_DAYS * DAY) }
}

/** What a form of preferences says, or what is wrong with it. `base`: the topics of the subscriber's row, empty for all. */
export function chosenIn(
  form: URLSearchParams,
  publication: Publication,
  base: readonly string[],
  now: number,
): { chosen: Chosen } | { wrong: keyof Words } {
  const all = publication.topics.map((one) => one.id)
  const wanted = all.filter((id) => form.getAll('topic').includes(id))
  if (wanted.length === 0) return { wrong: 'oneTopic' }
  const value = (name: string): string | null => form.get(name)?.trim() || null
  const [deliverAt, timezone, language, pausedUntil] = [
    value('deliverAt'),
    value('timezone'),
    value('language'),
    value('pausedUntil'),
  ]
  const { from, to } = pauseWithin(now)
  if (pausedUntil !== null && (!isCalendarDate(pausedUntil) || pausedUntil < from || pausedUntil > to))
    return { wrong: 'badDate' }
  if (
    (deliverAt !== null && !/^([01]\d|2[0-3]):[0-5]\d$/.test(deliverAt)) ||
    (timezone !== null && !IANAZone.isValidZone(timezone)) ||
    (language !== null && ![publication.language, ...(publication.languages ?? [])].includes(language))
  )
    return { wrong: 'badChoice' }
  // Topics that come up later stay with those who have all of them.
  const topics =
    base.length === 0 || wanted.every((id) => base.includes(id)) ? null : [...new Set([...base, ...wanted])]
  const excluded = all.filter((id) => !wanted.includes(id))
  return { chosen: { topics, excluded, deliverAt, timezone, language, pausedUntil } }
}
