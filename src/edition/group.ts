import { type Edition, type Entry, leadOf } from './edition.ts'
import { inlineText, parseProse } from './inline.ts'
import type { Publication, Topic } from './publication.ts'

/** A topic with its entries, as it comes out in the email. */
export interface Section {
  topic: Topic
  entries: Entry[]
}

/** The front page: one entry leads, the rest stand under their topics. */
export interface FrontPage {
  lead: { topic: Topic; entry: Entry }
  /** In the publication's order, entries in the file's; topics nobody filled are not there. */
  sections: Section[]
}

/** Null when the edition has no entry of a topic the publication knows. */
export function frontPage(edition: Edition, publication: Publication): FrontPage | null {
  const known = edition.entries.filter((entry) => publication.topics.some((topic) => topic.id === entry.topic))
  const lead = leadOf(known)
  const topic = publication.topics.find((one) => one.id === lead?.topic)
  if (lead === undefined || topic === undefined) return null
  const sections = publication.topics
    .map((one) => ({ topic: one, entries: known.filter((entry) => entry !== lead && entry.topic === one.id) }))
    .filter((section) => section.entries.length > 0)
  return { lead: { topic, entry: lead }, sections }
}

/** The edition as a subscriber to some topics gets it; an empty list means all. The edition's lead stays if it is among them. */
export function onlyTopics(edition: Edition, topics: readonly string[]): Edition {
  if (topics.length === 0) return edition
  const lead = leadOf(edition.entries)
  const entries = edition.entries.filter((entry) => topics.includes(entry.topic))
  if (lead !== undefined && entries.includes(lead)) return { ...edition, entries }
  // Without its lead the edition's own subject and preheader would announce what this reader does not get.
  return { ...edition, subject: undefined, preheader: undefined, entries }
}

/** Subject and preheader: as written, else the lead headline, and the next headlines after it. */
export function inboxLines(edition: Edition, page: FrontPage): { subject: string; preheader: string } {
  const subject = edition.subject ?? page.lead.entry.headline
  const others = page.sections.flatMap((section) => section.entries.map((entry) => entry.headline))
  const words = others.length > 0 ? joinUpTo(others, 110) : summaryText(page.lead.entry)
  return { subject, preheader: edition.preheader ?? clipWords(words, 110) }
}

export function summaryText(entry: Entry): string {
  return parseProse(entry.summary).map(inlineText).join(' ')
}

/** All of a page, the lead first. */
export function entriesOf(page: FrontPage): Entry[] {
  return [page.lead.entry, ...page.sections.flatMap((section) => section.entries)]
}

/** Whole minutes to read all of it, at least 1: 230 words a minute, or 500 characters where words are not spaced. */
export function readingMinutes(page: FrontPage): number {
  return Math.max(1, Math.round(entriesOf(page).reduce((sum, entry) => sum + minutesFor(entry), 0)))
}

function minutesFor(entry: Entry): number {
  const known = minutes.get(entry)
  if (known !== undefined) return known
  const counted = [entry.headline, summaryText(entry), entry.image?.caption ?? '']
    .map((text) => {
      const unspaced = text.match(UNSPACED)?.length ?? 0
      const spaced = text.replace(UNSPACED, ' ').match(/\S+/g)?.length ?? 0
      return spaced / 230 + unspaced / 500
    })
    .reduce((sum, one) => sum + one, 0)
  minutes.set(entry, counted)
  return counted
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu
/** An entry stands in thousands of variants, and its words are counted once. */
const minutes = new WeakMap<Entry, number>()

/** As many as fit, but at least one: a cut headline says less than none. */
function joinUpTo(parts: readonly string[], length: number): string {
  let joined = parts[0] ?? ''
  for (const part of parts.slice(1)) {
    if (joined.length + 3 + part.length > length) break
    joined += ` · ${part}`
  }
  return joined
}

function clipWords(text: string, length: number): string {
  const characters = [...text]
  if (characters.length <= length) return text
  return `${characters
    .slice(0, length - 1)
    .join('')
    .replace(/\s+\S*$/u, '')}…`
}
