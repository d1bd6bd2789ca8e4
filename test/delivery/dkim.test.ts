import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { dkimSignatures } from '../../src/delivery/dkim.ts'
import { fieldsOf, headerFields, nameOf, signedData, signedNames } from '../../src/delivery/dkim-fields.ts'
import { loadDkimKeys } from '../../src/delivery/dkim-key.ts'
import { tagsOf, verifies, verifyOwn } from '../../src/delivery/dkim-verify.ts'
import { compose, fill, recipientFor } from '../../src/delivery/message.ts'
import { aCompiled, aPublicationValue, aSubscriber } from '../support/compiled.ts'
import { aKeyPem, bothKeys, refereed } from '../support/dkim.ts'

const now = DateTime.fromISO('2026-11-20T07:00:00Z', { zone: 'utc' })
const secrets = { keys: ['a-secret-of-the-tests-only'] } as const
const keys = bothKeys('morning.example')
const publication = aPublicationValue({
  replyTo: 'editors@morning.example',
  unsubscribeAddress: 'leave@morning.example',
  bounceAddress: 'bounces@morning.example',
})

async function signed(name: string, subject: string, email = 'ada@readers.example'): Promise<Buffer> {
  const template = compose(aCompiled({ subject }), publication, keys)
  return (await fill(template, recipientFor(template, aSubscriber({ name, email }), now, secrets))).raw
}

const signaturesOf = (raw: Buffer): Map<string, string>[] =>
  headerFields(raw.toString('latin1').split('\r\n\r\n')[0] ?? '')
    .filter((field) => nameOf(field) === 'dkim-signature')
    .map(tagsOf)

const HOSTILE = [
  'x'.repeat(300),
  'word '.repeat(60),
  'trailing spaces   ',
  '   ',
  `a${' '.repeat(200)}b`,
  '\t\ttabs\t\t',
  '👩‍👩‍👧‍👦 🏳️‍🌈 🙂'.repeat(8),
  'صباح الخير يا قارئنا العزيز '.repeat(5),
  '"quoted" \\ back\\\\slash "',
  '=?utf-8?B?aGk=?= =?x?Q?=0D=0A?=',
  'a\r\nBcc: x@evil.example',
  'a\r\n\r\n<p>body</p>',
  'a\n b\n\tc',
  'a\u2028Bcc: x@evil.example',
  'lone \ud800 surrogate',
  'x, evil@example.org <evil@example.org>',
  '.\r\n.',
  '',
]

describe('a signed message', () => {
  it('passes with a verifier that is not ours, under both keys, whatever subject and name say', async () => {
    const text = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.string({ unit: 'grapheme', maxLength: 150 }),
      fc.array(fc.constantFrom(...HOSTILE, ' ', '=', '\r', '\n'), { maxLength: 4 }).map((parts) => parts.join(' ')),
    )
    await fc.assert(
      fc.asyncProperty(text, text, async (name, subject) => {
        const raw = await signed(name, subject)
        expect(await refereed(raw, keys)).toEqual(['pass', 'pass'])
        verifyOwn(raw, keys)
        const head = raw.toString('latin1').split('\r\n\r\n')[0] ?? ''
        for (const line of head.split('\r\n')) {
          expect(line.trim()).not.toBe('')
          expect(line.length).toBeLessThanOrEqual(998)
        }
      }),
      { numRuns: 250 },
    )
  }, 60_000)

  it('passes with an address whose local part is not ASCII', async () => {
    expect(await refereed(await signed('Zoë', 'Hi', 'voilà@bücher.example'), keys)).toEqual(['pass', 'pass'])
  })

  it('says relaxed, SHA-256, no length, the instant it was given, and covers every header a receiver judges by', async () => {
    const [rsa, ed] = signaturesOf(await signed('Ada', 'Hi'))
    expect(rsa?.get('a')).toBe('rsa-sha256')
    expect(ed?.get('a')).toBe('ed25519-sha256')
    for (const tags of [rsa, ed]) {
      expect(tags?.get('c')).toBe('relaxed/relaxed')
      expect(tags?.get('t')).toBe('1795158000')
      expect(tags?.has('l')).toBe(false)
      expect(tags?.has('x')).toBe(false)
      const names = (tags?.get('h') ?? '').split(':')
      const times = Object.fromEntries(names.map((name) => [name, names.filter((one) => one === name).length]))
      expect(times).toEqual({
        From: 2,
        To: 2,
        Cc: 1,
        Subject: 2,
        'Reply-To': 2,
        Date: 2,
        'Message-ID': 2,
        'MIME-Version': 2,
        'Content-Type': 2,
        'List-Id': 2,
        'List-Unsubscribe': 2,
        'List-Unsubscribe-Post': 2,
        'Feedback-ID': 1,
        'Auto-Submitted': 1,
        Precedence: 1,
      })
    }
  })

  it('has its signatures in lines of at most 78 characters', async () => {
    const head = (await signed('Ada', 'Hi')).toString('latin1').split('\r\nFrom:')[0] ?? ''
    expect(head.split('\r\n').length).toBeGreaterThan(10)
    for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78)
  })

  it('is the same to the byte when it is made again', async () => {
    expect((await signed('Ada', 'Hi')).equals(await signed('Ada', 'Hi'))).toBe(true)
  })

  it('covers what the plain path covers, for any fields, keys and times in turn', async () => {
    const others = { ...keys, domain: 'evening.example', ed25519: null }
    const names = ['From', 'To', 'Subject', 'subject', 'Date', 'List-Id', 'Precedence', 'Auto-Submitted', 'X-Other']
    const field = fc.tuple(fc.constantFrom(...names), fc.constantFrom('a', ' b  c ', 'd\r\n e', '\t', ''))
    await fc.assert(
      fc.asyncProperty(
        // The same names again, under another key or at another time, now and then.
        fc.oneof(fc.constant([['From', 'a']] as const), fc.array(field, { minLength: 1, maxLength: 12 })),
        fc.constantFrom(keys, others),
        fc.constantFrom(1795158000, 1795161600),
        async (fields, signing, at) => {
          const headers = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
          const bodyHash = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
          const lines = headerFields(await dkimSignatures(signing, fieldsOf(headers), bodyHash, { at }))
          const used = [signing.rsa, signing.ed25519].filter((key) => key !== null)
          expect(lines).toHaveLength(used.length)
          for (const [place, key] of used.entries()) {
            const line = lines[place] ?? ''
            const tags = tagsOf(line)
            expect([tags.get('d'), tags.get('s'), tags.get('t')]).toEqual([signing.domain, key.selector, String(at)])
            const listed = (tags.get('h') ?? '').split(':')
            expect(listed).toEqual(signedNames(headerFields(headers).map(nameOf)))
            const data = signedData(headerFields(headers), listed, line.replace(/(;\s*b\s*=)[^;]*/, '$1'))
            expect(verifies(key, data, Buffer.from(tags.get('b') ?? '', 'base64'))).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('can say when it expires', async () => {
    const headers = 'From: a@morning.example\r\n'
    const lines = await dkimSignatures(keys, fieldsOf(headers), '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', {
      at: 1795158000.9,
      expires: 1795244400,
    })
    expect(tagsOf(headerFields(lines)[0] ?? '').get('x')).toBe('1795244400')
    expect(await refereed(Buffer.from(`${lines}${headers}\r\n`), keys)).not.toContain('fail')
  })

  it('fails with any covered header changed, and with any octet of the body', async () => {
    const raw = (await signed('Ada', 'Hi')).toString('latin1')
    const [head = ''] = raw.split('\r\n\r\n')
    const fields = headerFields(head).filter((field) => nameOf(field) !== 'dkim-signature')
    expect(fields).toHaveLength(14)
    for (const field of fields) {
      // The last letter or digit becomes another one: no parser's leniency can undo that.
      const changed = field.replace(/([a-z0-9])([^a-z0-9]*)$/i, (_, last, rest) => `${last === 'x' ? 'y' : 'x'}${rest}`)
      await rejected(raw.replace(field, changed), `changed ${nameOf(field)}`)
      await rejected(raw.replace(`${field}\r\n`, ''), `removed ${nameOf(field)}`)
    }
    for (const [was, is] of [
      ['Good morning', 'Good evening'],
      ['Ada', 'Bob'],
      ['One  story', 'One story, and another'],
      ['--\r\n', '--\r\nmore\r\n'],
    ] as const)
      await rejected(raw.slice(0, head.length) + raw.slice(head.length).replace(was, is), was)
  }, 60_000)

  it('fails with a second From, way out or Subject added, above or below, or a Cc where there was none', async () => {
    const raw = (await signed('Ada', 'Hi')).toString('latin1')
    for (const added of [
      'From: Evil <evil@evil.example>',
      'List-Unsubscribe: <https://evil.example/u>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Subject: Buy now',
      'Reply-To: evil@evil.example',
      'To: evil@evil.example',
      'Content-Type: text/html',
      'Cc: evil@evil.example',
    ]) {
      await rejected(`${added}\r\n${raw}`, `${added} above`)
      await rejected(raw.replace('\r\n\r\n', `\r\n${added}\r\n\r\n`), `${added} below`)
    }
  }, 60_000)

  it('survives what honest relays do: trace headers, folding, trailing spaces, a Feedback-ID of their own', async () => {
    const raw = (await signed('Ada', 'A subject of some words'))
      .toString('latin1')
      .replace('Subject: A subject', 'subject:  A\r\n\tsubject')
    const relayed = `Received: from a by b; Fri, 20 Nov 2026 07:00:01 +0000\r\nFeedback-ID: x:y:z:relay\r\n${raw}\r\n\r\n`
    expect(await refereed(Buffer.from(relayed, 'latin1'), keys)).toEqual(['pass', 'pass'])
  })
})

describe('our own verdict', () => {
  it('fails closed: another key, a missing signature, one too many', async () => {
    const raw = await signed('Ada', 'Hi')
    const others = loadDkimKeys({ domain: 'morning.example', selector: 'rsa', privateKey: aKeyPem(), ed25519: null })
    expect(() => verifyOwn(raw, others)).toThrow('its signature does not fit')
    const text = raw.toString('latin1')
    const signature = headerFields(text.split('\r\n\r\n')[0] ?? '').at(0) ?? ''
    expect(() => verifyOwn(Buffer.from(text.replace(`${signature}\r\n`, ''), 'latin1'), keys)).toThrow('0 signatures')
    expect(() => verifyOwn(Buffer.from(`${signature}\r\n${text}`, 'latin1'), keys)).toThrow('2 signatures')
    expect(() => verifyOwn(Buffer.from(text.replace('d=morning', 'd=evening'), 'latin1'), keys)).toThrow('d=')
    expect(() => verifyOwn(Buffer.from('From: a@b.example\r\n'), keys)).toThrow('no body')
  })

  it('is asked for the first copy of every template, which does not leave when it is no', async () => {
    const other = loadDkimKeys({ domain: 'x.example', selector: 'x', privateKey: aKeyPem(), ed25519: null })
    const wrong = { ...keys, rsa: { ...keys.rsa, publicKey: other.rsa.publicKey } }
    const template = compose(aCompiled(), publication, wrong)
    await expect(fill(template, recipientFor(template, aSubscriber(), now, secrets))).rejects.toThrow(
      'The DKIM signature of the first message does not verify',
    )
    const right = compose(aCompiled(), publication, keys)
    expect(right.signing?.verified).toBe(false)
    await fill(right, recipientFor(right, aSubscriber(), now, secrets))
    expect(right.signing?.verified).toBe(true)
  })
})

async function rejected(text: string, what: string): Promise<void> {
  const raw = Buffer.from(text, 'latin1')
  const verdicts = await refereed(raw, keys)
  expect({ what, passed: verdicts.filter((one) => one === 'pass') }).toEqual({ what, passed: [] })
  expect(() => verifyOwn(raw, keys), what).toThrow()
}
