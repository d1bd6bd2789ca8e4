import { describe, expect, it } from 'vitest'
import type { Subscriber } from '../../src/audience/subscriber.ts'
import { deliverAll } from '../../src/delivery/deliver.ts'
import { type Delivery, planDelivery } from '../../src/delivery/plan.ts'
import { type Outcome, RunRefused, type Transport } from '../../src/delivery/transport.ts'
import { UserError } from '../../src/problems/user-error.ts'

const aSubscriber = (id: string, more: Partial<Subscriber> = {}): Subscriber => ({
  id,
  email: `${id}@readers.example`,
  name: '',
  topics: [],
  status: 'active',
  extra: {},
  line: 2,
  ...more,
})

async function* deliveries(count: number): AsyncGenerator<Delivery> {
  for (let number = 0; number < count; number++)
    yield { subscriber: aSubscriber(`s${number}`), topics: ['world'], language: 'en' }
}

const message = async ({ subscriber }: Delivery) => ({
  envelope: { from: 'a@b.example', to: subscriber.email },
  raw: Buffer.from('x'),
  messageId: '<x@y>',
})

async function run(transport: Transport, connections = 3, count = 20, messageFor = message) {
  const settled: [string, Outcome['state']][] = []
  const { refused } = await deliverAll(
    deliveries(count),
    {
      messageFor,
      onBegin: async () => true,
      onSettled: async ({ subscriber }, { state }) => void settled.push([subscriber.id, state]),
    },
    transport,
    connections,
  )
  return { refused, settled }
}

describe('delivering', () => {
  it('settles every delivery once and never has more under way than there are connections', async () => {
    let under = 0
    let most = 0
    const { settled } = await run(async () => {
      under += 1
      most = Math.max(most, under)
      await new Promise((resolve) => setImmediate(resolve))
      under -= 1
      return { state: 'accepted', reply: '250' }
    })
    expect(most).toBe(3)
    expect(new Set(settled.map(([id]) => id)).size).toBe(20)
    expect(settled).toHaveLength(20)
  })

  it('refuses the run, rejecting nobody, when a message shows what only the operator can mend', async () => {
    let handedOver = 0
    const { refused, settled } = await run(
      async () => {
        handedOver += 1
        return { state: 'accepted', reply: '250' }
      },
      2,
      5,
      async () => {
        throw new UserError('dkim-self-check', 'It does not verify.', 'Check the settings.')
      },
    )
    expect(refused).toMatchObject({ message: 'It does not verify.', hint: 'Check the settings.' })
    expect(settled.map(([, state]) => state)).toEqual(Array.from({ length: 5 }, () => 'deferred'))
    expect(handedOver).toBe(0)
  })

  it('rejects a delivery whose message cannot be made, and goes on', async () => {
    const { settled } = await run(
      async () => ({ state: 'accepted', reply: '250' }),
      2,
      5,
      async (delivery) => {
        if (delivery.subscriber.id === 's2') throw new Error('no slot')
        return message(delivery)
      },
    )
    expect(settled.filter(([, state]) => state === 'rejected')).toEqual([['s2', 'rejected']])
    expect(settled).toHaveLength(5)
  })

  it('stops trying after a refusal of the whole run, and defers the rest', async () => {
    let tried = 0
    const { refused, settled } = await run(async () => {
      tried += 1
      if (tried > 2) throw new RunRefused('closed', 'wait')
      return { state: 'accepted', reply: '250' }
    }, 1)
    expect(refused?.message).toBe('closed')
    expect(tried).toBe(3)
    expect(settled.filter(([, state]) => state === 'deferred')).toHaveLength(18)
  })
})

describe('planning', () => {
  const offer = { topics: ['world', 'mail'], languages: ['en-GB', 'de', 'pt-BR'] } as const

  it('gives a subscriber the topics of today they chose, and everything when they chose nothing', () => {
    const planned = (more: Partial<Subscriber>) =>
      planDelivery({ subscriber: aSubscriber('a', more), findings: [] }, offer)
    expect(planned({})).toMatchObject({ delivery: { topics: ['world', 'mail'] } })
    expect(planned({ topics: ['mail', 'sport'] })).toMatchObject({ delivery: { topics: ['mail'] } })
    expect(planned({ topics: ['sport'] })).toEqual({ skipped: 'no-topic' })
    expect(planned({ status: 'paused' })).toEqual({ skipped: 'inactive' })
    expect(planDelivery({ skipped: 'bad-address', email: 'x', findings: [] }, offer)).toEqual({
      skipped: 'bad-address',
    })
  })

  it('speaks the language nearest to the one they asked for among those offered', () => {
    const language = (asked?: string) => {
      const planned = planDelivery({ subscriber: aSubscriber('a', { language: asked }), findings: [] }, offer)
      return 'delivery' in planned ? planned.delivery.language : null
    }
    expect([undefined, 'de', 'DE', 'de-AT', 'pt-PT', 'en-US', 'ja', ''].map(language)).toEqual([
      'en-GB',
      'de',
      'de',
      'de',
      'pt-BR',
      'en-GB',
      'en-GB',
      'en-GB',
    ])
  })
})
