import type { IncomingMessage } from 'node:http'
import { isThisMachine } from './guard.ts'
import { phoneAddress, qrCode } from './phone.ts'
import { parseReader, type ReaderChoice } from './reader.ts'
import type { Studio } from './studio.ts'

/** What an answer consists of, besides what all answers have. */
export interface Answer {
  status?: number
  type: string
  body: string | Buffer
  headers?: Record<string, string>
}

/** Where one looks from, and at what. */
export interface Look {
  request: IncomingMessage
  url: URL
  edition: string
  /** What the server listens on. */
  host: string
  port: number
}

/** Everything that is asked with GET, apart from the page's own files and the events. Null when there is no such thing. */
export async function look(studio: Studio, { request, url, edition, host, port }: Look): Promise<Answer | null> {
  const query = url.searchParams
  switch (url.pathname) {
    case '/state':
      return json(await studio.editions.readOnce(edition, readerFor(request, query)))
    case '/editions':
      return json(await studio.states())
    case '/subscribers':
      // Names are nobody's business on another device.
      if (!isThisMachine(request)) return plain(403, 'Readers are searched for on the machine the studio runs on.')
      return json(await studio.subscribers(query.get('text') ?? ''))
    case '/matrix':
      return json(await studio.matrix(edition))
    case '/changes':
      return json(await studio.changes(edition, query.get('against') === 'previous' ? 'previous' : 'head'))
    case '/phone': {
      const address = phoneAddress(host, port)
      return json({ address: address === null ? null : `${address}/${query.get('view') ?? ''}` })
    }
    case '/phone.svg': {
      const address = phoneAddress(host, port)
      if (address === null) return null
      return { type: 'image/svg+xml', body: qrCode(`${address}/${query.get('view') ?? ''}`) }
    }
    case '/review.html':
      return download(`${edition}-review.html`, 'text/html; charset=utf-8', (await studio.review(edition)).html)
    case '/message.eml': {
      const message = await studio.message(edition)
      return message === null ? null : download(`${edition}.eml`, 'message/rfc822', message)
    }
    default:
      return url.pathname.startsWith('/pictures/') ? picture(studio, url.pathname.slice('/pictures/'.length)) : null
  }
}

/** Whose copy; another device is not shown a subscriber of the audience. */
export function readerFor(request: IncomingMessage, query: URLSearchParams): ReaderChoice {
  const choice = parseReader(query)
  return choice.kind === 'subscriber' && !isThisMachine(request) ? { kind: 'everyone' } : choice
}

export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

export function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function picture(studio: Studio, name: string): Answer | null {
  const found = studio.editions.picture(name)
  if (found === null) return null
  // The name holds a hash of the bytes.
  return {
    type: found.type,
    body: Buffer.from(found.bytes),
    headers: { 'Cache-Control': 'max-age=31536000, immutable' },
  }
}

/** Never shown in place: it would be a page of ours without our walls. */
function download(name: string, type: string, body: string | Buffer): Answer {
  return {
    type,
    body,
    headers: {
      'Content-Disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`,
      'Content-Security-Policy': "sandbox; default-src 'none'",
    },
  }
}
