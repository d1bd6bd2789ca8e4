import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { describe, expect, it } from 'vitest'
import type { Secrets } from '../../src/audience/way-out.ts'
import { webhooks } from '../../src/bounces/webhooks.ts'
import type { JudgedMail } from '../../src/bounces/whose.ts'
import { messageIdFor } from '../../src/delivery/message.ts'
import type { Publication } from '../../src/edition/publication.ts'

const NOW = Date.parse('2026-11-21T07:00:00Z')
const HOUR = 3_600_000
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const KEYS = {
  postmark: 'a password for postmark',
  mailgun: 'key-of-the-tests',
  sendgrid: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
}
const SECRETS: Secrets = { keys: ['a key of the tests'] }
const OURS = messageIdFor({ id: 'post' } as Publication, '2026-11-21', 'ada', SECRETS, 'morning.example')

function service(secrets = KEYS as Parameters<typeof webhooks>[0]['secrets'], fails = false) {
  const taken: JudgedMail[] = []
  const trouble = { fails }
  const app = webhooks({
    publication: 'post',
    secrets,
    now: () => NOW,
    take: async (mails) => {
      if (trouble.fails) throw new Error('the ledger is busy')
      taken.push(...mails)
    },
  })
  app.onError((_, context) => context.body(null, 500))
  const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
    (await app.request(path, { method: 'POST', body, headers })).status
  return { app, taken, post, trouble, verdicts: () => taken.map((one) => one.statements[0]?.verdict) }
}

const seconds = (at: number): string => String(Math.floor(at / 1000))
const basic = (password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`broadsheet:${password}`).toString('base64')}`,
})

function mailgun(data: object, { at = NOW, token = 't'.repeat(50), key = KEYS.mailgun } = {}): string {
  const timestamp = seconds(at)
  const signature = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  const event = { event: 'failed', id: 'event-1', recipient: 'ada@readers.example', severity: 'permanent', ...data }
  return JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event })
}

function sendgrid(events: readonly object[], { at = NOW, key = privateKey } = {}) {
  const body = JSON.stringify(
    events.map((one, index) => ({ event: 'bounce', email: 'ada@readers.example', sg_event_id: `e${index}`, ...one })),
  )
  const timestamp = seconds(at)
  return {
    body,
    headers: {
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + body), key).toString('base64'),
    },
  }
}

describe('webhooks of Mailgun', () => {
  const noUser = {
    'delivery-status': { code: 550, message: '550 5.1.1 no such user' },
    message: { headers: { 'message-id': OURS.slice(1, -1) } },
  }

  it('are taken when signed, with the Message-ID of the copy', async () => {
    const { post, taken } = service()
    expect(await post('/mailgun', mailgun(noUser))).toBe(200)
    expect(taken).toMatchObject([
      {
        place: 'mailgun',
        isVouched: true,
        statements: [{ verdict: 'hard', addresses: ['ada@readers.example'], proper: true }],
        about: { messageIds: [{ edition: '2026-11-21' }] },
      },
    ])
  })

  it.each([
    ['signed with another key', mailgun(noUser, { key: 'another' }), 401],
    ['with another timestamp than was signed', mailgun(noUser).replace(seconds(NOW), seconds(NOW - 1000)), 401],
    ['with another token than was signed', mailgun(noUser).replace('tttt', 'ttuu'), 401],
    ['recorded long ago', mailgun(noUser, { at: NOW - 26 * HOUR }), 401],
    ['of the future', mailgun(noUser, { at: NOW + HOUR }), 401],
    ['without a signature', '{"event-data":{}}', 400],
    ['in no JSON', 'event=failed', 400],
  ])('are refused %s', async (_, body, status) => {
    const { post, taken } = service()
    expect(await post('/mailgun', body)).toBe(status)
    expect(taken).toEqual([])
  })

  it('are taken once for each token, for the body is not signed; again when the first time failed', async () => {
    const { post, taken, trouble } = service(KEYS, true)
    expect(await post('/mailgun', mailgun(noUser))).toBe(500)
    trouble.fails = false
    expect(await post('/mailgun', mailgun(noUser))).toBe(200)
    expect(await post('/mailgun', mailgun({ ...noUser, recipient: 'bob@readers.example', id: 'event-2' }))).toBe(406)
    expect(taken).toHaveLength(1)
  })

  it.each([
    [{ event: 'complained' }, 'complaint'],
    [{ event: 'unsubscribed' }, 'unsubscribe'],
    [{ severity: 'temporary' }, undefined],
    [{ event: 'delivered' }, undefined],
    [{ event: 'opened' }, undefined],
    [{ reason: 'suppress-bounce' }, 'hard'],
    [{ reason: 'suppress-complaint' }, 'complaint'],
    [{ reason: 'suppress-unsubscribe' }, 'unsubscribe'],
    [{ reason: 'espblock', 'delivery-status': { message: '550 5.1.1 no such user' } }, 'refused'],
    [{ 'delivery-status': { message: '552 5.2.2 mailbox full' } }, 'soft'],
    [{ 'delivery-status': { message: '', description: '550 5.7.1 spam', 'enhanced-code': '5.7.1' } }, 'refused'],
    [{}, 'hard'],
  ])('of %j are %s', async (data, verdict) => {
    const { post, verdicts } = service()
    expect(await post('/mailgun', mailgun(data))).toBe(200)
    expect(verdicts()).toEqual(verdict === undefined ? [] : [verdict])
  })
})

describe('webhooks of SendGrid', () => {
  it('are taken when signed, all of a batch that say something', async () => {
    const { post, taken, verdicts } = service()
    const { body, headers } = sendgrid([
      { status: '5.1.1', reason: '550 5.1.1 no such user', type: 'bounce', 'smtp-id': OURS },
      { event: 'spamreport' },
      { event: 'open' },
      { event: 'delivered' },
      { event: 'deferred', reason: '451 try later' },
      { event: 'dropped', reason: 'Bounced Address' },
      { event: 'dropped', reason: 'Invalid SMTPAPI header' },
      { type: 'blocked', reason: '550 5.7.1 reputation' },
      { event: 'group_unsubscribe' },
    ])
    expect(await post('/sendgrid', body, headers)).toBe(200)
    expect(verdicts()).toEqual(['hard', 'complaint', 'hard', 'refused', 'unsubscribe'])
    expect(taken[0]?.about.messageIds).toHaveLength(1)
    expect(new Set(taken.map((one) => one.fingerprint)).size).toBe(5)
  })

  const signed = sendgrid([{ status: '5.1.1' }])
  const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
  const withHeader = (name: string, value: string) => ({
    body: signed.body,
    headers: { ...signed.headers, [`x-twilio-email-event-webhook-${name}`]: value },
  })
  it.each([
    ['with another body', { ...signed, body: signed.body.replace('ada@', 'bob@') }],
    ['with one space more', { ...signed, body: `${signed.body} ` }],
    ['with another timestamp', withHeader('timestamp', seconds(NOW + 1000))],
    ['with a signature that is none', withHeader('signature', 'AAAA')],
    ['signed with another key', sendgrid([{}], { key: stranger })],
    ['recorded long ago', sendgrid([{}], { at: NOW - 26 * HOUR })],
    ['without a signature', { body: signed.body, headers: {} }],
  ])('are refused %s', async (_, { body, headers }) => {
    const { post, taken } = service()
    expect(await post('/sendgrid', body, headers)).toBe(401)
    expect(taken).toEqual([])
  })

  it('told again are the same event, which the ledger takes once', async () => {
    const { post, taken } = service()
    for (const _ of [1, 2]) expect(await post('/sendgrid', signed.body, signed.headers)).toBe(200)
    expect(taken[0]?.fingerprint).toBe(taken[1]?.fingerprint)
  })

  it('want a key that is one', () => {
    expect(() => service({ ...KEYS, sendgrid: 'bm9uZQ==' })).toThrow()
  })
})

describe('webhooks of Postmark', () => {
  const bounce = { RecordType: 'Bounce', ID: 42, Type: 'HardBounce', Email: 'ada@readers.example', Details: '' }
  it('are taken with the password, which is all they have', async () => {
    const { post, taken } = service()
    expect(await post('/postmark', JSON.stringify(bounce), basic(KEYS.postmark))).toBe(200)
    expect(taken).toMatchObject([{ isVouched: true, statements: [{ verdict: 'hard' }] }])
    for (const headers of [
      {},
      basic('another'),
      basic(''),
      basic(`${KEYS.postmark} `),
      { authorization: `Bearer ${KEYS.postmark}` },
    ])
      expect(await post('/postmark', JSON.stringify(bounce), headers)).toBe(401)
    expect(await post('/postmark', '{}', basic(KEYS.postmark))).toBe(400)
    expect(taken).toHaveLength(1)
  })

  it.each([
    [{ Details: 'smtp;550 5.7.1 spam' }, 'refused'],
    [{ Type: 'SoftBounce' }, 'soft'],
    [{ Type: 'Blocked' }, 'refused'],
    [{ Type: 'Transient' }, undefined],
    [{ Type: 'AutoResponder' }, undefined],
    [{ RecordType: 'SpamComplaint', Type: 'SpamComplaint' }, 'complaint'],
    [
      {
        RecordType: 'SubscriptionChange',
        Recipient: 'ada@readers.example',
        SuppressSending: true,
        SuppressionReason: 'ManualSuppression',
      },
      'unsubscribe',
    ],
    [{ RecordType: 'SubscriptionChange', SuppressSending: false }, undefined],
    [{ RecordType: 'Open' }, undefined],
  ])('of %j are %s', async (more, verdict) => {
    const { post, verdicts } = service()
    expect(await post('/postmark', JSON.stringify({ ...bounce, ...more }), basic(KEYS.postmark))).toBe(200)
    expect(verdicts()).toEqual(verdict === undefined ? [] : [verdict])
  })
})

describe('a webhook', () => {
  it.each(['/mailgun', '/sendgrid'])('%s whose client goes away in the middle is no trouble of ours', async (path) => {
    const { app, taken } = service()
    const body = new ReadableStream({ start: (stream) => stream.error(new Error('aborted')) })
    const answer = await app.request(path, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(answer.status).toBe(413)
    expect(taken).toEqual([])
  })

  it('without a secret is not there, and one with too much to say is not read', async () => {
    const { post } = service({ postmark: null, mailgun: null, sendgrid: null })
    for (const path of ['/postmark', '/mailgun', '/sendgrid']) expect(await post(path, '{}')).toBe(404)
    expect(await service().post('/mailgun', 'x'.repeat(9 * 1024 * 1024))).toBe(413)
    expect(await service().post('/sendgrid', 'x'.repeat(9 * 1024 * 1024))).toBe(413)
  })

  it('is served by Node as well, whether the length is told, comes in pieces, or there is no body', async () => {
    const { app, taken } = service()
    const server = createAdaptorServer({ fetch: app.fetch })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const status = async (body: string, chunked: boolean): Promise<number | undefined> => {
      const asked = request({
        port,
        path: '/mailgun',
        method: 'POST',
        ...(chunked ? { headers: { 'transfer-encoding': 'chunked' } } : {}),
      })
      asked.end(body)
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      response.resume()
      await once(response, 'end')
      return response.statusCode
    }
    expect(await status(mailgun({ event: 'complained' }), false)).toBe(200)
    expect(await status(mailgun({ event: 'complained' }, { token: 'u'.repeat(50) }), true)).toBe(200)
    expect(await status('', false)).toBe(400)
    expect(taken).toHaveLength(2)
    await new Promise((resolve) => server.close(resolve))
  })
})
