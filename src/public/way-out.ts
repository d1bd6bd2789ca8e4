import type { Context, Hono } from 'hono'
import { linkToken } from '../audience/token.ts'
import { INERT_TOKEN, subscriberOfToken } from '../audience/way-out.ts'
import { topicsOf } from './choices-form.ts'
import { readForm } from './form.ts'
import { masked } from './masked.ts'
import { isolated, notice, readerOf, type Site, type Speech, show, speechFor } from './site.ts'

/**
 * `/u/<token>`: the way out. A mail program POSTs to it and is answered 200 without more ado, whatever the body is or
 * says (RFC 8058, section 3.2); an unknown token is answered the same. A person gets a page, and opening it, as scanners
 * of links do, changes nothing.
 */
export function wayOutPages(app: Hono, site: Site): void {
  app.get('/u/:token', (context) => page(site, context, context.req.param('token')))
  app.post('/u/:token', (context) => leave(site, context, context.req.param('token')))
}

async function page(site: Site, context: Context, token: string): Promise<Response> {
  const { publication, secrets, home } = site
  const { name } = publication
  const id = subscriberOfToken(secrets, publication.id, token)
  if (id === null) return nobody(site, context, token)
  const reader = await readerOf(site, id)
  const speech = speechFor(site, reader?.subscriber.language)
  const { say, language } = speech
  const preferencesUrl = `../${preferencesPath(site, id)}`
  // Whose row is gone is known by this id alone.
  const hasLeft =
    reader === null
      ? (await home.choices.of(id))?.unsubscribed_at != null
      : reader.subscriber.withheld === 'unsubscribed'
  if (hasLeft) return left(site, context, speech, id)
  const address = reader === null ? null : isolated(masked(reader.subscriber.email), language)
  return show(site, context, 'way-out', speech, {
    title: say('leaveTitle', name),
    text: address === null ? say('leaveTextPlain', name) : say('leaveText', name, address),
    topics:
      reader === null || publication.topics.length < 2
        ? []
        : topicsOf(publication, language, reader.subscriber)
            .filter((one) => one.wanted)
            .map((one) => ({ id: one.id, leave: say('leaveTopic', one.name) })),
    preferencesUrl,
  })
}

async function leave(site: Site, context: Context, token: string): Promise<Response> {
  const { publication, secrets, home } = site
  const id = subscriberOfToken(secrets, publication.id, token)
  const form = await readForm(context.req.raw)
  const topic = publication.topics.find((one) => one.id === form.get('topic'))
  if (id !== null && topic !== undefined) {
    const before = (await readerOf(site, id))?.subscriber.excluded
    await home.choices.leaveTopic(id, topic.id, site.now(), before)
    site.log('topic left', { who: site.who(id), topic: topic.id })
  } else if (id !== null && form.has('page') && form.has('topic')) {
    // Whoever wanted one topic less, of a page that is older than the topics there are, does not lose them all.
    return page(site, context, token)
  } else if (id !== null) {
    await home.choices.unsubscribe(id, site.now())
    site.log('unsubscribed', { who: site.who(id), how: form.has('page') ? 'page' : 'one-click' })
  }
  // Programs do not read what they are answered; people came from the page.
  if (!form.has('page')) return context.text('OK\n')
  if (id === null) return nobody(site, context, token)
  const speech = speechFor(site, (await readerOf(site, id))?.subscriber.language)
  return topic === undefined ? left(site, context, speech, id) : topicLeft(site, context, speech, id, topic.id)
}

function left(site: Site, context: Context, speech: Speech, id: string): Response {
  const { say } = speech
  const url = `../${preferencesPath(site, id)}`
  return notice(site, context, speech, {
    title: say('leftTitle'),
    paragraphs: [say('leftText', site.publication.name)],
    action: { url, label: say('leftBack'), plain: true, fields: [{ name: 'do', value: 'resubscribe' }] },
  })
}

function topicLeft(site: Site, context: Context, speech: Speech, id: string, topic: string): Response {
  const { say, language } = speech
  const nobodys = { topics: [], excluded: [] }
  const name = topicsOf(site.publication, language, nobodys).find((one) => one.id === topic)?.name ?? topic
  return notice(site, context, speech, {
    title: say('topicLeftTitle', name),
    paragraphs: [say('topicLeftText')],
    link: { url: `../${preferencesPath(site, id)}`, label: say('toPreferences') },
  })
}

/** A proof leads here too, and its link works for nobody. */
function nobody(site: Site, context: Context, token: string): Response {
  const speech = speechFor(site, null)
  const { say } = speech
  return token === INERT_TOKEN
    ? notice(site, context, speech, { title: say('proofTitle'), paragraphs: [say('proofText')] })
    : notice(site, context, speech, { title: say('brokenTitle'), paragraphs: [say('brokenText')] }, 404)
}

/** Who may unsubscribe somebody may also set what they get: a mail that is passed on takes both along, and no more. */
export const preferencesPath = ({ secrets, publication }: Site, id: string): string =>
  `p/${linkToken(secrets, 'preferences', publication.id, id)}`
