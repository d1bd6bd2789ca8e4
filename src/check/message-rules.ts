import type { Edition } from '../edition/edition.ts'
import { inlineText, linksIn, parseProse } from '../edition/inline.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { escapeHtml } from '../render/escape.ts'
import { listFindings } from './message-list.ts'
import type { ComposedMessage, SayOfMessage } from './message-shape.ts'
import { decoded, type HeaderField, headerValue, leaves, type MimePart, readMessage } from './mime.ts'
import { tellingWords } from './words.ts'

const BUG = 'This is a fault of Broadsheet; please report it with the edition.'

/** The message layer: the bytes that would leave, as a mail server and a strict reader take them. */
export function messageFindings(message: ComposedMessage, edition: Edition): Finding[] {
  const findings: Finding[] = []
  const say: SayOfMessage = (code, text, hint, file = edition.file) =>
    void findings.push(finding(code, file, text, hint))
  const raw = message.raw.toString('latin1')
  const root = readMessage(raw)
  headers(root.fields, message, say)
  listFindings(root.fields, message, say)
  lines(raw, root, say)
  structure(root, say)
  texts(root, message, edition, say)
  return findings
}

const ONCE = [
  'from',
  'date',
  'message-id',
  'subject',
  'to',
  'mime-version',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-id',
]

function headers(fields: readonly HeaderField[], { subject, domain }: ComposedMessage, say: SayOfMessage): void {
  for (const name of ONCE) {
    const count = fields.filter((one) => one.name.toLowerCase() === name).length
    // One-click is only promised over https.
    if (count !== 1 && !(count === 0 && name === 'list-unsubscribe-post'))
      say('message-header', `The message has ${count} ${name} headers.`, BUG)
  }
  const odd = fields.find((one) => !/^[A-Za-z][A-Za-z0-9-]*$/.test(one.name))
  if (odd !== undefined) say('message-header', `"${odd.lines[0]?.slice(0, 40)}" is no header.`, BUG)
  const from = headerValue(fields, 'from') ?? ''
  if ((from.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/@/g) ?? []).length !== 1)
    say(
      'message-header',
      `From names ${from === '' ? 'nobody' : 'more than one mailbox'}.`,
      'Give  from  one name and one address in broadsheet.yaml.',
    )
  const date = headerValue(fields, 'date') ?? ''
  if (
    !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/.test(
      date,
    )
  )
    say('message-header', `The date "${date}" is not in the form of RFC 5322.`, BUG)
  const id = /^<[^\s<>@]+@([^\s<>@]+)>$/.exec(headerValue(fields, 'message-id') ?? '')?.[1]
  if (id === undefined || id !== domain || !id.includes('.'))
    say('message-id', `The Message-ID ends in ${id ?? 'nothing'}, not in the sender's domain (${domain}).`, BUG)
  if ([...subject].length > 250)
    say(
      'message-header',
      `The subject has ${[...subject].length} characters; some servers refuse more than 250.`,
      'Say it shorter.',
    )
  for (const { name, value } of fields) {
    if (/[^\t\x20-\x7e]/.test(value))
      say('message-encoding', `The header ${name} holds a character that is not ASCII.`, BUG)
    for (const [word, charset = '', encoding = '', text = ''] of value.matchAll(
      /=\?([^?\s]*)\?([BQbq])\?([^?\s]*)\?=/g,
    )) {
      if (word.length > 75)
        say('message-encoding', `An encoded word of ${name} has ${word.length} characters; RFC 2047 allows 75.`, BUG)
      const bytes =
        encoding.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64')
          : Buffer.from(
              text
                .replaceAll('_', ' ')
                .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
              'latin1',
            )
      if (charset.toLowerCase() !== 'utf-8' || bytes.toString('utf8').includes('\ufffd'))
        say('message-encoding', `An encoded word of ${name} is not whole UTF-8.`, BUG)
    }
  }
}

function lines(raw: string, root: MimePart, say: SayOfMessage): void {
  if (/(?<!\r)\n|\r(?!\n)|\0/.test(raw)) say('message-line', 'A line does not end in CRLF, or holds a NUL.', BUG)
  if (longestLine(raw) > 998) say('message-line', 'A line has more than 998 octets, which servers cut or refuse.', BUG)
  for (const { name, lines: own } of root.fields) {
    const long = own.find(
      (line) =>
        line.length > 78 &&
        /\S\s+\S/.test(line.slice(line.indexOf(':') + 2)) &&
        !/^(?:DKIM-Signature|List-Unsubscribe)/.test(name),
    )
    if (long !== undefined)
      say(
        'message-header-long',
        `The header ${name} has a line of ${long.length} characters; 78 is the most where it can be folded.`,
        BUG,
      )
  }
  for (const part of leaves(root)) {
    const encoding = headerValue(part.fields, 'content-transfer-encoding')?.toLowerCase()
    if (encoding !== 'quoted-printable' && encoding !== 'base64')
      say('message-encoding', `A ${part.type} part travels as ${encoding ?? 'it is'}.`, BUG)
    else if (longestLine(part.body) > 76)
      say('message-line', `A line of the ${part.type} part has more than 76 characters (RFC 2045).`, BUG)
  }
}

function structure(root: MimePart, say: SayOfMessage): void {
  const kinds = root.parts.map((part) => (part.type === 'multipart/related' ? (part.parts[0]?.type ?? '') : part.type))
  if (
    root.type !== 'multipart/alternative' ||
    kinds.length !== 2 ||
    kinds[0] !== 'text/plain' ||
    kinds[1] !== 'text/html'
  )
    say(
      'message-structure',
      `The message is ${root.type} of ${kinds.join(', ') || 'nothing'}; text/plain first and text/html last are expected.`,
      BUG,
    )
  const ids = new Set<string>()
  let html = ''
  for (const part of leaves(root)) {
    const disposition = headerValue(part.fields, 'content-disposition') ?? ''
    if (/^attachment/i.test(disposition)) say('message-structure', 'The message has an attachment.', BUG)
    const id = /^<(.+)>$/.exec(headerValue(part.fields, 'content-id') ?? '')?.[1]
    if (id !== undefined) ids.add(id)
    if (part.type === 'text/html') html += decoded(part)
    if (part.type.startsWith('text/') && part.parameters.get('charset')?.toLowerCase() !== 'utf-8')
      say('message-encoding', `The ${part.type} part is not declared as UTF-8.`, BUG)
  }
  const wanted = new Set([...html.matchAll(/["'(]cid:([^"')\s]+)/g)].map(([, id = '']) => id))
  for (const id of wanted)
    if (!ids.has(id)) say('message-structure', `The HTML shows cid:${id}, which is not in the message.`, BUG)
  for (const id of ids)
    if (!wanted.has(id)) say('message-structure', `The picture ${id} travels in the message and is not shown.`, BUG)
}

/** How much of the HTML's words the text must have (SpamAssassin: MPART_ALT_DIFF, 2.2 points). */
const ALIKE = 0.6

function texts(
  root: MimePart,
  { language, wayOut, name, postalAddress, textTemplate }: ComposedMessage,
  edition: Edition,
  say: SayOfMessage,
): void {
  const parts = leaves(root)
  const [plainPart, htmlPart] = ['text/plain', 'text/html'].map((type) => parts.find((part) => part.type === type))
  // Without one of the two there is nothing to compare, and that was said.
  if (plainPart === undefined || htmlPart === undefined) return
  const plain = decoded(plainPart)
  const html = decoded(htmlPart)
  // The HTML was looked at as a page.
  const bad = /[^\P{Cc}\r\n\t]|\ufffd/u.exec(plain)?.[0]
  if (bad !== undefined)
    say(
      'message-encoding',
      `The plain text holds the character U+${bad.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}.`,
      'Look for it in the template and in the columns of the audience.',
    )
  const shown = edition.entries.filter((entry) => html.includes(escapeHtml(entry.url)))
  const squeezed = plain.replace(/\s+/g, '')
  const has = (text: string): boolean => squeezed.includes(text.replace(/\s+/g, ''))
  const inPartial = 'Compare with the built-in email.txt.hbs and its partials.'
  if (!has(wayOut)) say('message-text-differs', 'The plain text has no way out.', inPartial, textTemplate)
  if (!has(postalAddress)) say('message-text-differs', 'The plain text has no postal address.', inPartial, textTemplate)
  for (const entry of shown) {
    const links = [
      entry.url,
      ...parseProse(entry.summary)
        .flatMap(linksIn)
        .map((one) => one.url),
    ]
    for (const url of links)
      if (!has(url)) say('message-text-differs', `The plain text does not have ${url}.`, inPartial, textTemplate)
  }
  const words = (text: string): Set<string> => tellingWords(text.replace(/https?:\S+/g, ' '), language)
  const content = shown
    .map((entry) => `${entry.headline} ${parseProse(entry.summary).map(inlineText).join(' ')}`)
    .join(' ')
  const wanted = words(content)
  const there = words(plain)
  const shared = [...wanted].filter((word) => there.has(word)).length
  if (wanted.size > 0 && shared / wanted.size < ALIKE)
    say(
      'message-text-differs',
      `The plain text has ${Math.round((shared / wanted.size) * 100)} % of the words of the entries.`,
      inPartial,
      textTemplate,
    )
  const typed = JSON.stringify(edition)
  const entity = /&(?:amp|lt|gt|quot|nbsp|#\d+|#x[0-9a-f]+);|<\/?(?:p|br|div|table|td|tr|a|b|span)\b[^>]*>/i.exec(
    plain,
  )?.[0]
  if (entity !== undefined && !typed.includes(JSON.stringify(entity).slice(1, -1)))
    say(
      'message-text-form',
      `The plain text holds "${entity}".`,
      'Write  {{x}}  in a text template; nothing is escaped there.',
      textTemplate,
    )
  const long = plain
    .split(/\r?\n/)
    .find((line) => width(line.replace(name, '')) > 78 && /\S\s+\S/.test(line.trim().replace(/^[-*>\s]+/, '')))
  if (long !== undefined)
    say(
      'message-text-form',
      `A line of the plain text has ${width(long)} characters: "${long.trim().slice(0, 30)}…"`,
      'Use  {{wrap x}}, or break the line.',
      textTemplate,
    )
}

/** Signs a reader sees one beside the other: marks over and under letters take no room. */
const width = (line: string): number => [...line.replace(/\p{M}/gu, '')].length

/** A pattern would look at each of a picture's lines seventy times over. */
function longestLine(text: string): number {
  let longest = 0
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    longest = Math.max(longest, stop - start - (text[stop - 1] === '\r' ? 1 : 0))
    start = stop + 1
  }
  return longest
}
