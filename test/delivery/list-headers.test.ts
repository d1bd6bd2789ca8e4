import fc from 'fast-check'
import { DateTime } from 'luxon'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import type { Subscriber } from '../../src/audience/subscriber.ts'
import { addressWithToken, mailId, mailIdOfToken, mailToken } from '../../src/audience/way-out.ts'
import { headerFields, nameOf } from '../../src/delivery/dkim-fields.ts'
import { compose, fill, recipientFor, recipientOutside } from '../../src/delivery/message.ts'
import type { Publication } from '../../src/edition/publication.ts'
import type { CompiledVariant } from '../../src/render/compile.ts'
import { aCompiled, aPublicationValue, aSubscriber } from '../support/compiled.ts'
import { aPublication } from '../support/publication.ts'

const now = DateTime.fromISO('2026-11-20T08:00:00+01:00', { setZone: true })
const secrets = { keys: ['a-secret-of-the-tests-only'] } as const
const addresses = { unsubscribeAddress: 'leave@morning.example', bounceAddress: 'bounces@morning.example' }

async function copy({
  publication = {},
  compiled = {},
  subscriber = {},
}: {
  publication?: Partial<Publication>
  compiled?: Partial<CompiledVariant>
  subscriber?: Partial<Subscriber>
} = {}) {
  const template = compose(aCompiled(compiled), aPublicationValue(publication))
  const { raw, envelope } = await fill(template, recipientFor(template, aSubscriber(subscriber), now, secrets))
  const fields = headerFields((raw.toString().split('\r\n\r\n')[0] ?? '').concat('\r\n'))
  const header = (name: string): string | undefined =>
    fields
      .find((field) => nameOf(field) === name.toLowerCase())
      ?.slice(name.length + 1)
      .replaceAll('\r\n', '')
      .trim()
  return { raw, envelope, names: fields.map(nameOf), header }
}

describe('the headers of a list', () => {
  it('name the list, the edition and the sender, and ask for no automatic answers', async () => {
    const { header } = await copy()
    expect(header('List-Id')).toBe('The Morning Digest <morning-digest.morning.example>')
    expect(header('Auto-Submitted')).toBe('auto-generated')
    expect(header('Precedence')).toBe('bulk')
    expect(header('Date')).toBe('Fri, 20 Nov 2026 07:00:00 +0000')
    expect(header('Message-ID')).toMatch(/^<morning-digest\.2026-11-20\.[a-z2-7]{26}@morning\.example>$/)
  })

  it('have a Feedback-ID without anything of one reader, its last field the same for all mail of the sender', async () => {
    const [one = '', two = '', other = '', later = ''] = [
      await copy(),
      await copy({ subscriber: { id: 'another', email: 'b@readers.example' } }),
      await copy({ publication: { id: 'evening-digest' } }),
      await copy({ compiled: { date: '2026-11-21' } }),
    ].map(({ header }) => header('Feedback-ID') ?? '')
    expect(one).toMatch(/^morning-digest\.2026-11-20:morning-digest:[a-z2-7]{12}$/)
    expect(two).toBe(one)
    const sender = (text: string): string => text.split(':').at(-1) ?? ''
    expect([sender(other), sender(later)]).toEqual([sender(one), sender(one)])
    expect(new Set([one, other, later]).size).toBe(3)
    expect(new Set(one.split(':')).size).toBe(3)
    const elsewhere = (await copy({ publication: { from: 'digest@evening.example' } })).header('Feedback-ID') ?? ''
    expect(sender(elsewhere)).not.toBe(sender(one))
  })

  it('offer one https link to leave by, and an address only when the publication has one', async () => {
    const link = /^<https:\/\/morning\.example\/u\/[\w.-]+>$/
    expect((await copy()).header('List-Unsubscribe')).toMatch(link)
    expect((await copy()).header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click')
    const [first = '', second = '', ...more] = (
      (await copy({ publication: addresses })).header('List-Unsubscribe') ?? ''
    ).split(', ')
    expect(first).toMatch(link)
    expect(second).toMatch(/^<mailto:leave\+[a-z2-7-]{41}@morning\.example>$/)
    expect(more).toEqual([])
  })

  it('promise no one-click over http, which RFC 8058 does not know', async () => {
    expect((await copy({ publication: { url: 'http://morning.example' } })).names).not.toContain(
      'list-unsubscribe-post',
    )
  })

  it('write a link in another script as ASCII', async () => {
    const { header } = await copy({ publication: { url: 'https://bücher.example/é' } })
    expect(header('List-Unsubscribe')).toMatch(/^<https:\/\/xn--bcher-kva\.example\/%C3%A9\/u\/[\w.-]+>$/)
  })

  it('keep a long or odd name of the list in lines a relay takes', async () => {
    for (const name of [
      'x'.repeat(1200),
      'Löwe '.repeat(60),
      '=?utf-8?B?aGk=?=',
      'a "b" \\ c',
      'a\r\nBcc: x@evil.example',
    ]) {
      const { raw, names } = await copy({ publication: { name } })
      for (const line of (raw.toString().split('\r\n\r\n')[0] ?? '').split('\r\n'))
        expect(line.length).toBeLessThan(150)
      expect(names).not.toContain('bcc')
      expect((await PostalMime.parse(raw)).headers.filter((one) => one.key === 'list-id')).toHaveLength(1)
    }
  })
})

describe('an address of a subscriber’s own', () => {
  it('takes returned mail, when the publication has a place for it; else that goes to the sender', async () => {
    expect((await copy()).envelope.from).toBe('digest@morning.example')
    const one = (await copy({ publication: addresses })).envelope.from
    const two = (await copy({ publication: addresses, subscriber: { id: 'another' } })).envelope.from
    expect(one).toMatch(/^bounces\+[a-z2-7-]{41}@morning\.example$/)
    expect(two).not.toBe(one)
    expect(two).not.toContain('another')
    const template = compose(aCompiled(), aPublicationValue(addresses))
    const proof = recipientOutside(template, 'editor@paper.example', now, 'x', '[Proof] ')
    expect((await fill(template, proof)).envelope.from).toBe('bounces@morning.example')
    expect(proof.wayOutAddress).toBe('leave+proof@morning.example')
  })

  it('leads back to its subscriber, in capitals too, under any key still valid, for one publication and one purpose', () => {
    for (const id of ['abcdefghij234567klmn', '7', 'Ada@Readers.example', 'x'.repeat(64)]) {
      const token = mailToken(secrets, 'bounce', 'morning-digest', id)
      const back = (
        keys: readonly [string, ...string[]],
        purpose: 'bounce' | 'unsubscribe',
        publication: string,
        text = token,
      ) => mailIdOfToken({ keys }, purpose, publication, text)
      expect(back(secrets.keys, 'bounce', 'morning-digest')).toBe(mailId(id))
      expect(back(secrets.keys, 'bounce', 'morning-digest', token.toUpperCase())).toBe(mailId(id))
      expect(back(['a-newer-secret-of-the-tests', ...secrets.keys], 'bounce', 'morning-digest')).toBe(mailId(id))
      expect(back(['a-newer-secret-of-the-tests'], 'bounce', 'morning-digest')).toBeNull()
      expect(back(secrets.keys, 'unsubscribe', 'morning-digest')).toBeNull()
      expect(back(secrets.keys, 'bounce', 'evening-digest')).toBeNull()
      const [made = '', mac = ''] = token.split('-')
      for (const forged of [
        token.slice(0, -1),
        `${token}a`,
        `${mac}-${made}`,
        `${token}-`,
        'proof',
        '',
        '-',
        `${made}-`,
      ])
        expect(back(secrets.keys, 'bounce', 'morning-digest', forged)).toBeNull()
    }
    expect(mailId('abcdefghij234567klmn')).toBe('abcdefghij234567klmn')
    expect(mailId('7')).not.toBe(mailId('8'))
  })

  it('fits the 64 octets of a local part beside the longest name the publication may give it', () => {
    const token = mailToken(secrets, 'unsubscribe', 'morning-digest', 'x'.repeat(64))
    const address = addressWithToken(`${'n'.repeat(21)}@morning.example`, token)
    expect(address.indexOf('@')).toBeLessThanOrEqual(63)
  })
})

const INJECTIONS = [
  'a\r\nBcc: x@evil.example',
  'a\nBcc: x@evil.example',
  'a\rBcc: x@evil.example',
  'a\r\n\r\nbody',
  'a\u2028Bcc: x@evil.example',
  'a\u0085Bcc: x@evil.example',
  'a\u0000\u000bBcc: x@evil.example',
  'a>\r\nBcc: <x@evil.example',
  'x@evil.example>, <y@evil.example',
  'a"\r\nFrom: "x',
  'a?=\r\nBcc: x@evil.example',
]
const EXPECTED = (await copy({ publication: { ...addresses, replyTo: 'e@morning.example' } })).names.toSorted()

/** The copy has the headers it always has, once each, and one recipient. */
function expectOnlyOurHeaders({ names, envelope, raw }: Awaited<ReturnType<typeof copy>>, what: string): void {
  expect({ what, names: names.toSorted() }).toEqual({ what, names: EXPECTED })
  expect(`${envelope.from}${envelope.to}`, what).not.toMatch(/[\r\n]/)
  // Not even a bare CR or LF, which some servers take for a line end.
  expect(raw.toString('latin1').replaceAll('\r\n', ''), what).not.toMatch(/[\r\n]/)
}

describe('header injection', () => {
  const publication = { ...addresses, replyTo: 'e@morning.example' }

  it('fails through every column of the audience, read from a file as attackers would write it', async () => {
    const columns = ['email', 'id', 'name', 'topics', 'timezone', 'language', 'status', 'city']
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    const rows = columns.flatMap((column, at) =>
      INJECTIONS.map((text, number) =>
        columns
          .map((name) => (name === column ? quoted(text) : name === 'email' ? `r${at}-${number}@readers.example` : ''))
          .join(','),
      ),
    )
    const root = await aPublication({ files: { 'subscribers.csv': `${columns.join(',')}\n${rows.join('\n')}\n` } })
    const read: AudienceRow[] = []
    for await (const row of readSubscribers(root, 'subscribers.csv')) read.push(row)
    expect(read).toHaveLength(rows.length)
    const taken = read.filter((row) => 'subscriber' in row)
    // Addresses and ids of that kind are turned away; the rest is served.
    expect(taken.length).toBe(rows.length - 2 * INJECTIONS.length)
    for (const { subscriber } of taken)
      expectOnlyOurHeaders(await copy({ publication, subscriber }), JSON.stringify(subscriber))
  })

  it('fails through every column even if the reader of the audience let it through', async () => {
    for (const text of INJECTIONS)
      for (const field of ['id', 'name', 'timezone', 'language', 'status'] as const)
        expectOnlyOurHeaders(await copy({ publication, subscriber: { [field]: text } }), `${field}: ${text}`)
    for (const text of INJECTIONS)
      await expect(copy({ publication, subscriber: { email: `${text}@readers.example` } }), text).rejects.toThrow(
        'is not an address',
      )
  })

  it('fails through every field of edition and publication that reaches a header, even unvalidated', async () => {
    for (const text of INJECTIONS) {
      expectOnlyOurHeaders(await copy({ publication, compiled: { subject: text } }), `subject: ${text}`)
      expectOnlyOurHeaders(await copy({ publication, compiled: { date: text } }), `date: ${text}`)
      for (const [field, value] of Object.entries({
        name: text,
        id: text,
        url: `https://morning.example/${text}`,
        from: `${text} <digest@morning.example>`,
        replyTo: `${text} <e@morning.example>`,
        unsubscribeAddress: `${text}@morning.example`,
      }))
        expectOnlyOurHeaders(await copy({ publication: { ...publication, [field]: value } }), `${field}: ${text}`)
      const bounceAddress = `${text}@morning.example`
      await expect(copy({ publication: { ...publication, bounceAddress } }), text).rejects.toThrow('is not an address')
    }
  })

  it('fails for any text at all', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(text, text, text, async (name, subject, list) => {
        expectOnlyOurHeaders(
          await copy({ publication: { ...publication, name: list }, compiled: { subject }, subscriber: { name } }),
          JSON.stringify([name, subject, list]),
        )
      }),
      { numRuns: 300 },
    )
  })
})
