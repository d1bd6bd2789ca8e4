import { lookup as systemLookup } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { guardedLookup, isPublicAddress, PRIVATE, refusedHost } from './public-address.ts'

/** What became of asking for a page. `moved` holds the permanent redirects on the way, if there were only such. */
export type Answer =
  | { state: 'found'; status: number; url: string; permanent: boolean }
  | { state: 'refused'; status: number; url: string }
  | { state: 'private'; url: string }
  | { state: 'silent'; url: string; why: string }

export interface AskOptions {
  /** Milliseconds for each step. */
  timeout?: number
  signal?: AbortSignal
  /** For tests: another resolver, and which addresses may be connected to. */
  lookup?: typeof systemLookup
  isOpen?: (address: string) => boolean
}

const HOPS = 5
/** What servers say to HEAD that may well be false for GET. */
const HEAD_IS_NO_ANSWER = new Set([400, 401, 403, 404, 405, 406, 410, 429, 500, 501, 502, 503])

/**
 * Asks for a page with HEAD, and with GET where HEAD was no good; follows up to five redirects, each checked like the
 * first, and never connects to an address of this machine or a private network. No network is `silent`, never `found`.
 */
export async function ask(address: string, options: AskOptions = {}): Promise<Answer> {
  let url = address
  let permanent = true
  for (let hop = 0; hop <= HOPS; hop++) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      return { state: 'silent', url, why: 'not a web address' }
    if (refusedHost(new URL(url).hostname, options.isOpen)) return { state: 'private', url }
    let response = await one('HEAD', url, options)
    if ('status' in response && HEAD_IS_NO_ANSWER.has(response.status)) response = await one('GET', url, options)
    if (!('status' in response))
      return response.code === PRIVATE ? { state: 'private', url } : { state: 'silent', url, why: response.code }
    const { status, location } = response
    if (status >= 300 && status < 400 && location !== undefined) {
      if (!URL.canParse(location, url)) return { state: 'refused', status, url }
      permanent &&= status === 301 || status === 308
      url = new URL(location, url).href
      continue
    }
    return status < 400 ? { state: 'found', status, url, permanent } : { state: 'refused', status, url }
  }
  return { state: 'silent', url, why: `more than ${HOPS} redirects` }
}

type Response = { status: number; location: string | undefined } | { code: string }

function one(
  method: 'HEAD' | 'GET',
  url: string,
  { timeout = 10_000, signal, lookup = systemLookup, isOpen = isPublicAddress }: AskOptions,
): Promise<Response> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp
    const headers = { 'user-agent': 'broadsheet-check (link checker)', accept: '*/*' }
    const asked = send(
      url,
      {
        method,
        headers,
        lookup: guardedLookup(lookup, isOpen),
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      },
      (response: IncomingMessage) => {
        resolve({ status: response.statusCode ?? 0, location: response.headers.location })
        // Nobody reads the page.
        asked.destroy()
      },
    )
    const late = setTimeout(() => {
      resolve({ code: 'no answer in time' })
      asked.destroy()
    }, timeout)
    asked.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? error.message }))
    asked.on('close', () => {
      clearTimeout(late)
      resolve({ code: 'connection closed' })
    })
    asked.end()
  })
}
