import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { DateTime } from 'luxon'
import { dkimSignatures } from '../delivery/dkim.ts'
import { prepareBody } from '../delivery/dkim-canonical.ts'
import { fieldsOf } from '../delivery/dkim-fields.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import { asciiAddress, domainOf, headerLine, headerText, mailboxHeader, parseMailbox } from '../delivery/headers.ts'
import { quotedPrintable } from '../delivery/quoted-printable.ts'
import type { OpenTransport } from '../delivery/transport.ts'
import type { Publication } from '../edition/publication.ts'
import { escapeHtml } from '../render/escape.ts'
import { mjmlToHtml } from '../render/mjml.ts'
import { directionOf } from '../render/phrases.ts'
import type { MailName, PageTemplates } from './page-templates.ts'
import { wordsFor } from './words/words.ts'

/** A mail of one link, to one address. Nothing else a stranger typed goes into it. */
export interface Mail {
  name: MailName
  to: string
  language: string
  link: string
}

export type PostMail = (mail: Mail) => void

export interface PostOffice {
  post: PostMail
  /** Makes a mail of each kind, so that what is wrong with a template is said at once. */
  warmUp(): Promise<void>
  /** Waits for those under way. */
  close(): Promise<void>
}

export interface PostOfficeOptions {
  publication: Publication
  templates: PageTemplates
  transport: OpenTransport
  keys: DkimKeys | null
  now(): number
  log(event: string, more?: Record<string, unknown>): void
  /** How long to wait after each failed attempt, in milliseconds. */
  waits?: readonly number[]
}

/** Stands in for the link until it is known; nothing a template says looks like it. */
const MARK = 'https://link.invalid/mark'
const WAITS = [10_000, 60_000, 300_000]

/** The mails of the public pages: made once for each language, tried again while the server has trouble, and then lost. */
export function openPostOffice(options: PostOfficeOptions): PostOffice {
  const { publication, transport, keys, now, log, waits = WAITS } = options
  const made = new Map<string, Promise<Letter>>()
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  const letter = (name: MailName, language: string): Promise<Letter> => {
    const key = `${name} ${language}`
    const known = made.get(key) ?? makeLetter(options, name, language)
    made.set(key, known)
    return known
  }
  const deliver = async ({ name, to, language, link }: Mail): Promise<void> => {
    const message = await composed(publication, keys, await letter(name, language), to, link, now())
    for (let attempt = 0; ; attempt++) {
      const outcome = await transport
        .transport({ ...message, onBegin: async () => true })
        .catch((caught: Error) => ({ state: 'deferred' as const, reply: caught.message }))
      const wait = outcome.state === 'deferred' ? waits[attempt] : undefined
      if (outcome.state === 'accepted' || wait === undefined || closing.signal.aborted) {
        // A server's words may repeat the address.
        log('mail', { name, state: outcome.state, code: /^\d{3}/.exec(outcome.reply)?.[0] ?? null })
        return
      }
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => {})
    }
  }
  return {
    post(mail) {
      const delivery = deliver(mail)
        .catch((caught: Error) => log('trouble', { stack: caught.stack }))
        .finally(() => underWay.delete(delivery))
      underWay.add(delivery)
    },
    async warmUp() {
      for (const name of ['confirm', 'own-data'] as const) await letter(name, publication.language)
    },
    async close() {
      closing.abort()
      await Promise.all(underWay)
      await transport.close()
    },
  }
}

interface Letter {
  subject: string
  html: string
  text: string
}

async function makeLetter(
  { publication, templates }: PostOfficeOptions,
  name: MailName,
  language: string,
): Promise<Letter> {
  const say = wordsFor(language)
  const word = (
    name === 'confirm'
      ? ['confirmSubject', 'confirmTitle', 'confirmIntro', 'confirmButton', 'days', 'confirmIgnore']
      : ['ownDataSubject', 'ownData', 'ownDataIntro', 'ownDataTitle', '', 'ownDataIgnore']
  ) as (Parameters<typeof say>[0] | '')[]
  const [subject = '', title = '', intro = '', button = '', ends = '', ignore = ''] = word.map((one) =>
    one === '' ? '' : say(one, publication.name),
  )
  const { mjml, text } = templates.mail(name, language, { subject, title, intro, button, ends, ignore, link: MARK })
  const { html, problems } = await mjmlToHtml(mjml, directionOf(language))
  if (problems.length > 0) throw new Error(`templates/mails/${name}.mjml.hbs: ${problems.join('; ')}`)
  return { subject, html, text }
}

async function composed(
  publication: Publication,
  keys: DkimKeys | null,
  { subject, html, text }: Letter,
  to: string,
  link: string,
  now: number,
) {
  const from = parseMailbox(publication.from)
  const id = randomBytes(12).toString('hex')
  const boundary = `=_${createHash('sha256').update(`${id} ${subject}`).digest('hex').slice(0, 24)}`
  const part = (type: string, content: string): string =>
    `--${boundary}\r\nContent-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(content)}\r\n`
  const body = `${part('plain', text.replaceAll(MARK, link))}${part('html', html.replaceAll(MARK, escapeHtml(link)))}--${boundary}--\r\n`
  const headers = [
    headerLine('From', mailboxHeader(from)),
    publication.replyTo === undefined ? '' : headerLine('Reply-To', mailboxHeader(parseMailbox(publication.replyTo))),
    headerLine('To', mailboxHeader({ name: '', address: to })),
    headerLine('Subject', headerText(subject)),
    headerLine('Date', DateTime.fromMillis(now, { zone: 'utc' }).toRFC2822() ?? ''),
    headerLine('Message-ID', `<${publication.id}.${id}@${domainOf(from.address)}>`),
    // No out-of-office replies, please (RFC 3834).
    headerLine('Auto-Submitted', 'auto-generated'),
    headerLine('MIME-Version', '1.0'),
    headerLine('Content-Type', `multipart/alternative; boundary="${boundary}"`),
  ].join('')
  const bytes = Buffer.from(body)
  const signatures =
    keys === null
      ? ''
      : await dkimSignatures(keys, fieldsOf(Buffer.from(headers).toString('latin1')), prepareBody([bytes]).hash([]), {
          at: Math.floor(now / 1000),
        })
  const raw = Buffer.concat([Buffer.from(`${signatures}${headers}\r\n`), bytes])
  return { id, raw, envelope: { from: asciiAddress(publication.bounceAddress ?? from.address), to: asciiAddress(to) } }
}
