import type { Secrets } from '../audience/token.ts'
import { INERT_TOKEN, wayOutToken, wayOutUrl } from '../audience/way-out.ts'
import type { Publication } from '../edition/publication.ts'
import type { Context } from './command.ts'
import { type Check, notChecked, right, wrong } from './doctor-check.ts'

/** What is asked of the server of the way out. */
export interface Web {
  /** A page's status, and what its server thinks the time is. */
  page(url: string): Promise<{ status: number; date: string | null }>
  /** The status of a one-click request, no redirect followed. */
  oneClick(url: string): Promise<number>
}

/** An id nobody has: its link opens the page, and opening changes nothing. */
const NOBODY = 'doctor'
const MOST_SECONDS_OFF = 60

/**
 * The page readers leave by, as they and their mail programs meet it: there, taking one-click requests, and knowing our
 * links from forged ones; and by the way what time its server thinks it is. Nobody is unsubscribed by it.
 */
export async function wayOutChecks(
  context: Context,
  publication: Publication,
  secrets: Secrets | null,
  web: Web,
): Promise<Check[]> {
  const name = 'Way out'
  const url = wayOutUrl(publication.url, INERT_TOKEN)
  if (!url.startsWith('https:'))
    return [
      wrong(
        name,
        `${publication.url} is not https: mail programs then offer no one-click way out.`,
        'Set  url: https://…',
      ),
      clock(context, null),
    ]
  try {
    const { status, date } = await web.page(url)
    if (status !== 200)
      return [
        wrong(name, `${url} answers ${status}.`, 'Every copy leads there; run  broadsheet serve  behind that address.'),
        clock(context, date),
      ]
    return [await taken(publication, secrets, web, url), clock(context, date)]
  } catch (caught) {
    const { cause, message } = caught as Error
    const why = cause instanceof Error ? cause.message : message
    return [
      notChecked(name, `${url} could not be asked (${why}).`, 'Try again where there is a network.'),
      clock(context, null),
    ]
  }
}

async function taken(publication: Publication, secrets: Secrets | null, web: Web, url: string): Promise<Check> {
  const name = 'Way out'
  const status = await web.oneClick(url)
  if (status !== 200)
    return wrong(
      name,
      `${url} answers ${status} to a one-click request.`,
      'Mail programs POST there and want 200 without a redirect (RFC 8058): look at the proxy in front of  broadsheet serve.',
    )
  if (secrets === null) return right(name, `${url} answers, to one-click requests too.`)
  const ours = await web.page(wayOutUrl(publication.url, wayOutToken(secrets, publication.id, NOBODY)))
  return ours.status === 200
    ? right(name, `${url} answers, takes one-click requests and knows our links.`)
    : wrong(
        name,
        'It does not know links made with this BROADSHEET_SECRET: nobody could leave.',
        'Give  broadsheet serve  the same secret; an older one may stand after it, behind a comma.',
      )
}

function clock(context: Context, date: string | null): Check {
  const seconds = date === null ? Number.NaN : (Date.parse(date) - context.now.toMillis()) / 1000
  if (Number.isNaN(seconds))
    return notChecked('Clock', 'Nobody was there to compare it with.', 'Copies are dated by it.')
  return Math.abs(seconds) <= MOST_SECONDS_OFF
    ? right('Clock', 'This machine and the server of the way out agree about the time.')
    : wrong('Clock', `This machine is ${Math.round(Math.abs(seconds))} seconds off.`, 'Let it keep time with NTP.')
}
