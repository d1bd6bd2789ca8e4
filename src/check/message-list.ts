import type { ComposedMessage, SayOfMessage } from './message-shape.ts'
import { type HeaderField, headerValue } from './mime.ts'

const BUG = 'This is a fault of Broadsheet; please report it with the edition.'

/** What mail programs read to offer a way out and to know the list (RFC 2369, 2919, 8058), and the signature over it. */
export function listFindings(
  fields: readonly HeaderField[],
  { wayOut, signed }: ComposedMessage,
  say: SayOfMessage,
): void {
  const unsubscribe = headerValue(fields, 'list-unsubscribe') ?? ''
  const links = [...unsubscribe.matchAll(/<([^<>]*)>/g)].map(([, link = '']) => link)
  const https = links.filter((link) => /^https:\/\//i.test(link))
  const mailto = links.filter((link) => /^mailto:/i.test(link))
  if (
    https.length !== 1 ||
    https[0] !== wayOut ||
    mailto.length > 1 ||
    links.length !== https.length + mailto.length ||
    links.some((link) => /\s/.test(link)) ||
    !/^<[^<>]*>(?:,\s*<[^<>]*>)*$/.test(unsubscribe)
  )
    say(
      'message-list',
      `List-Unsubscribe is "${unsubscribe.slice(0, 80)}"; one https address, and at most one mailto, are expected.`,
      'The publication’s  url  must be https.',
    )
  const local = /^mailto:([^@?]*)/i.exec(mailto[0] ?? '')?.[1] ?? ''
  if (local.length > 64 || /\?/.test(mailto[0] ?? ''))
    say(
      'message-list',
      'The address to unsubscribe by mail carries its token where Outlook drops it, or is longer than 64 characters.',
      'Choose a shorter  unsubscribeAddress.',
    )
  if (https.length === 1 && headerValue(fields, 'list-unsubscribe-post') !== 'List-Unsubscribe=One-Click')
    say('message-list', 'List-Unsubscribe-Post is not exactly "List-Unsubscribe=One-Click" (RFC 8058).', BUG)
  if (
    !/^(?:(?:"(?:[^"\\]|\\.)*"|[^"<>]*)\s)?<[a-z0-9-]+(?:\.[a-z0-9-]+)+>$/i.test(headerValue(fields, 'list-id') ?? '')
  )
    say('message-list', `List-Id is "${headerValue(fields, 'list-id') ?? ''}", not a phrase and <id.domain>.`, BUG)
  const feedback = headerValue(fields, 'feedback-id')
  if (feedback !== undefined && (feedback.split(':').length > 4 || !/(?:^|:)[^:\s]{5,15}$/.test(feedback)))
    say('message-list', `Feedback-ID is "${feedback}"; at most four fields, the last of 5 to 15 characters.`, BUG)
  const automatic = headerValue(fields, 'auto-submitted')
  if (automatic !== undefined && !/^auto-(?:generated|replied|notified)\b/.test(automatic))
    say('message-list', `Auto-Submitted is "${automatic}".`, BUG)
  signature(fields, signed, say)
}

const COVERED = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-id',
]

function signature(fields: readonly HeaderField[], signed: boolean, say: SayOfMessage): void {
  const all = fields
    .filter((one) => one.name.toLowerCase() === 'dkim-signature')
    .map(
      (one) =>
        new Map(
          one.value
            .split(/;\s*/)
            .map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s+/g, '')]),
        ),
    )
  if (!signed) return
  if (!all.some((tags) => tags.get('a') === 'rsa-sha256'))
    say(
      'message-dkim',
      all.length === 0
        ? 'A DKIM key is configured, and the message is not signed.'
        : 'There is no RSA signature; Ed25519 alone is not understood by most.',
      BUG,
    )
  for (const tags of all) {
    const names = (tags.get('h') ?? '').toLowerCase().split(':')
    const present = COVERED.filter((name) => fields.some((one) => one.name.toLowerCase() === name))
    const missing = present.filter((name) => !names.includes(name))
    if (missing.length > 0) say('message-dkim', `The signature does not cover ${missing.join(', ')}.`, BUG)
    if (tags.has('l') || tags.get('c') !== 'relaxed/relaxed' || !/-sha256$/.test(tags.get('a') ?? ''))
      say('message-dkim', 'The signature is not relaxed/relaxed over the whole body with SHA-256.', BUG)
  }
}
