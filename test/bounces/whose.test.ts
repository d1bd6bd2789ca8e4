import { describe, expect, it } from 'vitest'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { mailToken, type Secrets, wayOutToken } from '../../src/audience/way-out.ts'
import { aboutWhom } from '../../src/bounces/about-whom.ts'
import { decide } from '../../src/bounces/decide.ts'
import { judge } from '../../src/bounces/judge.ts'
import { readMail } from '../../src/bounces/mail.ts'
import { type Lookups, placeAll } from '../../src/bounces/whose.ts'
import { messageIdFor } from '../../src/delivery/message.ts'
import type { Publication } from '../../src/edition/publication.ts'
import type { PastDeliveryRow } from '../../src/ledger/bounces.ts'
import { aComplaint, aMail, aReport, prose } from './notices.ts'

const SECRETS: Secrets = { keys: ['a key of the tests', 'an older key of the tests'] }
const OLD: Secrets = { keys: ['an older key of the tests'] }
const FORGER: Secrets = { keys: ['somebody else’s key'] }
const ID = 'post'
const DAY = 86_400_000
const NOW = Date.parse('2026-11-21T07:00:00Z')

const ADA = 'ada@readers.example'
const ada = defaultId(addressHash(ADA))
/** With an id of the publisher's. */
const BOB = 'bob@readers.example'

const copy = (id: string, email: string, daysAgo: number, state = 'accepted'): PastDeliveryRow => ({
  subscriberId: id,
  addressHash: addressHash(email),
  edition: new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10),
  state,
  datedAt: NOW - daysAgo * DAY,
  isSoft: false,
})
const COPIES = [
  copy(ada, ADA, 1),
  copy(ada, ADA, 0),
  copy('bob-1', BOB, 0),
  copy(defaultId(addressHash('old@x.example')), 'old@x.example', 20),
]
const publication = { id: ID } as Publication
const messageId = (edition: string, id: string, secrets: Secrets): string =>
  messageIdFor(publication, edition, id, secrets, 'morning.example')

async function about(text: string, trust = { hasBounceAddress: false }, copies = structuredClone(COPIES)) {
  const mail = await readMail(Buffer.from(text))
  const known = aboutWhom(mail, ID, SECRETS)
  const asked = { audience: 0, editions: [] as string[] }
  const lookups: Lookups = {
    past: async (who) =>
      copies.filter((row) =>
        'ids' in who ? who.ids.includes(row.subscriberId) : who.addressHashes.includes(row.addressHash),
      ),
    async *audience() {
      asked.audience += 1
      for (const [id, email] of [
        ['bob-1', BOB],
        ['cid-1', 'cid@readers.example'],
      ] as const)
        yield { id, addressHash: addressHash(email) }
    },
    async *idsIn(edition) {
      asked.editions.push(edition)
      for (const row of copies) if (row.edition === edition) yield row.subscriberId
    },
    messageIdsOf: (edition, id) =>
      SECRETS.keys.map(
        (key) =>
          messageId(edition, id, { keys: [key] })
            .split('@')[0]
            ?.slice(1) ?? '',
      ),
    addressHash,
  }
  const judged = {
    place: 'x',
    fingerprint: 'f',
    isVouched: false,
    about: known,
    statements: judge(mail, known.leaving !== null),
  }
  const [placed] = await placeAll([judged], lookups, NOW)
  if (placed === undefined) throw new Error('nothing placed')
  const { whose } = placed
  return { ...decide(placed, trust, NOW), whose, asked }
}
const to = (secrets: Secrets, id: string, purpose: 'bounce' | 'unsubscribe' = 'bounce', of = ID): string =>
  `x+${mailToken(secrets, purpose, of, id)}@morning.example`
const STRANGE = { recipient: 'box@elsewhere.example' }

describe('a returned mail is about', () => {
  it('whom the token in the envelope sender names, whatever address it names', async () => {
    expect(await about(aReport({ ...STRANGE, to: to(SECRETS, ada) }))).toMatchObject({
      whose: { id: ada, proof: 'token', edition: '2026-11-21' },
      bounce: { delivery: 'bounced', suppress: { addressHash: addressHash(ADA), reason: 'bounced' } },
    })
  })

  it('the same when the key has been rotated since, or a relay has changed the letters', async () => {
    expect((await about(aReport({ ...STRANGE, to: to(OLD, ada) }))).whose?.id).toBe(ada)
    expect((await about(aReport({ ...STRANGE, to: to(SECRETS, ada).toUpperCase() }))).whose?.id).toBe(ada)
  })

  it('a subscriber with an id of the publisher’s, found in the audience once', async () => {
    const found = await about(aReport({ ...STRANGE, to: to(SECRETS, 'bob-1') }))
    expect(found).toMatchObject({ whose: { id: 'bob-1', edition: '2026-11-21' }, asked: { audience: 1 } })
    // Never mailed, and in the audience: known all the same.
    expect(
      (await about(aMail([`To: ${to(SECRETS, 'cid-1', 'unsubscribe')}`, 'From: cid@readers.example'], 'stop'))).whose,
    ).toMatchObject({
      id: 'cid-1',
      addressHash: addressHash('cid@readers.example'),
      edition: null,
    })
  })

  it('whom our Message-ID in the returned headers names, and about that edition', async () => {
    const byAddress = await about(
      aReport({ recipient: ADA, returned: `Message-ID: ${messageId('2026-11-20', ada, SECRETS)}` }),
    )
    expect(byAddress).toMatchObject({
      whose: { id: ada, proof: 'message-id', edition: '2026-11-20' },
      asked: { editions: [] },
    })
    const passedOn = await about(
      prose(
        `<box@elsewhere.example>:\n550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: ${messageId('2026-11-21', 'bob-1', OLD)}\n`,
      ),
    )
    expect(passedOn).toMatchObject({ whose: { id: 'bob-1', proof: 'message-id' }, asked: { editions: ['2026-11-21'] } })
  })

  it('whom a way out in the returned headers names', async () => {
    const returned = `List-Unsubscribe: <https://morning.example/u/${wayOutToken(SECRETS, ID, 'bob-1')}>`
    expect((await about(aComplaint(['Feedback-Type: abuse', 'Version: 1'], returned))).bounce).toMatchObject({
      subscriberId: 'bob-1',
      delivery: 'accepted',
      suppress: { addressHash: addressHash(BOB), reason: 'complaint' },
    })
  })

  it('of several recipients it was passed on to, the subscriber’s own address, else the mildest', async () => {
    const two = (first: string): string =>
      aReport({ to: to(SECRETS, ada), recipient: first }).replace(
        '\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers',
        '\r\n\r\nFinal-Recipient: rfc822; b@else.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers',
      )
    expect((await about(two(ADA))).placed.statement.verdict).toBe('hard')
    expect((await about(two('a@else.example'))).placed.statement.verdict).toBe('soft')
  })
})

describe('forged mail', () => {
  it.each([
    ['with a token of another key', aReport({ ...STRANGE, to: to(FORGER, ada) })],
    ['with a token for another purpose', aMail([`To: ${to(SECRETS, ada, 'bounce')}`, 'From: x@y.example'], 'stop')],
    ['with a token of another publication', aReport({ ...STRANGE, to: to(SECRETS, ada, 'bounce', 'other') })],
    ['with a token cut short', aReport({ ...STRANGE, to: to(SECRETS, ada).replace(/.@/, '@') })],
    [
      'with a Message-ID of another key',
      aReport({ ...STRANGE, returned: `Message-ID: ${messageId('2026-11-21', ada, FORGER)}` }),
    ],
    [
      'with another’s Message-ID of another day',
      aReport({
        ...STRANGE,
        returned: `Message-ID: ${messageId('2026-11-21', ada, SECRETS).replace('11-21', '11-20')}`,
      }),
    ],
    ['that names nobody we mail', aReport({ recipient: 'eve@readers.example' })],
    ['about somebody last mailed long ago', aReport({ recipient: 'old@x.example' })],
    ['as prose with an address alone', prose(`<${ADA}>:\n550 5.1.1 no such user`)],
    ['as a letter', aMail(['From: MAILER-DAEMON@x.example'], `Final-Recipient: rfc822; ${ADA}\nStatus: 5.1.1\n`)],
    [
      'as feedback in no proper form',
      aMail(
        ['From: x@y.example', 'Content-Type: message/feedback-report'],
        `Feedback-Type: abuse\nOriginal-Rcpt-To: ${ADA}`,
      ),
    ],
  ])('%s suppresses nobody and changes nothing', async (_, mail) => {
    const { bounce, leaves } = await about(mail)
    expect({ bounce, leaves }).toEqual({ bounce: null, leaves: false })
  })

  it('that names several readers changes nothing, for no copy went to two', async () => {
    const two = aReport({ recipient: ADA }).replace(
      '\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers',
      `\r\n\r\nFinal-Recipient: rfc822; ${BOB}\r\nStatus: 5.1.1\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers`,
    )
    expect((await about(two)).bounce).toBeNull()
  })
})

describe('an address alone', () => {
  it('suppresses when it was mailed lately and the report is in its proper form', async () => {
    expect(await about(aReport({ recipient: ADA }))).toMatchObject({
      whose: { id: ada, proof: 'address' },
      bounce: { suppress: { reason: 'bounced' } },
    })
  })

  it('only counts where every copy has an envelope sender of its own, which a real return would have', async () => {
    expect((await about(aReport({ recipient: ADA }), { hasBounceAddress: true })).bounce).toMatchObject({
      verdict: 'soft',
      suppress: null,
      reason: expect.stringContaining('(1 in a row of 5)'),
    })
  })
})

describe('what is done', () => {
  it('for a soft bounce: counted, and suppressed at the fifth in a row', async () => {
    const soft = aReport({ to: to(SECRETS, ada), status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 mailbox full' })
    const copies = [4, 3, 2, 1].map((days) => ({ ...copy(ada, ADA, days, 'bounced'), isSoft: true }))
    expect((await about(soft, undefined, [copy(ada, ADA, 0), ...copies.slice(1)])).bounce).toMatchObject({
      delivery: 'bounced',
      suppress: null,
    })
    expect((await about(soft, undefined, [copy(ada, ADA, 0), ...copies])).bounce).toMatchObject({
      suppress: { reason: 'bounced' },
      reason: 'mailbox full: 552 5.2.2 mailbox full (5 in a row of 5)',
    })
  })

  it.each([
    [
      'refused',
      aReport({ to: to(SECRETS, ada), status: '5.7.1', diagnostic: 'smtp; 550 5.7.1 spam' }),
      { delivery: 'bounced', suppress: null },
    ],
    ['delayed', aReport({ to: to(SECRETS, ada), action: 'delayed' }), { delivery: null, suppress: null }],
    ['success', aReport({ to: to(SECRETS, ada), action: 'delivered' }), { delivery: null, suppress: null }],
    [
      'auto-reply',
      aMail([`To: ${to(SECRETS, ada)}`, 'From: ada@readers.example', 'Subject: Out of office'], '550 5.1.1'),
      { delivery: null, suppress: null },
    ],
  ])('for %s: no reader is suppressed', async (verdict, mail, expected) => {
    const { bounce, leaves } = await about(mail)
    expect(bounce).toMatchObject({ verdict, ...expected })
    expect(leaves).toBe(false)
  })

  it('for a mail to the way out: whose it is leaves, however it was addressed', async () => {
    for (const header of ['To', 'Cc', 'Delivered-To', 'X-Original-To'])
      expect(
        await about(aMail([`${header}: ${to(SECRETS, ada, 'unsubscribe')}`, 'From: somebody@else.example'], '')),
      ).toMatchObject({
        leaves: true,
        whose: { id: ada },
      })
  })
})
