import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

export interface PublicServer {
  url: string
  /** Answers what is under way, and nothing more; who sends nothing, or never ends, is not waited for. */
  close(): Promise<void>
}

/** A request has so long to arrive, in milliseconds; readers' pages are small. */
const REQUEST_MILLISECONDS = 15_000
/** What is under way when it is stopped has so long to end: a little longer than a busy database is waited for. */
const LAST_MILLISECONDS = 6000

/**
 * Starts listening; rejects when the port is taken. Any Host is answered, and none (HTTP/1.0) as well. `last`: how long
 * `close` waits for connections that do not end, in milliseconds.
 */
export async function listenPublic(
  app: Hono,
  host: string,
  port: number,
  last = LAST_MILLISECONDS,
): Promise<PublicServer> {
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  let isClosing = false
  const server = createServer(
    {
      requireHostHeader: false,
      requestTimeout: REQUEST_MILLISECONDS,
      headersTimeout: REQUEST_MILLISECONDS,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      // No page depends on the name it was asked under, and odd ones would be refused before any of ours sees them.
      request.headers.host = 'localhost'
      // Else a client could go on and on over the connection it has.
      if (isClosing) response.shouldKeepAlive = false
      void answer(request, response)
    },
  )
  await listen(server, port, host)
  const { port: bound } = server.address() as AddressInfo
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return {
    url: `http://${shown}:${bound}`,
    async close() {
      isClosing = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // From here on Node looks for no timeouts any more, and a connection that never sent anything is not idle to it.
      const end = setTimeout(() => server.closeAllConnections(), last)
      await closed
      clearTimeout(end)
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
