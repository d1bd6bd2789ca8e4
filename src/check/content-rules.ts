import { type Edition, type Entry, placeOfEntry } from '../edition/edition.ts'
import { frontPage, inboxLines } from '../edition/group.ts'
import { inlineText, linksIn, parseProse } from '../edition/inline.ts'
import type { Publication } from '../edition/publication.ts'
import { foreignLanguage } from '../edition/script.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { imageFindings } from './image-rules.ts'
import { inboxFindings } from './inbox-rules.ts'
import { linkObjections } from './link-words.ts'
import { isShouting, type Say, typographyOf } from './typography.ts'
import { bare, countCharacters, countWords } from './words.ts'

/**
 * The content layer: what an editor wrote, judged as an editor would. Limits are house defaults, in characters as a
 * reader counts them and words as the language has them.
 */
export const LIMITS = {
  headline: 90,
  kicker: 25,
  /** Words. */
  summary: { short: 5, long: 60, tooLong: 120 },
  publishedDays: 180,
  perTopic: 10,
  entries: 40,
}

export function contentFindings(edition: Edition, publication: Publication): Finding[] {
  const findings: Finding[] = []
  const seen = { url: new Map<string, Entry>(), headline: new Map<string, Entry>(), image: new Map<string, Entry>() }
  for (const entry of edition.entries) {
    const say: Say = (code, field, message, hint) => {
      findings.push(finding(code, placeOfEntry(entry, field) ?? edition.file, message, hint, entry.position))
    }
    const language = entry.lang ?? publication.language
    entryWords(entry, language, say)
    if (entry.lang === undefined) foreign(entry, publication.language, say)
    dates(entry, edition.date, say)
    if (entry.image !== undefined) imageFindings(entry, entry.image, language, say)
    repeats(entry, seen, say)
  }
  findings.push(...editionWords(edition, publication), ...crowds(edition, publication))
  return findings
}

function entryWords(entry: Entry, language: string, say: Say): void {
  const { headline, kicker, summary } = entry
  const length = countCharacters(headline)
  if (length > LIMITS.headline)
    say(
      'headline-long',
      'headline',
      `The headline has ${length} characters; ${LIMITS.headline} is the most.`,
      'Say it shorter.',
    )
  if (/[^.…]\.$/.test(headline) && !/(^|[\s.])\p{L}\.$/u.test(headline))
    say('headline-full-stop', 'headline', 'The headline ends in a full stop.', 'Remove it.')
  if (isShouting(headline)) say('shouting', 'headline', 'The headline is all in capitals.', 'Write it as a sentence.')
  if (kicker !== undefined && countCharacters(kicker) > LIMITS.kicker)
    say(
      'kicker-long',
      'kicker',
      `The kicker has ${countCharacters(kicker)} characters; ${LIMITS.kicker} is the most.`,
      'One or two words are enough.',
    )

  const runs = parseProse(summary)
  const words = runs.map(inlineText).join(' ')
  const count = countWords(words, language)
  if (count > LIMITS.summary.tooLong)
    say(
      'summary-too-long',
      'summary',
      `The summary has ${count} words; ${LIMITS.summary.tooLong} is the most.`,
      'Keep what the reader needs, and leave the rest to the article.',
    )
  else if (count > LIMITS.summary.long)
    say(
      'summary-long',
      'summary',
      `The summary has ${count} words; ${LIMITS.summary.long} is the most.`,
      'Two or three sentences are the form.',
    )
  else if (count < LIMITS.summary.short)
    say(
      'summary-short',
      'summary',
      `The summary has ${count} ${count === 1 ? 'word' : 'words'}.`,
      'Say in a sentence or two what the article says.',
    )
  if (/[\p{L}\p{N},;:–—-]$|(\.\.\.|…)$/u.test(words) && !/[\p{Script=Thai}]$/u.test(words))
    say('summary-cut', 'summary', `The summary stops at "…${words.slice(-30)}".`, 'End the sentence.')
  for (const [field, text] of [
    ['headline', headline],
    ['kicker', kicker],
    ['source', entry.source],
  ] as const)
    if (text !== undefined) typographyOf(text, 'plain', (code, message, hint) => say(code, field, message, hint))
  typographyOf(words, 'prose', (code, message, hint) => say(code, 'summary', message, hint))
  for (const { code, message, hint } of runs
    .flatMap(linksIn)
    .flatMap((link) => linkObjections(link.url, inlineText(link.children))))
    say(code, 'summary', message, hint)
  for (const { code, message, hint } of linkObjections(entry.url, headline)) say(code, 'url', message, hint)
}

function foreign(entry: Entry, language: string, say: Say): void {
  const found = foreignLanguage(`${entry.headline} ${entry.summary}`, language)
  if (found === undefined) return
  const write = found === null ? 'lang: <its language, as in uk or ru>' : `lang: ${found}`
  say(
    'lang-missing',
    'headline',
    `The entry is not in ${languageName(language)}, and does not say what it is in.`,
    `Add  ${write}  so that it is read aloud in the right voice.`,
  )
}

const languageName = (language: string): string =>
  new Intl.DisplayNames('en', { type: 'language' }).of(language) ?? language

/** The head of the edition: subject and preheader as the inbox shows them, and the intro. */
function editionWords(edition: Edition, publication: Publication): Finding[] {
  const findings: Finding[] = []
  const say: Say = (code, field, message, hint) => {
    findings.push(finding(code, edition.places.get(field) ?? edition.file, message, hint))
  }
  const page = frontPage(edition, publication)
  if (page !== null) {
    const shown = inboxLines(edition, page)
    const written = { subject: edition.subject, preheader: edition.preheader }
    const lead = page.lead.entry
    inboxFindings(shown, written, edition, publication.language, (code, field, message, hint) => {
      // A subject left out is the lead headline, and is mended there or by writing one.
      if (written[field] !== undefined) say(code, field, message, hint)
      else findings.push(finding(code, placeOfEntry(lead, 'headline') ?? edition.file, message, hint, lead.position))
    })
  }
  if (edition.intro !== undefined) {
    const runs = parseProse(edition.intro)
    typographyOf(runs.map(inlineText).join(' '), 'prose', (code, message, hint) => say(code, 'intro', message, hint))
    for (const link of runs.flatMap(linksIn))
      for (const { code, message, hint } of linkObjections(link.url, inlineText(link.children)))
        say(code, 'intro', message, hint)
  }
  return findings
}

function dates(entry: Entry, date: string, say: Say): void {
  if (entry.published === undefined) return
  const days = (Date.parse(date) - Date.parse(entry.published)) / 86_400_000
  if (days < 0)
    say(
      'published-after',
      'published',
      `The article is dated ${entry.published}, after the edition (${date}).`,
      'Correct the date.',
    )
  else if (days > LIMITS.publishedDays)
    say(
      'published-old',
      'published',
      `The article is ${days} days older than the edition.`,
      'Leave it out, or say why it is news today:  ignore: { published-old: … }.',
    )
}

function repeats(entry: Entry, seen: Record<'url' | 'headline' | 'image', Map<string, Entry>>, say: Say): void {
  const look = (kind: 'url' | 'headline' | 'image', key: string, field: string, what: string): void => {
    const before = seen[kind].get(key)
    if (before === undefined) seen[kind].set(key, entry)
    else
      say(
        `repeated-${kind}`,
        field,
        `Entry ${before.position} ("${before.headline}") has the same ${what}.`,
        'Keep one of them.',
      )
  }
  look('url', pageOf(entry.url), 'url', 'link')
  look('headline', bare(entry.headline) || entry.headline, 'headline', 'headline')
  if (entry.image !== undefined) look('image', entry.image.src, 'image.src', 'picture')
}

function crowds(edition: Edition, publication: Publication): Finding[] {
  const findings: Finding[] = []
  for (const topic of publication.topics) {
    const own = edition.entries.filter((entry) => entry.topic === topic.id)
    const first = own[LIMITS.perTopic]
    if (first !== undefined)
      findings.push(
        finding(
          'topic-crowded',
          placeOfEntry(first) ?? edition.file,
          `${topic.name} has ${own.length} entries; ${LIMITS.perTopic} is the most.`,
          'Leave some out, or keep them for tomorrow.',
          first.position,
        ),
      )
  }
  const last = edition.entries[LIMITS.entries]
  if (last !== undefined)
    findings.push(
      finding(
        'edition-long',
        placeOfEntry(last) ?? edition.file,
        `The edition has ${edition.entries.length} entries; ${LIMITS.entries} is the most.`,
        'Leave some out, or keep them for tomorrow.',
        last.position,
      ),
    )
  return findings
}

/** The page a link leads to: without fragment, a last slash, www. and the marks of campaigns. */
export function pageOf(link: string): string {
  if (!URL.canParse(link)) return link
  const url = new URL(link)
  for (const name of [...url.searchParams.keys()])
    if (/^(utm_|fbclid$|gclid$|mc_)/.test(name)) url.searchParams.delete(name)
  return `${url.hostname.replace(/^www\./, '')}${url.pathname.replace(/\/$/, '')}${url.search}`
}
