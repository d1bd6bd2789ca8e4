import type { Context } from 'hono'
import type { AudienceHome } from '../audience/home.ts'
import { ownSubscriber } from '../audience/overlay.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import type { Secrets } from '../audience/token.ts'
import type { Publication } from '../edition/publication.ts'
import { directionOf } from '../render/phrases.ts'
import type { PageName, PageTemplates } from './page-templates.ts'
import type { PostMail } from './post-office.ts'
import { type Say, wordsFor } from './words/words.ts'

/** What the public pages stand on; everything they touch is passed in. */
export interface Site {
  publication: Publication
  secrets: Secrets
  home: AudienceHome
  templates: PageTemplates
  /** A subscriber of the audience's file, or null. */
  find(id: string): Promise<Subscriber | null>
  isSuppressed(addressHash: string): Promise<boolean>
  /** Editions and what became of their copies, for whoever asks what is kept about them. */
  deliveries(id: string): Promise<object[]>
  /** Does not wait until it has left. */
  post: PostMail
  /** Milliseconds since 1970. */
  now(): number
  /** Never a token, an address or an id; `who` stands for a subscriber. */
  log(event: string, more?: Record<string, unknown>): void
  /** What a log calls a subscriber: the same word each time, from which nobody finds the id. */
  who(id: string): string
}

/** Somebody a link leads to. */
export interface Reader {
  subscriber: Subscriber
  /** Topics of their row, before what they chose here. */
  baseTopics: readonly string[]
}

/** The subscriber of an id as the database has them; null for nobody, and for who was forgotten. */
export async function readerOf({ home, find }: Site, id: string): Promise<Reader | null> {
  const { own, deleted } = await home.known(id)
  const row = own !== null ? ownSubscriber(own) : deleted ? null : await find(id)
  return row === null ? null : { subscriber: await home.overlaid(row), baseTopics: row.topics }
}

/** A page in the language of its reader, where the publication speaks it. */
export interface Speech {
  language: string
  say: Say
}

export function speechFor({ publication }: Site, asked: string | null | undefined): Speech {
  const offered = [publication.language, ...(publication.languages ?? [])]
  const language = offered.find((one) => one.toLowerCase() === asked?.toLowerCase()) ?? publication.language
  return { language, say: wordsFor(language) }
}

/** An address inside a sentence, whichever way that runs. */
export const isolated = (text: string, language: string): string =>
  directionOf(language) === 'rtl' ? `\u2066${text}\u2069` : text

export function show(
  site: Site,
  context: Context,
  name: PageName,
  { language }: Speech,
  view: { title: string } & Record<string, unknown>,
  status: 200 | 404 | 422 | 429 | 500 | 503 = 200,
): Response {
  const { html, policy } = site.templates.page(name, language, view)
  context.header('Content-Security-Policy', policy)
  context.header('Content-Language', language)
  return context.html(html, status)
}

/** What stands on a page of few words. */
export interface Notice {
  title: string
  paragraphs: readonly string[]
  action?: { url?: string; label: string; plain?: boolean; fields?: readonly { name: string; value: string }[] }
  hint?: string
  link?: { url: string; label: string }
}

export function notice(
  site: Site,
  context: Context,
  speech: Speech,
  { title, paragraphs, action, hint, link }: Notice,
  status: 200 | 404 | 422 | 429 | 500 | 503 = 200,
): Response {
  const whole = action === undefined ? null : { url: null, plain: false, fields: [], ...action }
  const view = { title, paragraphs, action: whole, hint: hint ?? null, link: link ?? null }
  return show(site, context, 'notice', speech, view, status)
}
