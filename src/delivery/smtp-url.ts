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
  /** Its share beside other servers, from 1. */
  weight: number
  /** Copies a second that all senders together may hand it; null: as many as it takes. */
  rate: number | null
}

/**
 * `smtp://user:pass@host:587`, `smtps://host`, `smtp://localhost:2525`, `…?tls=off`. Throws a UserError; never repeats the password.
 * Of several the first: what goes out one at a time needs no second.
 */
export const parseSmtpUrl = (text: string): MailServer => parseOne(textsOf(text)[0] ?? '')

/** All of them, with commas or spaces between. */
export function parseSmtpUrls(text: string): [MailServer, ...MailServer[]] {
  const [first, ...others] = textsOf(text)
  return [parseOne(first ?? ''), ...others.map(parseOne)]
}

const textsOf = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '')

const bad = (why: string): UserError =>
  new UserError(
    'bad-smtp-url',
    `SMTP_URL ${why}.`,
    'Write it as smtp://user:password@mail.example.org:587 (special characters in the password as %XX).',
  )

function parseOne(text: string): MailServer {
  if (!URL.canParse(text)) throw bad('is not an address')
  const url = new URL(text)
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    throw bad(`begins with ${url.protocol}, not smtp: or smtps:`)
  if (url.hostname === '') throw bad('names no host')
  const tls = url.searchParams.get('tls')
  const timeout = url.searchParams.get('timeout')
  if (timeout !== null && !/^[1-9]\d{0,3}[sm]$/.test(timeout))
    throw bad(`says timeout=${timeout}; write it as in 30s or 5m`)
  const weight = url.searchParams.get('weight') ?? '1'
  if (!/^[1-9]\d{0,3}$/.test(weight)) throw bad(`says weight=${weight}; write a whole number from 1`)
  const rate = url.searchParams.get('rate')
  if (rate !== null && !/^[1-9]\d{0,5}(\/[smh])?$/.test(rate))
    throw bad(`says rate=${rate}; write it as in 50/s or 3000/h`)
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
    weight: Number(weight),
    rate: rate === null ? null : Number.parseInt(rate, 10) / ({ s: 1, m: 60, h: 3600 }[rate.at(-1) ?? ''] ?? 1),
    answerWithin: timeout === null ? 600_000 : milliseconds(timeout),
  }
}
