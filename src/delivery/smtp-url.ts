import { milliseconds } from '../edition/duration.ts'
import { UserError } from '../problems/user-error.ts'

/** A mail server as `SMTP_URL` names it, and what may go to it in clear. */
export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte (smtps://). */
  implicitTls: boolean
  /** 'required' everywhere but on loopback or with ?tls=off; 'offered' takes STARTTLS when there is one. */
  startTls: 'required' | 'offered' | 'off'
  verifyCertificate: boolean
  credentials: { user: string; pass: string } | null
  /** How long an answer may take, in milliseconds: ten minutes (RFC 5321, 4.5.3.2.6), or ?timeout=30s. */
  answerWithin: number
}

/** `smtp://user:pass@host:587`, `smtps://host`, `smtp://localhost:2525`, `…?tls=off`. Throws a UserError; never repeats the password. */
export function parseSmtpUrl(text: string): MailServer {
  const bad = (why: string) =>
    new UserError(
      'bad-smtp-url',
      `SMTP_URL ${why}.`,
      'Write it as smtp://user:password@mail.example.org:587 (special characters in the password as %XX).',
    )
  if (!URL.canParse(text)) throw bad('is not an address')
  const url = new URL(text)
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    throw bad(`begins with ${url.protocol}, not smtp: or smtps:`)
  if (url.hostname === '') throw bad('names no host')
  const tls = url.searchParams.get('tls')
  const timeout = url.searchParams.get('timeout')
  if (timeout !== null && !/^[1-9]\d{0,3}[sm]$/.test(timeout))
    throw bad(`says timeout=${timeout}; write it as in 30s or 5m`)
  if (tls !== null && tls !== 'off') throw bad(`says tls=${tls}; the only choice is tls=off`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const loopback = host === 'localhost' || /^127\./.test(host) || host === '::1'
  const implicitTls = url.protocol === 'smtps:'
  const credentials =
    url.username === '' ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  if (credentials !== null && tls === 'off')
    throw bad('has a password and says tls=off; a password never goes in clear')
  return {
    host,
    port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
    implicitTls,
    startTls: tls === 'off' ? 'off' : loopback && credentials === null ? 'offered' : 'required',
    verifyCertificate: !loopback,
    credentials,
    answerWithin: timeout === null ? 600_000 : milliseconds(timeout),
  }
}
