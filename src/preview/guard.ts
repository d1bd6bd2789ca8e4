import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * Against DNS rebinding: a page on the web can point its own name at this machine, but cannot send another one. Bare
 * addresses cannot be rebound, so they pass when we listen on all of them.
 */
export function isOurHost(header: string, host: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^[\]:@/\s]+)(?::\d+)?$/i.exec(header)?.[1]?.toLowerCase() ?? ''
  if (['localhost', '127.0.0.1', '[::1]', bracketed(host).toLowerCase()].includes(name)) return true
  return isWildcard(host) && isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** Who may write: the page this server gave to a browser on this very machine, and nobody else. */
export class WriteGuard {
  /** Goes to the page with its own words, never into an address. */
  readonly token = randomBytes(24).toString('base64url')

  /** Null when it may; else why not, for the page. */
  refusal(request: IncomingMessage): string | null {
    if (!isThisMachine(request)) return 'Other devices may look; writing is done on the machine the studio runs on.'
    const { headers } = request
    // A form of another site can post, but not JSON, not with this header, and not without saying where it comes from.
    if (headers.origin !== `http://${headers.host}`) return 'This came from another page.'
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') return 'This came from another page.'
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return 'Writing is done in JSON.'
    const given = Buffer.from(String(headers['x-studio-token'] ?? ''))
    const ours = Buffer.from(this.token)
    return given.length === ours.length && timingSafeEqual(given, ours)
      ? null
      : 'The studio was started anew. Reload the page and try again; nothing was written.'
  }
}

/** By the address the connection comes from, which a remote machine cannot claim. */
export function isThisMachine({ socket }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return address === '::1' || /^127\./.test(address)
}

/** The host as it stands in an address for people. */
export function shownHost(host: string): string {
  return isWildcard(host) ? 'localhost' : bracketed(host)
}

export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'
const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)
