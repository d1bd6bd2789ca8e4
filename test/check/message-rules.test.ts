import { generateKeyPairSync } from 'node:crypto'
import { DateTime } from 'luxon'
import { beforeEach, describe, expect, it } from 'vitest'
import { messageFindings } from '../../src/check/message-rules.ts'
import type { ComposedMessage } from '../../src/check/message-shape.ts'
import { loadDkimKeys } from '../../src/delivery/dkim-key.ts'
import { compose, fill, recipientOutside } from '../../src/delivery/message.ts'
import type { Edition } from '../../src/edition/edition.ts'
import { readPublication } from '../../src/edition/read.ts'
import type { FindingCode } from '../../src/problems/codes.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { aGoodPublication, GOOD_DATE, GOOD_PUBLICATION } from './good-edition.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

async function aMessage(yaml: string, signed: boolean): Promise<{ message: ComposedMessage; edition: Edition }> {
  const root = await aGoodPublication({ 'broadsheet.yaml': yaml })
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
  if (prepared === null) throw new Error('no edition')
  const { compiled } = await compileFor(prepared)
  if (compiled === null) throw new Error('nothing compiled')
  const keys = signed
    ? loadDkimKeys({ domain: 'harbour.example', selector: 's1', privateKey: pem, ed25519: null })
    : null
  const template = compose(compiled, publication, keys)
  const reader = recipientOutside(template, 'ada@readers.example', DateTime.fromISO('2026-11-20T07:00:00Z'), 'x', '')
  return {
    edition: prepared.edition,
    message: {
      raw: (await fill(template, reader)).raw,
      subject: compiled.subject,
      language: publication.language,
      wayOut: reader.wayOut,
      name: reader.subscriber.name,
      postalAddress: publication.postalAddress,
      domain: 'harbour.example',
      signed,
      textTemplate: 'templates/broadsheet/email.txt.hbs',
    },
  }
}

let good: Awaited<ReturnType<typeof aMessage>>
let signed: Awaited<ReturnType<typeof aMessage>> | undefined
// Folders last as long as a test, so the first test makes them.
beforeEach(async () => {
  if (signed !== undefined) return
  const yaml = GOOD_PUBLICATION.replace('replyTo:', 'unsubscribeAddress: leave@harbour.example\nreplyTo:')
  good = await aMessage(yaml, false)
  signed = await aMessage(yaml, true)
})

const codesOf = ({ message, edition }: typeof good): string[] => [
  ...new Set(messageFindings(message, edition).map((one) => one.code)),
]
const changed = (from: string | RegExp, to: string, of = good): typeof good => {
  const raw = of.message.raw.toString('latin1')
  const bad = raw.replace(from, () => to)
  expect(bad).not.toBe(raw)
  return { ...of, message: { ...of.message, raw: Buffer.from(bad, 'latin1') } }
}

describe('a composed message', () => {
  it('has nothing wrong with it, in each template, with pictures inside or linked, signed or not', async () => {
    expect(codesOf(good)).toEqual([])
    expect(signed === undefined ? null : codesOf(signed)).toEqual([])
    for (const template of ['broadsheet', 'bulletin', 'wire'])
      for (const images of ['embed', 'link'])
        for (const language of ['en-GB', 'ar', 'ja']) {
          const yaml = GOOD_PUBLICATION.replace('template: broadsheet', `template: ${template}`)
            .replace('images: embed', `images: ${images}`)
            .replace('en-GB', language)
          const { message, edition } = await aMessage(yaml, false)
          expect({ template, images, language, found: messageFindings(message, edition) }).toEqual({
            template,
            images,
            language,
            found: [],
          })
        }
  })

  const damages: [what: string, from: string | RegExp, to: string, code: FindingCode][] = [
    ['no Date', /^Date: .*\r\n/m, '', 'message-header'],
    ['two Subjects', /^Subject:/m, 'Subject: Other\r\nSubject:', 'message-header'],
    ['two mailboxes in From', /^From: .*$/m, 'From: a@harbour.example, b@harbour.example', 'message-header'],
    ['a date of another form', /^Date: .*$/m, 'Date: 2026-11-20 07:00', 'message-header'],
    ['no MIME-Version', /^MIME-Version: 1.0\r\n/m, '', 'message-header'],
    ['a line that is no header', /^MIME-Version/m, 'no header here\r\nMIME-Version', 'message-header'],
    [
      'a Message-ID of another domain',
      /^(Message-ID: <[^@]*)@harbour.example>/m,
      'Message-ID: <x@localhost>',
      'message-id',
    ],
    ['raw UTF-8 in a header', /^Subject: .*$/m, 'Subject: caf\u00c3\u00a9', 'message-encoding'],
    [
      'an encoded word that is too long',
      /^Subject: .*$/m,
      `Subject: =?utf-8?Q?${'a'.repeat(70)}?=`,
      'message-encoding',
    ],
    [
      'an encoded word with half a character',
      /^Subject: .*$/m,
      'Subject: =?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=',
      'message-encoding',
    ],
    ['a header line of 90 characters', /^Subject: .*$/m, `Subject: ${'long words '.repeat(8)}`, 'message-header-long'],
    [
      'a header line of a thousand',
      /^Subject: .*$/m,
      `Subject: ${'x'.repeat(240)}\r\nX-Odd: ${'y'.repeat(1000)}`,
      'message-line',
    ],
    ['a bare line feed', '\r\n\r\n--', '\n\r\n\r\n--', 'message-line'],
    [
      'a quoted-printable line of 90',
      /(quoted-printable\r\n\r\n)/,
      `quoted-printable\r\n\r\n${'x'.repeat(90)}\r\n`,
      'message-line',
    ],
    ['Latin-1', /charset=utf-8/, 'charset=iso-8859-1', 'message-encoding'],
    [
      'a part in 8 bit',
      /Content-Transfer-Encoding: quoted-printable/,
      'Content-Transfer-Encoding: 8bit',
      'message-encoding',
    ],
    [
      'a control character in the text',
      /(quoted-printable\r\n\r\n)/,
      'quoted-printable\r\n\r\n=07',
      'message-encoding',
    ],
    ['HTML first', /text\/plain/, 'text/html', 'message-structure'],
    ['multipart/mixed', /multipart\/alternative/, 'multipart/mixed', 'message-structure'],
    ['an attachment', /Content-Disposition: inline/, 'Content-Disposition: attachment', 'message-structure'],
    [
      'a picture the HTML does not show',
      /Content-ID: <[^>]*>/,
      'Content-ID: <other@harbour-post>',
      'message-structure',
    ],
    ['List-Unsubscribe in http', /<https:\/\/harbour.example\/u/, '<http://harbour.example/u', 'message-list'],
    [
      'two links in List-Unsubscribe',
      /^List-Unsubscribe: <https/m,
      'List-Unsubscribe: <https://x.example>,\r\n <https',
      'message-list',
    ],
    ['a space in List-Unsubscribe', /^List-Unsubscribe: <https/m, 'List-Unsubscribe: < https', 'message-list'],
    ['List-Unsubscribe-Post of other words', /List-Unsubscribe=One-Click/, 'List-Unsubscribe=Yes', 'message-list'],
    [
      'a token in the subject of the mailto',
      /<mailto:[^>]*>/,
      '<mailto:leave@harbour.example?subject=token>',
      'message-list',
    ],
    ['List-Id without a domain', /^List-Id: .*$/m, 'List-Id: The Harbour Post', 'message-list'],
    ['Feedback-ID of five fields', /^Feedback-ID: .*$/m, 'Feedback-ID: a:b:c:d:sender', 'message-list'],
    ['Auto-Submitted of another word', /^Auto-Submitted: .*$/m, 'Auto-Submitted: yes', 'message-list'],
    [
      'a plain text without the way out',
      /(?<=quoted-printable[\s\S]*?)harbour.example\/u\/proof(?=[\s\S]*text\/html)/,
      'gone',
      'message-text-differs',
    ],
    [
      'a plain text without a link',
      /news\.example\.org\/market(?=[\s\S]*text\/html)/,
      'news.example.org/other',
      'message-text-differs',
    ],
    [
      'an entity in the plain text',
      /(quoted-printable\r\n\r\n)/,
      'quoted-printable\r\n\r\nTom &amp; Jerry\r\n',
      'message-text-form',
    ],
    [
      'a long line in the plain text',
      /(quoted-printable\r\n\r\n)/,
      `quoted-printable\r\n\r\n${'words and =\r\n'.repeat(12)}\r\n`,
      'message-text-form',
    ],
  ]

  it.each(damages)('with %s is told so, and nothing else', (what, from, to, code) => {
    // In a message as composed the list headers stand after others of the same beginning.
    const target = what.includes('List-Unsubscribe in http')
      ? changed(/^(List-Unsubscribe: )<https/m, 'List-Unsubscribe: <http')
      : changed(from, to)
    expect(codesOf(target)).toEqual([code])
  })

  it('with a subject of more than 250 characters is told so', () => {
    const long = (length: number) => ({ ...good, message: { ...good.message, subject: 'x'.repeat(length) } })
    expect(codesOf(long(250))).toEqual([])
    expect(codesOf(long(251))).toEqual(['message-header'])
  })

  it('whose plain text speaks of something else is told so', () => {
    const raw = good.message.raw.toString('latin1')
    const start = raw.indexOf('quoted-printable\r\n\r\n') + 20
    const end = raw.indexOf('\r\n--=_', start)
    const keep = [
      ...raw
        .slice(start, end)
        .replace(/=\r\n/g, '')
        .matchAll(/https:\S+/g),
    ].map(([url]) => url.replace(/[).]+$/, ''))
    const other = `Quite other words.\r\n${keep.map((url) => url.replace(/(.{70})/g, '$1=\r\n')).join('\r\n')}\r\n1 Quay Street, Hull\r\n`
    const bad = {
      ...good,
      message: { ...good.message, raw: Buffer.from(raw.slice(0, start) + other + raw.slice(end), 'latin1') },
    }
    expect(codesOf(bad)).toEqual(['message-text-differs'])
  })

  it.each([
    ['no signature', /^DKIM-Signature: (?:.*\r\n[ \t])*.*\r\n/m, ''],
    ['a signature that leaves out the one-click header', /:\s*List-Unsubscribe-Post/gi, ''],
    ['a signature over a part of the body', /(c=relaxed\/relaxed;)/, 'c=relaxed/relaxed; l=100;'],
    ['a signature of the Ed25519 key alone', /a=rsa-sha256/, 'a=ed25519-sha256'],
  ])('with a key configured and %s is told so', (_, from, to) => {
    if (signed === undefined) throw new Error('nothing signed')
    const raw = signed.message.raw
      .toString('latin1')
      .replace(/(DKIM-Signature: (?:.*\r\n[ \t])*.*)/, (header) => header.replace(/\r\n[ \t]+/g, ' '))
    const unfolded = { ...signed, message: { ...signed.message, raw: Buffer.from(raw, 'latin1') } }
    expect(codesOf(changed(from, to, unfolded))).toContain('message-dkim')
  })
})
