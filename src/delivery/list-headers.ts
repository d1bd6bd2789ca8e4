import { createHash } from 'node:crypto'
import { base32 } from '../audience/subscriber.ts'
import type { Publication } from '../edition/publication.ts'
import { asciiAddress, headerLine, headerPhrase } from './headers.ts'

/** What says "bulk mail, from this list, about this edition"; the same for every copy. `domain` is From's, in A-labels. */
export function listHeaders(publication: Publication, date: string, domain: string): string {
  return [
    headerLine('List-Id', `${headerPhrase(publication.name)} <${publication.id}.${domain}>`),
    headerLine('Feedback-ID', feedbackId(publication.id, date, domain)),
    // No out-of-office replies, please (RFC 3834); the second is what older responders look at.
    headerLine('Auto-Submitted', 'auto-generated'),
    headerLine('Precedence', 'bulk'),
  ].join('')
}

/**
 * `<edition>:<publication>:<sender>` for Gmail's feedback loop, which counts complaints by each of the fields: never
 * anything of one recipient's. The last must be 5 to 15 characters that stay the same for all a sender's mail.
 */
function feedbackId(id: string, date: string, domain: string): string {
  return `${id}.${date}:${id}:${base32(createHash('sha256').update(`sender\0${domain}`).digest()).slice(0, 12)}`
}

/**
 * The way out for mail programs: one address to POST to (RFC 8058), and one to write to if there is one. Not folded
 * inside a link, which some relays break signatures on. One-click is only promised over https, as the RFC demands.
 */
export function wayOutHeaders(wayOut: string, address: string | null): string {
  const written = address === null ? '' : `,\r\n <mailto:${inUri(asciiAddress(address))}>`
  const oneClick = /^https:/i.test(wayOut) ? 'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n' : ''
  // A URL's href is ASCII and has no space, bracket or line end left.
  const link = URL.parse(wayOut)?.href ?? inUri(wayOut)
  return `List-Unsubscribe: <${link}>${written}\r\n${oneClick}`
}

const inUri = (text: string): string => text.toWellFormed().replace(/[^\w.+@:/-]/g, encodeURIComponent)
