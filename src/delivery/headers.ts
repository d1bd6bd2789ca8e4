import { domainToASCII } from 'node:url'
import type { DateTime } from 'luxon'
import { encodeWord, encodeWords, foldLines } from 'nodemailer/lib/mime-funcs'

/** A mailbox as `From` and `To` carry it. */
export interface Mailbox {
  name: string
  address: string
}

/** `The Digest <digest@example.org>` or a bare address, as the publication's schema lets through. */
export function parseMailbox(text: string): Mailbox {
  const match = /^(.*) <([^<>]+)>$/.exec(text)
  return match === null ? { name: '', address: text } : { name: (match[1] ?? '').trim(), address: match[2] ?? '' }
}

/** One header line, CRLF at its end, folded at 76; whatever tries to end the line early becomes a space. */
export function headerLine(name: string, value: string): string {
  return `${foldLines(`${name}: ${oneLine(value)}`, 76)}\r\n`
}

/** Copies of a wave are dated alike, and to format a date takes 20 microseconds. */
let lastDate = { at: Number.NaN, line: '' }

/** The Date line (RFC 5322), in UTC. */
export function dateLine(date: DateTime): string {
  const at = date.toMillis()
  if (lastDate.at !== at) lastDate = { at, line: headerLine('Date', date.toUTC().toRFC2822() ?? '') }
  return lastDate.line
}

/** Text in a header: plain ASCII as it is, anything else (and what folding could not break) as RFC 2047 words. */
export function headerText(value: string): string {
  const line = oneLine(value)
  const foldable = /^[\x20-\x7e]*$/.test(line) && !/\S{70}/.test(line) && !line.includes('=?')
  return foldable ? line : encoded(line)
}

/** RFC 2047 words of at most 75 characters. Plain words that are too long, or look like encoded ones, go in whole. */
function encoded(line: string): string {
  return /\S{60}/.test(line) || line.includes('=?') ? encodeWord(line, 'B', 52) : encodeWords(line, 'B', 52, true)
}

export function mailboxHeader({ name, address }: Mailbox): string {
  const ascii = asciiAddress(address)
  const shown = headerPhrase(name)
  return shown === '' ? ascii : `${shown} <${ascii}>`
}

/** A phrase of RFC 5322, as before an address or a List-Id: bare words, a quoted string, or encoded words. */
export function headerPhrase(text: string): string {
  const clean = oneLine(text)
  if (!/^[\x20-\x7e]*$/.test(clean) || /\S{60}/.test(clean) || clean.includes('=?')) return encoded(clean)
  return /^[\w !#$%&'*+/=?^`{|}~-]*$/.test(clean) ? clean : `"${clean.replace(/(["\\])/g, '\\$1')}"`
}

/** The domain as A-labels (UTS 46); the local part as written. */
export function asciiAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}@${asciiDomain(address.slice(at + 1))}`
}

export function domainOf(address: string): string {
  return asciiDomain(address.slice(address.lastIndexOf('@') + 1))
}

/** Most readers have their address with one of a few providers. */
const domains = new Map<string, string>()
const MOST_DOMAINS = 1000

function asciiDomain(domain: string): string {
  const known = domains.get(domain)
  if (known !== undefined) return known
  const ascii = domainToASCII(domain) || domain
  if (domains.size >= MOST_DOMAINS) domains.clear()
  domains.set(domain, ascii)
  return ascii
}

/** Runs of spaces too: a header folded inside one would have a blank line, where many readers see its end. */
const oneLine = (value: string): string =>
  value
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(/^ | $/g, '')
