import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { RunTrouble } from './back-off.ts'
import { GatedBody } from './gated-body.ts'
import type { MailServer } from './smtp-url.ts'
import { type OpenTransport, type Outcome, RunRefused, type TransportRequest } from './transport.ts'

/**
 * Delivery over SMTP. Nodemailer keeps the protocol, TLS and AUTH; the body is handed over through a gate that commits
 * `sending` between the server's 354 and the first byte, so that a failure can be told apart by when it happened
 * (`err.command` cannot: it says CONN for all of them; measured on nodemailer 10.6.0).
 */
export function openSmtp(server: MailServer, connections: number): OpenTransport {
  const idle: SMTPConnection[] = []
  const waiting: (() => void)[] = []
  let open = 0
  /** Once a connection has been made, one that cannot be made is trouble that may pass. */
  let reached = false

  const acquire = async (): Promise<{ connection: SMTPConnection; fresh: boolean }> => {
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
  const release = (connection: SMTPConnection, usable: boolean): void => {
    if (usable) idle.push(connection)
    else {
      open -= 1
      connection.close()
    }
    waiting.shift()?.()
  }

  return {
    async transport(request) {
      for (;;) {
        const { connection, fresh } = await acquire()
        let usable = false
        try {
          const { outcome, reusable, answered } = await send(connection, request)
          usable = reusable
          // A kept connection may have been closed while it was idle; that says nothing about this delivery.
          if (fresh || answered) return outcome
        } finally {
          release(connection, usable)
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
    async close() {
      for (const connection of idle.splice(0)) connection.quit()
    },
  }
}

/** A connection with its login and nothing sent over it. Throws what a run would stop for. */
export async function tryServer(
  server: MailServer,
): Promise<{ extensions: string[]; secure: boolean; login: boolean }> {
  const connection = await connected(server, false, () => {})
  const { secure } = connection
  const extensions = [...new Set(extensionsOf(connection))]
  connection.quit()
  return { extensions, secure: secure === true, login: server.credentials !== null }
}

/** What Nodemailer keeps to itself (10.6.0), as far as it is used here. */
interface Inside {
  _responseActions: ((reply: string) => void)[]
  _actionSMTPStream(reply: string, callback: (reason: Error | null, reply?: string) => void): void
}

/** Nodemailer makes a stream for each body and leads it to the socket; ours goes there by itself, and takes its place among the replies. */
class Conversation extends SMTPConnection {
  _createSendStream(callback: (reason: Error | null, reply?: string) => void): { outByteCount: number } {
    const inside = this as unknown as Inside
    inside._responseActions.push((reply) => inside._actionSMTPStream(reply, callback))
    return { outByteCount: 0 }
  }
}

async function connected(
  server: MailServer,
  reached: boolean,
  onLost: (connection: SMTPConnection) => void,
): Promise<SMTPConnection> {
  const connection = new Conversation({
    host: server.host,
    port: server.port,
    secure: server.implicitTls,
    requireTLS: !server.implicitTls && server.startTls === 'required',
    ignoreTLS: server.startTls === 'off',
    tls: { rejectUnauthorized: server.verifyCertificate },
    connectionTimeout: Math.min(30_000, server.answerWithin),
    greetingTimeout: Math.min(60_000, server.answerWithin),
    socketTimeout: server.answerWithin,
    // Closed is destroyed: what is left of a message may not leave after its verdict.
    socketCloseTimeout: 0,
  })
  const where = `${server.host}:${server.port}`
  let failed: (reason: Error) => void = () => {}
  // Without a listener an error on an idle connection would end the process.
  connection.on('error', (reason) => {
    failed(reason)
    onLost(connection)
  })
  connection.on('end', () => onLost(connection))
  try {
    await new Promise<void>((resolve, reject) => {
      failed = reject
      connection.connect((reason) => (reason ? reject(reason) : resolve()))
    })
  } catch (caught) {
    connection.close()
    throw refusal(caught, `No connection to the mail server at ${where}`, reached)
  }
  if (server.credentials !== null) {
    if (!connection.allowsAuth) {
      connection.close()
      throw new RunRefused(
        `The mail server at ${where} takes no login, and SMTP_URL has one.`,
        'Use the port your provider names for authenticated mail (587 or 465), or leave user and password out.',
      )
    }
    const { user, pass } = server.credentials
    try {
      await new Promise<void>((resolve, reject) => {
        failed = reject
        connection.login({ user, pass, credentials: { user, pass } }, (reason) => (reason ? reject(reason) : resolve()))
      })
    } catch (caught) {
      connection.close()
      throw refusal(caught, `The mail server at ${where} refused the login`, reached)
    }
  }
  return connection
}

/** A transient answer may pass, and so may whatever keeps us from a server that has answered before. */
function refusal(caught: unknown, what: string, reached: boolean): RunRefused | RunTrouble {
  const { message, code, responseCode } = caught as SmtpError
  const hint =
    code === 'EAUTH'
      ? 'Check user and password in SMTP_URL.'
      : code === 'ETLS' || /certificate|TLS|SSL/i.test(message)
        ? 'The connection must be encrypted with a valid certificate, except to this machine.'
        : 'Check host and port in SMTP_URL, and whether this machine may reach them.'
  const text = `${what}: ${message.split('\n')[0]}`
  const transient = code === 'ETLS' || responseCode === undefined ? reached : responseCode < 500
  return transient ? new RunTrouble(text, LATER, caught) : new RunRefused(text, hint, caught)
}

const LATER = 'Wait until the mail server is well again, then run `send` again: it goes on where it stopped.'

const UTF8_ADDRESS =
  'this mail server takes no address with letters beyond ASCII before the @ (it does not offer SMTPUTF8)'

/** Nodemailer 10.6 sends such an address to any server (RFC 6531 forbids it), and keeps what EHLO said to itself. */
const takesUtf8 = (connection: SMTPConnection): boolean => extensionsOf(connection).includes('SMTPUTF8')

const extensionsOf = (connection: SMTPConnection): string[] =>
  (connection as unknown as { _supportedExtensions: string[] })._supportedExtensions

type SmtpError = Error & { code?: string; command?: string; responseCode?: number; response?: string }

async function send(
  connection: SMTPConnection,
  request: TransportRequest,
): Promise<{ outcome: Outcome; reusable: boolean; answered: boolean }> {
  if (/[\x80-\uFFFF]/.test(request.envelope.to) && !takesUtf8(connection))
    return { outcome: { state: 'rejected', reply: UTF8_ADDRESS }, reusable: true, answered: true }
  const body = new GatedBody(request, () => connection._socket as Socket)
  try {
    const reply = await new Promise<string>((resolve, reject) => {
      connection.send(
        { from: request.envelope.from, to: [request.envelope.to], size: request.raw.length },
        // All that is asked of a message that is piped.
        body as unknown as Readable,
        (reason, info) => {
          if (reason) reject(reason)
          else resolve(info?.response ?? '')
        },
      )
    })
    return { outcome: { state: 'accepted', reply }, reusable: true, answered: true }
  } catch (caught) {
    const error = caught as SmtpError
    const reply = error.response ?? error.message
    const code = error.responseCode
    if (error.command === 'MAIL FROM' && code !== undefined && code < 500)
      throw new RunTrouble(`The mail server puts the sender ${request.envelope.from} off: ${reply}`, LATER, caught)
    if (error.command === 'MAIL FROM' && code !== undefined) {
      throw new RunRefused(
        `The mail server refused the sender ${request.envelope.from}: ${reply}`,
        'Check `from` in broadsheet.yaml, and whether this login may send for it.',
        caught,
      )
    }
    if (code === 421 && !body.began) throw new RunTrouble(`The mail server is closing: ${reply}`, LATER, caught)
    const state = verdict(code, body)
    const slow = code === 421 || code === 452
    const answered = code !== undefined || body.asked
    return { outcome: state === 'deferred' ? { state, reply, slow } : { state, reply }, reusable: false, answered }
  }
}

/** Which failures are certain (a reply, or the last byte had not left) and which one is not. */
function verdict(code: number | undefined, body: GatedBody): 'rejected' | 'deferred' | 'unknown' {
  if (code !== undefined && code >= 500) return 'rejected'
  if (code !== undefined && code >= 400) return 'deferred'
  return body.began && body.handedOver ? 'unknown' : 'deferred'
}
