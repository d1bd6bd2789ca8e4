import type { Context, Hono } from 'hono'
import { defaultId } from '../audience/subscriber.ts'
import { subjectOfDatedToken } from '../audience/token.ts'
import { readForm } from './form.ts'
import { broken } from './preferences.ts'
import { isolated, notice, type Reader, readerOf, type Site, show, speechFor } from './site.ts'

/** A link to one's own data is good for so long. */
const LINK_MILLISECONDS = 86_400_000

/**
 * `/d/<token>`: what is kept about somebody, to take along or to delete. The link went to the address itself, so that
 * nobody a copy was passed on to gets here.
 */
export function ownDataPages(app: Hono, site: Site): void {
  const reader = async (context: Context): Promise<{ id: string; reader: Reader } | null> => {
    const { secrets, publication } = site
    const read = subjectOfDatedToken(secrets, 'own-data', publication.id, context.req.param('token') ?? '')
    if (read === null || site.now() - read.at > LINK_MILLISECONDS) return null
    const found = await readerOf(site, read.subject)
    return found === null ? null : { id: found.subscriber.id, reader: found }
  }
  app.get('/d/:token', async (context) => {
    const found = await reader(context)
    if (found === null) return broken(site, context)
    const { subscriber } = found.reader
    const speech = speechFor(site, subscriber.language)
    const { say, language } = speech
    const text = say('ownDataFor', isolated(subscriber.email, language))
    return show(site, context, 'own-data', speech, { title: say('ownDataTitle'), text })
  })
  app.post('/d/:token', async (context) => {
    const found = await reader(context)
    if (found === null) return broken(site, context)
    const { id } = found
    const { subscriber } = found.reader
    const wanted = (await readForm(context.req.raw)).get('do')
    if (wanted === 'download') {
      site.log('own data given', { who: site.who(id) })
      context.header('Content-Disposition', `attachment; filename="${site.publication.id}.json"`)
      context.header('Content-Type', 'application/json; charset=utf-8')
      return context.body(`${JSON.stringify(await keptAbout(site, id, subscriber), null, 2)}\n`)
    }
    const speech = speechFor(site, subscriber.language)
    const { say } = speech
    if (wanted !== 'delete') return broken(site, context)
    await site.home.deletions.forget(id, subscriber.email, site.now())
    site.log('deleted', { who: site.who(id) })
    return notice(site, context, speech, {
      title: say('deletedTitle'),
      paragraphs: [say('deletedText', site.publication.name)],
    })
  })
}

/** Everything, in words a person understands; instants as ISO 8601. */
async function keptAbout(site: Site, id: string, subscriber: Reader['subscriber']): Promise<object> {
  const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  const { own, preference } = await site.home.known(id)
  const { line: _line, addressHash, ...row } = subscriber
  return {
    publication: site.publication.name,
    subscriber: row,
    since: instant(own?.created_at ?? null),
    unsubscribedAt: instant(preference?.unsubscribed_at ?? null),
    consents: (await site.home.signUps.consents(defaultId(addressHash))).map((one) => ({
      askedAt: instant(one.asked_at),
      confirmedAt: instant(one.confirmed_at),
      words: one.wording,
      language: one.language,
    })),
    deliveries: await site.deliveries(id),
  }
}
