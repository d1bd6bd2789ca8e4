import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import path from 'node:path'
import type { PreviewedEditions } from './state.ts'

export interface PreviewOptions {
  editions: PreviewedEditions
  /** Shown to whoever names none. */
  edition: string
  host: string
  port: number
  /** What went wrong inside, for the terminal. */
  onTrouble: (caught: unknown) => void
}

export interface PreviewServer {
  url: string
  /** Reads every edition somebody looks at once more, and shows it to them. */
  repaint(): Promise<void>
  close(): Promise<void>
}

/** The same folder from src/ and from build/: browser code is served as it stands. */
const PAGE = path.join(import.meta.dirname, '..', '..', 'src', 'preview', 'page')

const PAGES: Record<string, { file: string; policy: string }> = {
  '/': {
    file: 'index.html',
    policy:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  },
  // The empty sheet each pane draws the email on. Pictures, styles and fonts come from where a reader's would; nothing
  // else does, and no script at all: once by the sandbox of the frame, once by its own, once by `default-src`.
  '/sheet': {
    file: 'sheet.html',
    policy:
      "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline' https:; font-src data: https:; img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  },
}

const PARTS = ['preview.css', 'panes.css', 'preview.js', 'panes.js', 'findings.js', 'morph.js']
const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' }

const HEARTBEAT_MILLISECONDS = 15_000

/** Starts listening, on this machine alone unless another host is asked for. Rejects when the port is taken. */
export async function servePreview(options: PreviewOptions): Promise<PreviewServer> {
  const watching = new Map<ServerResponse, string>()
  const server = createServer((request, response) => {
    answer(request, response, options, watching).catch((caught) => {
      options.onTrouble(caught)
      if (!response.headersSent) plain(response, 500, 'Something went wrong; the terminal says what.')
      else response.destroy()
    })
  })
  await listen(server, options.port, options.host)
  const heartbeat = setInterval(() => {
    for (const response of watching.keys()) response.write(': still here\n\n')
  }, HEARTBEAT_MILLISECONDS)
  return {
    url: `http://${shownHost(options.host)}:${(server.address() as AddressInfo).port}`,
    async repaint() {
      for (const edition of new Set(watching.values())) {
        const event = stateEvent(await options.editions.read(edition))
        for (const [response, theirs] of watching) if (theirs === edition) response.write(event)
      }
    },
    async close() {
      clearInterval(heartbeat)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: PreviewOptions,
  watching: Map<ServerResponse, string>,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cache-Control', 'no-store')
  if (!isOurHost(request.headers.host ?? '', options.host)) {
    plain(response, 403, 'This preview answers to localhost only; to share it, name the host with --host.')
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    plain(response, 405, 'The preview only shows.')
    return
  }
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (url === null) {
    plain(response, 400, 'This is not an address.')
    return
  }
  const edition = url.searchParams.get('edition') ?? options.edition
  const part = PARTS.find((name) => url.pathname === `/${name}`)
  const { file, policy } = PAGES[url.pathname] ?? { file: part, policy: "default-src 'none'" }
  if (file !== undefined) {
    const body = await readFile(path.join(PAGE, file))
    const type = `${TYPES[path.extname(file)]}; charset=utf-8`
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy })
    response.end(body)
  } else if (url.pathname === '/state') {
    const state = await options.editions.readOnce(edition)
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(state))
  } else if (url.pathname === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    response.on('close', () => watching.delete(response))
    watching.set(response, edition)
    // What is on disk now, whatever happened while nobody looked; the same again after a connection was lost.
    response.write(`retry: 500\n\n${stateEvent(await options.editions.readOnce(edition))}`)
  } else if (url.pathname.startsWith('/pictures/')) {
    const picture = options.editions.picture(url.pathname.slice('/pictures/'.length))
    if (picture === null) {
      plain(response, 404, 'No edition shown here has this picture.')
      return
    }
    // The name holds a hash of the bytes.
    response.writeHead(200, { 'Content-Type': picture.type, 'Cache-Control': 'max-age=31536000, immutable' })
    response.end(picture.bytes)
  } else plain(response, 404, 'There is nothing here. The preview is at /.')
}

/** The state itself travels, not only its number: measured 2026-11, that saves a round trip of 3 to 6 ms. */
function stateEvent(state: object): string {
  return `data: ${JSON.stringify(state)}\n\n`
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}

/**
 * Against DNS rebinding: a page on the web can point its own name at this machine, but cannot send another one. Bare
 * addresses cannot be rebound, so they pass when we listen on all of them.
 */
function isOurHost(header: string, host: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^[\]:@/\s]+)(?::\d+)?$/i.exec(header)?.[1]?.toLowerCase() ?? ''
  if (['localhost', '127.0.0.1', '[::1]', bracketed(host).toLowerCase()].includes(name)) return true
  return isWildcard(host) && isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

function shownHost(host: string): string {
  return isWildcard(host) ? 'localhost' : bracketed(host)
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'
const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
