import fc from 'fast-check'
import { DateTime } from 'luxon'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import {
  asciiAddress,
  dateLine,
  headerLine,
  headerText,
  mailboxHeader,
  parseMailbox,
} from '../../src/delivery/headers.ts'

async function readBack(headers: string) {
  return PostalMime.parse(`${headers}\r\nbody`)
}

describe('headers', () => {
  it('leave plain ASCII as it is and encode everything else in words of at most 75 characters', () => {
    expect(headerText('Plain, with punctuation: yes!')).toBe('Plain, with punctuation: yes!')
    const encoded = headerLine('Subject', headerText('Грузия и Łódź — „quoted“ 🙂 '.repeat(8)))
    for (const word of encoded.match(/=\?[^ \r\n]+\?=/g) ?? []) expect(word.length).toBeLessThanOrEqual(75)
    for (const line of encoded.trimEnd().split('\r\n')) expect(line.length).toBeLessThanOrEqual(78)
  })

  it('are dated in UTC, each copy with its own instant', () => {
    const date = (iso: string): string => dateLine(DateTime.fromISO(iso, { setZone: true }))
    expect(date('2026-11-20T07:00:00+01:00')).toBe('Date: Fri, 20 Nov 2026 06:00:00 +0000\r\n')
    expect(date('2026-11-20T07:00:00-05:00')).toBe('Date: Fri, 20 Nov 2026 12:00:00 +0000\r\n')
    expect(date('2026-11-20T06:00:00Z')).toBe('Date: Fri, 20 Nov 2026 06:00:00 +0000\r\n')
  })

  it('come back as they were from an independent parser, for any subject', async () => {
    const subjects = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      .map((text) => text.replace(/\s+/g, ' ').trim())
      .filter((text) => text !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    await fc.assert(
      fc.asyncProperty(subjects, async (subject) => {
        const mail = await readBack(headerLine('Subject', headerText(subject)))
        expect(mail.subject).toBe(subject)
      }),
      { numRuns: 300 },
    )
  })

  it('show as typed what looks encoded already, and no line is longer than a relay takes', async () => {
    for (const subject of ['=?utf-8?B?aGk=?=', 'see =?x?Q?=0D=0A?= there', 'x'.repeat(1200), `é ${'x'.repeat(1200)}`]) {
      const line = headerLine('Subject', headerText(subject))
      expect((await readBack(line)).subject).toBe(subject)
      for (const part of line.split('\r\n')) expect(part.length).toBeLessThanOrEqual(78)
    }
  })

  it('have no blank line in a run of spaces', () => {
    expect(headerLine('Subject', headerText(`a${' '.repeat(200)}b `))).toBe('Subject: a b\r\n')
  })

  it('keep a name with commas, quotes, brackets or any script as one mailbox', async () => {
    for (const name of [
      'Hopper, Grace',
      'Jorge "el lector" Pérez',
      'a@b.example, c@d.example',
      'Eve <evil@example.org>',
      '山田花子',
      'نور',
      'back\\slash',
      'x'.repeat(200),
    ]) {
      const mail = await readBack(headerLine('To', mailboxHeader({ name, address: 'one@readers.example' })))
      expect(mail.to).toEqual([{ name, address: 'one@readers.example' }])
    }
  })

  it('end where they end: no line break in a value starts another header', async () => {
    for (const value of ['a\r\nBcc: x@evil.example', 'a\nBcc: x@evil.example', 'a\u2028Bcc: x', 'a\u0000b']) {
      expect(headerLine('Subject', headerText(value)).trimEnd().split('\r\n')).toHaveLength(1)
      const mail = await readBack(headerLine('To', mailboxHeader({ name: value, address: 'a@b.example' })))
      expect(mail.bcc).toBeUndefined()
    }
  })

  it('write the domain in A-labels and leave the local part alone', () => {
    expect(asciiAddress('Grüße@münchen.example')).toBe('Grüße@xn--mnchen-3ya.example')
    expect(parseMailbox('The Digest <d@x.example>')).toEqual({ name: 'The Digest', address: 'd@x.example' })
    expect(parseMailbox('d@x.example')).toEqual({ name: '', address: 'd@x.example' })
  })
})
