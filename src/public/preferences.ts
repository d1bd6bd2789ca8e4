import type { Context, Hono } from 'hono'
import { datedToken, subjectOfToken } from '../audience/token.ts'
import { pageUrl } from '../audience/way-out.ts'
import { chosenIn, languagesOf, pauseWithin, timesOf, topicsOf, zonesOf } from './choices-form.ts'
import { readForm } from './form.ts'
import { Limiter } from './limiter.ts'
import { masked } from './masked.ts'
import { isolated, notice, type Reader, readerOf, type Site, show, speechFor } from './site.ts'

const DAY = 86_400_000
/** Mails with a link to one's own data that an address gets in a day. */
const MOST_LINKS = 3

/** `/p/<token>`: what a subscriber gets, when, in which language, and whether at all. Opening it changes nothing. */
export function preferencePages(app: Hono, site: Site): void {
  const links = new Limiter(MOST_LINKS, DAY)
  const reader = async (context: Context): Promise<{ id: string; reader: Reader } | null> => {
    const { secrets, publication } = site
    const id = subjectOfToken(secrets, 'preferences', publication.id, context.req.param('token') ?? '')
    const found = id === null ? null : await readerOf(site, id)
    return id === null || found === null ? null : { id, reader: found }
  }
  app.get('/p/:token', async (context) => {
    const found = await reader(context)
    return found === null ? broken(site, context) : form(site, context, found.reader, null)
  })
  app.post('/p/:token', async (context) => {
    const found = await reader(context)
    return found === null ? broken(site, context) : act(site, context, found.id, found.reader, links)
  })
}

async function act(site: Site, context: Context, id: string, reader: Reader, links: Limiter): Promise<Response> {
  const { home, publication } = site
  const { subscriber, baseTopics } = reader
  const speech = speechFor(site, subscriber.language)
  const { say } = speech
  const fields = await readForm(context.req.raw)
  const after = async (said: Said, status?: 422): Promise<Response> => {
    const now = (await readerOf(site, id)) ?? reader
    return form(site, context, now, said, status)
  }
  switch (fields.get('do')) {
    case 'save': {
      const read = chosenIn(fields, publication, baseTopics, site.now())
      if ('wrong' in read) return after({ title: null, text: say(read.wrong) }, 422)
      await home.choices.choose(id, read.chosen, site.now())
      site.log('preferences', { who: site.who(id) })
      const { say: then } = speechFor(site, read.chosen.language ?? subscriber.language)
      return after({ title: then('savedTitle'), text: then('savedText') })
    }
    case 'unsubscribe':
      await home.choices.unsubscribe(id, site.now())
      site.log('unsubscribed', { who: site.who(id), how: 'preferences' })
      return after({ title: say('leftTitle'), text: say('leftText', publication.name) })
    case 'resubscribe':
      await home.choices.resubscribe(id, subscriber.addressHash, site.now())
      site.log('resubscribed', { who: site.who(id) })
      return after({ title: say('backTitle'), text: say('backText', publication.name) })
    case 'own-data': {
      if (links.take(id, site.now())) {
        const token = datedToken(site.secrets, 'own-data', publication.id, id, site.now())
        const link = pageUrl(publication.url, `d/${token}`)
        site.post({ name: 'own-data', to: subscriber.email, language: speech.language, link })
        site.log('own data asked for', { who: site.who(id) })
      }
      return after({ title: null, text: say('ownDataSent') })
    }
    default:
      return form(site, context, reader, null)
  }
}

interface Said {
  title: string | null
  text: string
}

function form(site: Site, context: Context, { subscriber }: Reader, said: Said | null, status?: 422): Response {
  const { publication } = site
  const speech = speechFor(site, subscriber.language)
  const { say, language } = speech
  const pause = pauseWithin(site.now())
  const { pausedUntil = '' } = subscriber
  return show(
    site,
    context,
    'preferences',
    speech,
    {
      title: say('preferencesTitle', publication.name),
      said,
      preferencesFor: say('preferencesFor', isolated(masked(subscriber.email), language)),
      unsubscribed: subscriber.withheld === 'unsubscribed',
      topics: topicsOf(publication, language, subscriber),
      times: timesOf(subscriber.deliverAt, say('usualTime', publication.deliverAt)),
      usualZone: say('usualZone', publication.timezone.replaceAll('_', ' ')),
      zones: zonesOf(subscriber.timezone),
      languages: languagesOf(publication, subscriber.language, (name) => say('usualLanguage', name)),
      pausedUntil: pausedUntil < pause.from ? '' : pausedUntil,
      pauseFrom: pause.from,
      pauseTo: pause.to,
    },
    status,
  )
}

export function broken(site: Site, context: Context): Response {
  const speech = speechFor(site, null)
  const { say } = speech
  return notice(site, context, speech, { title: say('brokenTitle'), paragraphs: [say('brokenText')] }, 404)
}
