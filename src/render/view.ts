import { DateTime } from 'luxon'
import type { Entry } from '../edition/edition.ts'
import { inboxLines, readingMinutes } from '../edition/group.ts'
import type { Topic } from '../edition/publication.ts'
import type { PictureFile } from '../images/picture-file.ts'
import type { Encoding } from './escape.ts'
import { imageView } from './image-view.ts'
import { counted, directionOf, fillPhrase, phrasesFor } from './phrases.ts'
import { plainParagraphs, proseHtml } from './prose.ts'
import { pictureUrl, type Scene, textIn } from './scene.ts'
import { type Theme, themeOf, topicColors } from './theme.ts'

export type View = ReturnType<typeof viewOf>

/**
 * What a template sees. Every key is always there (null where there is nothing), so that a misspelt one is an error
 * with a line and not a silent gap. Strings are encoded for where they go; templates never need the triple braces.
 */
export function viewOf(scene: Scene, encoding: Encoding) {
  const { edition, page, publication, language, logo } = scene
  const phrases = phrasesFor(language)
  const theme = themeOf(publication)
  const dir = directionOf(language)
  const text = textIn(encoding)
  const entries = page.sections.flatMap((section) => section.entries)
  const { subject, preheader } = inboxLines(edition, page)
  const topics = new Set([page.lead.topic, ...page.sections.map((section) => section.topic)])
  const topic = (one: Topic) => {
    const colors = topicColors(one, theme)
    return { id: one.id, name: text(one.names?.[language] ?? one.name), color: colors.light, darkColor: colors.dark }
  }
  return {
    lang: language,
    dir,
    start: dir === 'rtl' ? 'right' : 'left',
    end: dir === 'rtl' ? 'left' : 'right',
    subject: text(subject),
    preheader: text(preheader),
    intro: edition.intro === undefined ? null : proseIn(edition.intro, encoding, theme, []),
    publication: {
      name: text(publication.name),
      url: text(publication.url),
      postalAddress: text(publication.postalAddress),
    },
    logo: logo === null ? null : logoView(logo, scene, encoding),
    date: { iso: edition.date, long: text(longDate(edition.date, language)) },
    counts: {
      stories: text(counted(entries.length + 1, phrases.stories, language)),
      minutes: text(counted(readingMinutes(page), phrases.minutes, language)),
    },
    readOnlineUrl: text(`${publication.url.replace(/\/+$/, '')}/${edition.date}/email.html`),
    lead: { topic: topic(page.lead.topic), ...entryView(page.lead.entry, scene, theme, encoding) },
    sections: page.sections.map((section, index) => ({
      topic: topic(section.topic),
      /** True where the lead's heading already names this topic right above. */
      continued: index === 0 && section.topic === page.lead.topic,
      entries: section.entries.map((entry) => entryView(entry, scene, theme, encoding)),
    })),
    topics: [...topics].map(topic),
    phrases: {
      readOnline: text(phrases.readOnline),
      copyFor: phrases.copyFor.split('{0}').map((part) => text(part) ?? ''),
      you: phrases.you,
      because: text(fillPhrase(phrases.because, publication.name)),
      unsubscribe: text(fillPhrase(phrases.unsubscribe, publication.name)),
    },
    theme,
  }
}

function entryView(entry: Entry, scene: Scene, theme: Theme, encoding: Encoding) {
  const text = textIn(encoding)
  const names = entry.byline ?? []
  const own = entry.lang ?? scene.publication.language
  const foreign = own !== scene.language
  const byline =
    names.length === 0
      ? undefined
      : fillPhrase(phrasesFor(scene.language).by, new Intl.ListFormat(scene.language).format(names))
  return {
    position: entry.position,
    kicker: text(entry.kicker),
    headline: text(entry.headline),
    url: text(entry.url),
    source: text(entry.source),
    byline: text(byline),
    published: entry.published === undefined ? null : text(longDate(entry.published, scene.language)),
    summary: proseIn(entry.summary, encoding, theme, [entry.url]),
    image: imageView(entry, scene, theme, encoding),
    /** Set only where it differs from the language around it. */
    lang: foreign ? own : null,
    dir: foreign ? directionOf(own) : null,
    /** The side this entry's text starts on. */
    start: directionOf(own) === 'rtl' ? 'right' : 'left',
  }
}

function logoView(logo: PictureFile, { publication, edition, shown }: Scene, encoding: Encoding) {
  const width = Math.min(publication.theme?.logo?.width ?? logo.width, logo.width)
  return {
    get src() {
      shown.logo = true
      return encoding.encode(pictureUrl(logo, publication, edition.date))
    },
    width,
    height: Math.max(1, Math.round((width * logo.height) / logo.width)),
  }
}

/** Thursday, 19 December 2024, in a language. A date has no zone, so none can shift it. */
export function longDate(date: string, language: string): string {
  return DateTime.fromISO(date, { zone: 'utc' }).setLocale(language).toLocaleString(DateTime.DATE_HUGE)
}

/** `said`: links that stand elsewhere in the plain text already. */
function proseIn(prose: string, encoding: Encoding, theme: Theme, said: string[]): unknown[] {
  return encoding.kind === 'html' ? proseHtml(prose, theme.light.ink) : plainParagraphs(prose, said)
}
