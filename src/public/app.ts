import { type Context, Hono } from 'hono'
import { UserError } from '../problems/user-error.ts'
import { ownDataPages } from './own-data.ts'
import { preferencePages } from './preferences.ts'
import { signUpPages } from './sign-up.ts'
import { notice, type Site, speechFor } from './site.ts'
import { wayOutPages } from './way-out.ts'

/**
 * The public pages as a function from Request to Response, which runs wherever there are such. Links between pages are
 * relative, and the path of the publication's own address may stand before them or be taken off by a proxy. `further`
 * pages are put under their paths.
 */
export function publicApp(site: Site, further: Readonly<Record<string, Hono>> = {}): Hono {
  const base = new URL(site.publication.url).pathname.replace(/\/+$/, '')
  const app = new Hono({ getPath: (request) => pathUnder(base, request.url) })
  app.use(async (context, next) => {
    const started = performance.now()
    await next()
    const { headers, status } = context.res
    headers.set('Cache-Control', 'no-store')
    headers.set('Referrer-Policy', 'no-referrer')
    headers.set('X-Content-Type-Options', 'nosniff')
    headers.set('X-Robots-Tag', 'noindex')
    if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', "default-src 'none'")
    site.log('request', {
      method: context.req.method,
      page: pageOf(context.req.path),
      status,
      milliseconds: Math.round(performance.now() - started),
    })
  })
  app.get('/healthz', async (context) => {
    await site.home.choices.of('')
    return context.json({ status: 'ok' })
  })
  app.get('/robots.txt', (context) => context.text('User-agent: *\nDisallow: /\n'))
  wayOutPages(app, site)
  preferencePages(app, site)
  signUpPages(app, site)
  ownDataPages(app, site)
  for (const [at, pages] of Object.entries(further)) app.route(at, pages)
  app.notFound((context) => {
    const speech = speechFor(site, null)
    const text = { title: speech.say('missingTitle'), paragraphs: [speech.say('missingText')] }
    return notice(site, context, speech, text, 404)
  })
  app.onError((caught, context) => trouble(site, context, caught))
  return app
}

/** A database that is busy is asked again later, by whoever asked; anything else is a bug, and its stack is kept. */
function trouble(site: Site, context: Context, caught: Error): Response {
  const passing = caught instanceof UserError
  site.log('trouble', passing ? { code: caught.code } : { stack: caught.stack })
  if (passing) context.header('Retry-After', '60')
  const speech = speechFor(site, null)
  const text = { title: speech.say('troubleTitle'), paragraphs: [speech.say('troubleText')] }
  return notice(site, context, speech, text, passing ? 503 : 500)
}

function pathUnder(base: string, url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const end = url.slice(from).search(/[?#]/)
  const path = from < 0 ? '/' : end < 0 ? url.slice(from) : url.slice(from, from + end)
  const page = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
  return page.length > 1 ? page.replace(/\/$/, '') : page
}

/** What a log says of a path: no token, and nothing of what we do not know. */
const pageOf = (path: string): string =>
  /^\/(u|p|c|d|hooks)\//.exec(path)?.[1] ?? /^\/(sign-up|healthz|robots\.txt)\/?$/.exec(path)?.[1] ?? 'other'
