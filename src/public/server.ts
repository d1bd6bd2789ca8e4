import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

export interface PublicServer {
  url: string
  /** Answers what is under way, and nothing more; connections that are idle end at once. */
  close(): Promise<void>
}

/** A request has so long to arrive, in milliseconds; readers' pages are small. */
const REQUEST_MILLISECONDS = 15_000

/** Starts listening; rejects when the port is taken. Any Host is answered, and none (HTTP/1.0) as well. */
export async function listenPublic(app: Hono, host: string, port: number): Promise<PublicServer> {
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
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
      void answer(request, response)
    },
  )
  await listen(server, port, host)
  const { port: bound } = server.address() as AddressInfo
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return {
    url: `http://${shown}:${bound}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await closed
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
