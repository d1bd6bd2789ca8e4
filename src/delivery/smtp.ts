import { Exchange } from './exchange.ts'
import { type Conversation, connected } from './smtp-connection.ts'
import type { MailServer } from './smtp-url.ts'
import type { OpenTransport, TransportRequest } from './transport.ts'

const UTF8_ADDRESS =
  'this mail server takes no address with letters beyond ASCII before the @ (it does not offer SMTPUTF8)'

/** How long a copy waits behind one that gets no answer, in milliseconds. */
const PATIENCE = 2000
/** How long after that no envelope goes ahead: a server that thinks about each message gains nothing by it. */
const NO_FOLLOWING = 60_000

/**
 * Delivery over SMTP. Nodemailer keeps the protocol, TLS and AUTH; the body is handed over through a gate that commits
 * `sending` between the server's 354 and the first byte, so that a failure can be told apart by when it happened
 * (`err.command` cannot: it says CONN for all of them; measured on nodemailer 10.6.0).
 *
 * Where the server takes commands in a row (PIPELINING), the envelope of the next copy leaves behind a body, so that a copy
 * takes one round trip (RFC 2920, section 3.1; Nodemailer alone needs two).
 */
export function openSmtp(server: MailServer, connections: number): OpenTransport {
  const idle: Conversation[] = []
  const waiting: (() => void)[] = []
  /** Of envelopes that have left, until their requests are handed over. */
  const ahead = new Map<TransportRequest, Exchange>()
  let open = 0
  let follows = true
  /** Once a connection has been made, one that cannot be made is trouble that may pass. */
  let reached = false

  const acquire = async (): Promise<{ connection: Conversation; fresh: boolean }> => {
    const ready = idle.pop()
    if (ready !== undefined) return { connection: ready, fresh: false }
    while (open >= connections) {
      await new Promise<void>((resolve) => waiting.push(resolve))
      const freed = idle.pop()
      if (freed !== undefined) return { connection: freed, fresh: false }
    }
    open += 1
    try {
      const connection = await connected(server, reached, (lost) => {
        const at = idle.indexOf(lost)
        if (at < 0) return
        idle.splice(at, 1)
        open -= 1
      })
      reached = true
      return { connection, fresh: true }
    } catch (caught) {
      open -= 1
      waiting.shift()?.()
      throw caught
    }
  }
  const release = (connection: Conversation, usable: boolean): void => {
    if (usable) idle.push(connection)
    else {
      open -= 1
      connection.close()
    }
    waiting.shift()?.()
  }

  const begin = (connection: Conversation, request: TransportRequest, mayFollow: () => boolean): Exchange =>
    new Exchange(connection, request, (exchange) => {
      const next = follows && mayFollow() ? (request.next?.() ?? null) : null
      if (next === null || !connection.takes(next.request.envelope.to)) return null
      const behind = begin(connection, next.request, mayFollow)
      ahead.set(next.request, behind)
      exchange.patience = setTimeout(() => {
        if (!ahead.delete(next.request)) return
        exchange.isStuck = true
        follows = false
        setTimeout(() => {
          follows = true
        }, NO_FOLLOWING).unref()
        next.letGo()
      }, PATIENCE)
      return behind
    })

  /** The exchange that has begun already, or one over a connection that is free. */
  const exchangeFor = async (
    request: TransportRequest,
    mayFollow: () => boolean,
  ): Promise<{ exchange: Exchange; fresh: boolean } | null> => {
    const begun = ahead.get(request)
    if (begun !== undefined) {
      ahead.delete(request)
      return { exchange: begun, fresh: false }
    }
    const { connection, fresh } = await acquire()
    if (connection.takes(request.envelope.to)) return { exchange: begin(connection, request, mayFollow), fresh }
    release(connection, true)
    return null
  }

  return {
    async transport(request, mayFollow = () => true) {
      for (;;) {
        const under = await exchangeFor(request, mayFollow)
        if (under === null) return { state: 'rejected', reply: UTF8_ADDRESS }
        const { exchange, fresh } = under
        let usable = false
        try {
          const { outcome, reusable, answered } = await exchange.verdict()
          usable = reusable && !exchange.isStuck
          // A kept connection may have been closed while it was idle; that says nothing about this delivery.
          if (fresh || answered) return outcome
        } finally {
          clearTimeout(exchange.patience)
          const { connection, behind } = exchange
          // With a connection that ends, what had begun behind it has never been; one that goes on is kept for it.
          if (!usable && behind !== null) ahead.delete(behind.request)
          if (!usable || behind === null) release(connection, usable)
        }
      }
    },
    async warmUp() {
      await acquire().then(
        ({ connection }) => release(connection, true),
        // Whatever is wrong, the first delivery meets it too and says so.
        () => {},
      )
    },
    hasBegun: (request) => ahead.has(request),
    async close() {
      for (const connection of idle.splice(0)) connection.quit()
      for (const { connection } of ahead.values()) connection.close()
    },
  }
}
