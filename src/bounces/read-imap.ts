import type { ImapFlowError } from 'imapflow'
import { UserError } from '../problems/user-error.ts'
import { MOST_BYTES, type StoredMail } from './read-mails.ts'

/** A mailbox on a server: `imaps://user@host/INBOX`. */
export interface ImapMailbox {
  host: string
  port: number
  /** TLS from the start; else the server must take STARTTLS, but for this machine. */
  secure: boolean
  isLoopback: boolean
  user: string
  password: string
  folder: string
}

/** Throws a UserError for what is no such address. The password stands in the environment, never on a command line. */
export function parseImapUrl(text: string, password: string | null): ImapMailbox {
  const url = URL.canParse(text) ? new URL(text) : null
  const wrong = (message: string, hint: string): UserError => new UserError('bad-imap-url', message, hint)
  if (url === null || !/^imaps?:$/.test(url.protocol) || url.hostname === '' || url.username === '')
    throw wrong(
      'The address of the mailbox is not understood.',
      'Write it as  imaps://user@mail.example.org/INBOX,  a @ in the user as %40.',
    )
  if (url.password !== '')
    throw wrong('A password on a command line can be read by others on this machine.', 'Put it into IMAP_PASSWORD.')
  if (password === null)
    throw new UserError('no-imap-password', 'IMAP_PASSWORD is not set.', 'Set it to the password of the mailbox.')
  const secure = url.protocol === 'imaps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
    secure,
    isLoopback: /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host),
    user: decodeURIComponent(url.username),
    password,
    folder: decodeURIComponent(url.pathname.slice(1)) || 'INBOX',
  }
}

/**
 * The mails that came into a mailbox since a day, oldest first. It is opened to be read only, so nothing is moved, deleted or
 * marked as seen. A server that refuses or goes away is a UserError.
 */
export async function* readImap(mailbox: ImapMailbox, since: Date): AsyncGenerator<StoredMail> {
  // A mail server's pipe starts a process for each mail, and has no use for it.
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    host: mailbox.host,
    port: mailbox.port,
    secure: mailbox.secure,
    ...(mailbox.secure ? {} : { doSTARTTLS: !mailbox.isLoopback }),
    auth: { user: mailbox.user, pass: mailbox.password },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: 30_000,
    socketTimeout: 60_000,
  })
  // What goes wrong reaches us through the call it happens in.
  client.on('error', () => {})
  const asking = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((caught: unknown) => {
      throw explained(caught as ImapFlowError, mailbox)
    })
  try {
    await asking(client.connect())
    await asking(client.mailboxOpen(mailbox.folder, { readOnly: true }))
    const uids = (await asking(client.search({ since }, { uid: true }))) || []
    for (const uid of uids) {
      const query = { source: { maxLength: MOST_BYTES } }
      const message = await asking(client.fetchOne(String(uid), query, { uid: true }))
      // Somebody may have deleted it meanwhile.
      if (message !== false && message.source !== undefined)
        yield { place: `${mailbox.folder}/${uid}`, bytes: message.source }
    }
    await client.logout().catch(() => {})
  } finally {
    client.close()
  }
}

function explained(error: ImapFlowError, { host, folder, user }: ImapMailbox): UserError {
  const { code, responseStatus, responseText, message } = error
  const said = [responseText ?? message, code].filter((one) => one !== undefined).join(', ')
  const about =
    'authenticationFailed' in error && error.authenticationFailed === true
      ? `${host} does not let ${user} in`
      : responseStatus === 'NO'
        ? `${host} does not open ${folder}`
        : `${host} cannot be read`
  return new UserError(
    'imap-failed',
    `${about} (${said}).`,
    'Nothing in the mailbox was changed. What was read before is recorded; run it again.',
    { cause: error },
  )
}
