import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { bounceHooks } from '../../src/commands/bounce-hooks.ts'
import { bounceDesk } from '../../src/commands/deal-with-bounces.ts'
import type { Publication } from '../../src/edition/publication.ts'
import { ledgerOn, openDatabase } from '../../src/ledger/open.ts'
import { emptyFolder } from '../support/sample.ts'

const PASSWORD = 'a password for postmark'
const publication = {
  id: 'post',
  subscribers: 'subscribers.csv',
  bounceAddress: 'bounces@morning.example',
} as Publication
const ADA = 'ada@readers.example'
const ada = addressHash(ADA)

/** A ledger in which Ada's copy was accepted today, and the webhooks on it. */
async function served() {
  const root = await emptyFolder()
  const database = await openDatabase(path.join(root, 'ledger.db'))
  const ledger = ledgerOn(database)
  const now = await ledger.now()
  const key = { publication: 'post', edition: new Date(now).toISOString().slice(0, 10) }
  const id = defaultId(ada)
  await ledger.open(key, 'x', false, now)
  await ledger.plan(key, [{ id, addressHash: ada, dueAt: now, skipped: null }], now)
  await ledger.lease(key, [id], 'me', now + 9000, now)
  await ledger.begin(key, id, 'me', now)
  await ledger.settle(key, { id, state: 'accepted', reply: '250' }, 'me', now)
  const left: string[] = []
  const desk = {
    ...bounceDesk({ root: root, environment: {} }, database, ledger, publication, {
      keys: ['a key of the tests'] as const,
    }),
    leave: async (whose: { id: string }) => void left.push(whose.id),
  }
  const app = bounceHooks(desk, { POSTMARK_WEBHOOK_PASSWORD: PASSWORD })
  const authorization = `Basic ${Buffer.from(`broadsheet:${PASSWORD}`).toString('base64')}`
  const post = async (body: object): Promise<number> =>
    (await app.request('/postmark', { method: 'POST', body: JSON.stringify(body), headers: { authorization } })).status
  return { ledger, key, id, left, post }
}

describe('what a sending service reports', () => {
  it('bounces the newest copy of an address mailed lately, and suppresses it', async () => {
    const { ledger, key, post } = await served()
    const bounce = {
      RecordType: 'Bounce',
      ID: 1,
      Type: 'HardBounce',
      Email: 'Ada@Readers.example',
      Details: '550 5.1.1 no such user',
    }
    expect(await post({ ...bounce, ID: 2, Email: 'nobody@readers.example' })).toBe(200)
    expect(await ledger.suppressed('post', [ada, addressHash('nobody@readers.example')])).toEqual(new Map())
    expect(await post(bounce)).toBe(200)
    expect(await post(bounce)).toBe(200)
    expect(await Array.fromAsync(ledger.rows(key))).toMatchObject([
      { state: 'bounced', reason: 'hard, no such mailbox: 550 5.1.1 no such user' },
    ])
    expect(await ledger.suppressed('post', [ada])).toEqual(new Map([[ada, 'bounced']]))
    await ledger.close()
  })

  it('lets a reader leave once, however often it is told', async () => {
    const { ledger, id, left, post } = await served()
    const leaving = {
      RecordType: 'SubscriptionChange',
      MessageID: 'm',
      Recipient: ADA,
      SuppressSending: true,
      SuppressionReason: 'ManualSuppression',
    }
    for (const _ of [1, 2, 3]) expect(await post(leaving)).toBe(200)
    expect(left).toEqual([id])
    await ledger.close()
  })

  it('wants secrets that are some', async () => {
    const desk = {} as Parameters<typeof bounceHooks>[0]
    const hooks = (environment: NodeJS.ProcessEnv) => () => bounceHooks({ ...desk, publication }, environment)
    expect(hooks({ POSTMARK_WEBHOOK_PASSWORD: 'short' })).toThrow(expect.objectContaining({ code: 'weak-secret' }))
    expect(hooks({ SENDGRID_WEBHOOK_KEY: 'bm9uZQ==' })).toThrow(expect.objectContaining({ code: 'bad-webhook-key' }))
  })
})
