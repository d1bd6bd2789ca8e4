import type { Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { RunTrouble } from './back-off.ts'
import type { Outlet } from './gated-body.ts'
import type { MailServer } from './smtp-url.ts'
import { RunRefused } from './transport.ts'

/** A connection with its login and nothing sent over it. Throws what a run would stop for. */
export async function tryServer(
  server: MailServer,
): Promise<{ extensions: string[]; secure: boolean; login: boolean }> {
  const connection = await connected(server, false, () => {})
  const { secure } = connection
  const extensions = [...new Set(connection.extensions)]
  connection.quit()
  return { extensions, secure: secure === true, login: server.credentials !== null }
}

/** What Nodemailer says went wrong. */
export type SmtpError = Error & { code?: string; command?: string; responseCode?: number; response?: string }

/** What Nodemailer keeps to itself (10.6.0), as far as it is used here. */
interface Inside {
  _supportedExtensions: string[]
  _responseActions: ((reply: string) => void)[]
  _actionSMTPStream(reply: string, callback: (reason: Error | null, reply?: string) => void): void
}

/**
 * One connection. Nodemailer keeps the protocol; a message begun while another waits for its answer is told apart by the
 * order of the replies, which it keeps as well.
 */
export class Conversation extends SMTPConnection implements Outlet {
  room = 0
  /** Is told of trouble by nobody else: Nodemailer knows of the last message alone. */
  ahead: { fail(reason: Error): void } | null = null

  socket(): Socket {
    return this._socket as Socket
  }

  /** What EHLO said, in capitals; Nodemailer 10.6 keeps it to itself. */
  get extensions(): string[] {
    return (this as unknown as Inside)._supportedExtensions
  }

  /** Nodemailer 10.6 sends an address beyond ASCII to any server (RFC 6531 forbids it). */
  takes(address: string): boolean {
    return !/[\x80-\uFFFF]/.test(address) || this.extensions.includes('SMTPUTF8')
  }

  /** Nodemailer makes a stream for each body and leads it to the socket; ours goes there by itself, and takes its place among the replies. */
  _createSendStream(callback: (reason: Error | null, reply?: string) => void): { outByteCount: number } {
    const inside = this as unknown as Inside
    inside._responseActions.push((reply) => inside._actionSMTPStream(reply, callback))
    return { outByteCount: 0 }
  }
}

export async function connected(
  server: MailServer,
  reached: boolean,
  onLost: (connection: Conversation) => void,
): Promise<Conversation> {
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
    connection.ahead?.fail(reason)
    onLost(connection)
  })
  connection.on('end', () => {
    connection.ahead?.fail(new Error('The connection was closed'))
    onLost(connection)
  })
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

export const LATER = 'Wait until the mail server is well again, then run `send` again: it goes on where it stopped.'
