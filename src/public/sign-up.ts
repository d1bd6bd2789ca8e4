import type { Context, Hono } from 'hono'
import type { Subscriber } from '../audience/subscriber.ts'
import { addressHash, isAddress } from '../audience/subscriber.ts'
import { datedToken, subjectOfDatedToken } from '../audience/token.ts'
import { pageUrl } from '../audience/way-out.ts'
import { languagesOf, topicsOf } from './choices-form.ts'
import { clientOf } from './client.ts'
import { readForm } from './form.ts'
import { Limiter } from './limiter.ts'
import { isolated, notice, type Site, type Speech, show, speechFor } from './site.ts'

const HOUR = 3_600_000
/** A form filled in faster than this was not filled in by a person; one older than a day was kept by a program. */
const LEAST_MILLISECONDS = 2000
const MOST_MILLISECONDS = 24 * HOUR
/** Mails that ask an address for confirmation, in a day. */
const MOST_MAILS = 3
/** Forms a client may send, in ten minutes: an office behind one address is many people. */
const MOST_FORMS = 30

/**
 * `/sign-up` and `/c/<token>`: subscribing with double opt-in. Whoever asks is answered the same whether or not the
 * address is known. Programs are told from people by a field nobody sees and by how long they took; a form on another
 * site has no such clock, so who comes from one presses a button of ours first.
 */
export function signUpPages(app: Hono, site: Site): void {
  const limits = { clients: new Limiter(MOST_FORMS, HOUR / 6), addresses: new Limiter(MOST_MAILS, 24 * HOUR) }
  app.get('/sign-up', (context) => {
    const speech = speechFor(site, context.req.query('language'))
    return form(site, context, speech, { email: '', name: '', topics: [] }, null)
  })
  app.post('/sign-up', (context) => signUp(site, context, limits))
  app.get('/c/:token', (context) => ask(site, context))
  app.post('/c/:token', (context) => confirm(site, context))
}

interface Filled {
  email: string
  name: string
  topics: readonly string[]
}

async function signUp(
  site: Site,
  context: Context,
  limits: { clients: Limiter; addresses: Limiter },
): Promise<Response> {
  const { publication, secrets, home } = site
  const fields = await readForm(context.req.raw)
  const speech = speechFor(site, fields.get('language') || context.req.query('language'))
  const { say, language } = speech
  const now = site.now()
  if (!limits.clients.take(clientOf(context), now))
    return notice(site, context, speech, { title: say('tooManyTitle'), paragraphs: [say('tooManyText')] }, 429)
  const filled: Filled = {
    email: (fields.get('email') ?? '').trim(),
    name: (fields.get('name') ?? '')
      .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, 100),
    topics: publication.topics.map((one) => one.id).filter((id) => fields.getAll('topic').includes(id)),
  }
  if (!isAddress(filled.email)) return form(site, context, speech, filled, say('badEmail'), 422)
  const done = (): Response =>
    notice(site, context, speech, {
      title: say('askedTitle'),
      paragraphs: [say('askedText', publication.name)],
      hint: say('askedHint'),
    })
  if ((fields.get('website') ?? '') !== '') {
    site.log('sign-up by a program')
    return done()
  }
  const stamp = subjectOfDatedToken(secrets, 'form', publication.id, fields.get('form') ?? '')
  const took = stamp === null ? null : now - stamp.at
  if (took === null || took < LEAST_MILLISECONDS || took > MOST_MILLISECONDS)
    return almost(site, context, speech, filled)
  const hash = addressHash(filled.email)
  const suppressed = await site.isSuppressed(hash)
  if (limits.addresses.take(hash, now)) {
    const all = filled.topics.length === publication.topics.length
    const id = await home.signUps.ask(
      {
        ...filled,
        topics: all ? [] : filled.topics,
        timezone: null,
        language: language === publication.language ? null : language,
        wording: say('consent', publication.name),
      },
      now,
    )
    const token = datedToken(secrets, 'confirm', publication.id, id, now)
    const link = pageUrl(publication.url, `c/${token}`)
    if (!suppressed) site.post({ name: 'confirm', to: filled.email, language, link })
    site.log('sign-up', { who: site.who(id) })
  }
  return done()
}

function form(
  site: Site,
  context: Context,
  speech: Speech,
  filled: Filled,
  said: string | null,
  status?: 422,
): Response {
  const { publication } = site
  const { say, language } = speech
  const wanted: Pick<Subscriber, 'topics'> = { topics: [...filled.topics] }
  return show(
    site,
    context,
    'sign-up',
    speech,
    {
      title: say('signUpTitle', publication.name),
      said,
      ...filled,
      form: formStamp(site),
      consent: say('consent', publication.name),
      topics: publication.topics.length < 2 ? [] : topicsOf(publication, language, wanted),
      languages: languagesOf(publication, language, (name) => name),
    },
    status,
  )
}

/** One more press, on a page of ours. */
function almost(site: Site, context: Context, speech: Speech, filled: Filled): Response {
  const { say, language } = speech
  return notice(site, context, speech, {
    title: say('almostTitle'),
    paragraphs: [say('almostText', site.publication.name, isolated(filled.email, language))],
    action: {
      label: say('almostButton'),
      fields: [
        { name: 'form', value: formStamp(site) },
        { name: 'email', value: filled.email },
        { name: 'name', value: filled.name },
        { name: 'language', value: language },
        ...filled.topics.map((value) => ({ name: 'topic', value })),
      ],
    },
  })
}

const formStamp = ({ secrets, publication, now }: Site): string =>
  datedToken(secrets, 'form', publication.id, 'sign-up', now())

/** The page behind the link in the mail: scanners open it too, so that it takes a press of the button to confirm. */
async function ask(site: Site, context: Context): Promise<Response> {
  const { publication, secrets, home } = site
  const read = subjectOfDatedToken(secrets, 'confirm', publication.id, context.req.param('token') ?? '')
  const waiting = read === null ? null : await home.signUps.waiting(read.subject, read.at, site.now())
  const speech = speechFor(site, waiting?.language)
  const { say, language } = speech
  if (read === null || waiting === null) return expired(site, context, speech)
  return notice(site, context, speech, {
    title: say('confirmTitle'),
    paragraphs: [say('confirmText', publication.name, isolated(waiting.email, language))],
    action: { label: say('confirmButton') },
  })
}

async function confirm(site: Site, context: Context): Promise<Response> {
  const { publication, secrets, home } = site
  const read = subjectOfDatedToken(secrets, 'confirm', publication.id, context.req.param('token') ?? '')
  const waiting = read === null ? null : await home.signUps.waiting(read.subject, read.at, site.now())
  const speech = speechFor(site, waiting?.language)
  const { say } = speech
  if (read === null || !(await home.signUps.confirm(read.subject, read.at, site.now())))
    return expired(site, context, speech)
  site.log('confirmed', { who: site.who(read.subject) })
  return notice(site, context, speech, {
    title: say('confirmedTitle'),
    paragraphs: [say('confirmedText', publication.name)],
  })
}

function expired(site: Site, context: Context, speech: Speech): Response {
  const { say } = speech
  const text = { title: say('expiredTitle'), paragraphs: [say('expiredText')] }
  const link = { url: '../sign-up', label: say('signUpTitle', site.publication.name) }
  return notice(site, context, speech, { ...text, link }, 404)
}
