import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from '../problems/user-error.ts'
import { isOurHost, isThisMachine, shownHost, WriteGuard } from './guard.ts'
import { type Answer, look, plain, readerFor } from './looks.ts'
import { pageFile } from './page-files.ts'
import { keyOf, type ReaderChoice } from './reader.ts'
import type { Studio } from './studio.ts'
import { write } from './writes.ts'

export interface StudioOptions {
  studio: Studio
  /** Shown to whoever names none. */
  edition: string
  host: string
  port: number
  /** The publication's folder, and the address of a line in the editor. */
  editor: { root: string; pattern: string }
  /** What went wrong inside, for the terminal. */
  onTrouble: (caught: unknown) => void
}

export interface StudioServer {
  url: string
  /** Reads everything somebody looks at once more, and shows it to them. */
  repaint(): Promise<void>
  close(): Promise<void>
}

/** What somebody looks at. */
interface View {
  edition: string
  choice: ReaderChoice
}

const HEARTBEAT_MILLISECONDS = 15_000

/** Starts listening, on this machine alone unless another host is asked for. Rejects when the port is taken. */
export async function serveStudio(options: StudioOptions): Promise<StudioServer> {
  const watching = new Map<ServerResponse, View>()
  const guard = new WriteGuard()
  const server = createServer((request, response) => {
    answer(request, response, { options, watching, guard, port: portOf(server) }).catch((caught) => {
      // What the operator can mend is told to the page; a bug goes to the terminal.
      if (caught instanceof UserError && !response.headersSent) {
        send(response, plain(422, `${caught.message} ${caught.hint}`))
        return
      }
      options.onTrouble(caught)
      if (!response.headersSent) send(response, plain(500, 'Something went wrong; the terminal says what.'))
      else response.destroy()
    })
  })
  await listen(server, options.port, options.host)
  const heartbeat = setInterval(() => {
    for (const response of watching.keys()) response.write(': still here\n\n')
  }, HEARTBEAT_MILLISECONDS)
  return {
    url: `http://${shownHost(options.host)}:${portOf(server)}`,
    async repaint() {
      for (const view of onceEach(watching.values())) {
        const event = stateEvent(await options.studio.editions.read(view.edition, view.choice))
        for (const [response, theirs] of watching) if (sameView(theirs) === sameView(view)) response.write(event)
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

interface Around {
  options: StudioOptions
  watching: Map<ServerResponse, View>
  guard: WriteGuard
  port: number
}

async function answer(request: IncomingMessage, response: ServerResponse, around: Around): Promise<void> {
  const { options, watching, guard, port } = around
  const { studio, host } = options
  response.setHeader('X-Content-Type-Options', 'nosniff')
  // Under no-referrer a browser would not say where a request to write comes from (Fetch, 4.6 Origin header).
  response.setHeader('Referrer-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cache-Control', 'no-store')
  if (!isOurHost(request.headers.host ?? '', host))
    return send(response, plain(403, 'The studio answers to localhost only; to share it, name the host with --host.'))
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (url === null) return send(response, plain(400, 'This is not an address.'))
  if (request.method === 'POST') {
    const refusal = guard.refusal(request)
    if (refusal !== null) return send(response, plain(403, refusal))
    return send(response, await write(studio, request, url.pathname))
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD, POST')
    return send(response, plain(405, 'The studio is looked at with GET, and written to by its own page.'))
  }
  const edition = url.searchParams.get('edition') ?? options.edition
  if (url.pathname === '/events') {
    const view = { edition, choice: readerFor(request, url.searchParams) }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    if (request.method === 'HEAD') return void response.end()
    response.on('close', () => watching.delete(response))
    watching.set(response, view)
    // What is on disk now, whatever happened while nobody looked; the same again after a connection was lost.
    response.write(`retry: 500\n\n${stateEvent(await studio.editions.readOnce(view.edition, view.choice))}`)
    return
  }
  const here = isThisMachine(request)
  const file = await pageFile(url.pathname, {
    token: here ? guard.token : null,
    editor: here ? options.editor : null,
    proofsGo: studio.proofsGo,
  })
  if (file !== null) return send(response, { ...file, headers: { 'Content-Security-Policy': file.policy } })
  return send(response, await look(studio, { request, url, edition, host, port }))
}

/** A mistake of the browser's, like anything that is not there, is a page of words without any rights. */
function send(response: ServerResponse, given: Answer | null): void {
  const { status = 200, type, body, headers } = given ?? plain(404, 'There is nothing here. The studio is at /.')
  response.writeHead(status, { 'Content-Security-Policy': "default-src 'none'", 'Content-Type': type, ...headers })
  response.end(body)
}

/** The state itself travels, not only its number: measured 2026-11, that saves a round trip of 3 to 6 ms. */
function stateEvent(state: object): string {
  return `data: ${JSON.stringify(state)}\n\n`
}

const sameView = ({ edition, choice }: View): string => `${edition} ${keyOf(choice)}`

function onceEach(views: Iterable<View>): View[] {
  return [...new Map([...views].map((view) => [sameView(view), view])).values()]
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
