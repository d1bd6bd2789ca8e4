import { describe, expect, it } from 'vitest'
import type { Subscriber } from '../../src/audience/subscriber.ts'
import { BackOff, MOST_SPELLS, RunTrouble } from '../../src/delivery/back-off.ts'
import { deliverAll } from '../../src/delivery/deliver.ts'
import { type Delivery, planDelivery } from '../../src/delivery/plan.ts'
import { atOnce } from '../../src/delivery/timing.ts'
import { type Outcome, RunRefused, type Transport } from '../../src/delivery/transport.ts'
import { UserError } from '../../src/problems/user-error.ts'

const aSubscriber = (id: string, more: Partial<Subscriber> = {}): Subscriber => ({
  id,
  email: `${id}@readers.example`,
  addressHash: id,
  name: '',
  topics: [],
  status: 'active',
  extra: {},
  line: 2,
  ...more,
})

async function* deliveries(count: number): AsyncGenerator<Delivery> {
  for (let number = 0; number < count; number++)
    yield { subscriber: aSubscriber(`s${number}`), topics: ['world'], language: 'en', window: { from: 0, until: 1 } }
}

const message = async ({ subscriber }: Delivery) => ({
  envelope: { from: 'a@b.example', to: subscriber.email },
  raw: Buffer.from('x'),
  messageId: '<x@y>',
})

/** A clock that only sleeping moves. */
function aClock() {
  let now = 0
  const naps: number[] = []
  const backOff = new BackOff(
    () => now,
    async (milliseconds) => {
      naps.push(milliseconds)
      now += milliseconds
    },
  )
  return { backOff, naps }
}

async function run(transport: Transport, connections = 3, count = 20, messageFor = message) {
  const clock = aClock()
  const settled: [string, Outcome['state']][] = []
  const { refused } = await deliverAll(
    deliveries(count),
    {
      messageFor,
      onBegin: async () => true,
      onSettled: async ({ subscriber }, { state }) => void settled.push([subscriber.id, state]),
      isStopped: () => false,
      backOff: clock.backOff,
      pace: null,
    },
    transport,
    connections,
  )
  return { refused, settled, naps: clock.naps }
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

describe('trouble of the whole run', () => {
  it('slows everybody down and tries the same copy again', async () => {
    let tried = 0
    const { settled, naps, refused } = await run(
      async () => {
        tried += 1
        if (tried === 2) throw new RunTrouble('421 too busy', 'wait')
        return { state: 'accepted', reply: '250' }
      },
      1,
      5,
    )
    expect(settled).toEqual(['s0', 's1', 's2', 's3', 's4'].map((id) => [id, 'accepted']))
    expect(naps).toEqual([1000])
    expect(refused).toBeNull()
  })

  it('opens the circuit when six spells in a row deliver nothing, and rejects nobody', async () => {
    let tried = 0
    const { settled, naps, refused } = await run(
      async () => {
        tried += 1
        throw new RunTrouble('421 too busy.', 'wait')
      },
      1,
      10,
    )
    expect(refused?.message).toBe(`421 too busy. That was the ${MOST_SPELLS}th time in a row, so the run ends here.`)
    expect(tried).toBe(MOST_SPELLS)
    expect(naps).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000])
    expect(new Set(settled.map(([, state]) => state))).toEqual(new Set(['deferred']))
    expect(settled).toHaveLength(10)
  })

  it('of many connections at once is one spell', async () => {
    let tried = 0
    const { settled, naps, refused } = await run(
      async () => {
        tried += 1
        const now = tried
        await new Promise((resolve) => setImmediate(resolve))
        if (now <= 8) throw new RunTrouble('421 restarting', 'wait')
        return { state: 'accepted', reply: '250' }
      },
      8,
      8,
    )
    expect(refused).toBeNull()
    expect(new Set(naps)).toEqual(new Set([1000]))
    expect(settled.filter(([, state]) => state === 'accepted')).toHaveLength(8)
  })

  it('that one copy brings about again defers that copy, not the run', async () => {
    const { settled, refused } = await run(
      async ({ id }) => {
        if (id === 's1') throw new RunTrouble('421 I choke on it', 'wait')
        return { state: 'accepted', reply: '250' }
      },
      1,
      4,
    )
    expect(refused).toBeNull()
    expect(settled).toEqual([
      ['s0', 'accepted'],
      ['s1', 'deferred'],
      ['s2', 'accepted'],
      ['s3', 'accepted'],
    ])
  })

  it('is also told by an answer that asks everybody for patience', async () => {
    let tried = 0
    const { naps } = await run(
      async () => {
        tried += 1
        return tried === 1
          ? { state: 'deferred', reply: '452 too many', slow: true }
          : { state: 'accepted', reply: '250' }
      },
      1,
      3,
    )
    expect(naps).toEqual([1000])
  })

  it('lets nothing leave over a connection before the outcome of its last copy is on record', async () => {
    const events: string[] = []
    await deliverAll(
      deliveries(3),
      {
        messageFor: message,
        onBegin: async ({ subscriber }) => events.push(`begin ${subscriber.id}`) > 0,
        onSettled: async ({ subscriber }) => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          events.push(`recorded ${subscriber.id}`)
        },
        isStopped: () => false,
        backOff: aClock().backOff,
        pace: null,
      },
      async ({ onBegin, envelope: { to } }) => {
        await onBegin()
        events.push(`left ${to.slice(0, 2)}`)
        return { state: 'accepted', reply: '250' }
      },
      1,
    )
    const order = (first: string, then: string) => expect(events.indexOf(first)).toBeLessThan(events.indexOf(then))
    order('recorded s0', 'left s1')
    order('recorded s1', 'left s2')
    // Meanwhile the connection has come to its gate.
    order('begin s1', 'recorded s0')
  })

  it('has whatever connection is free first take the next copy: one that hangs holds up its own alone', async () => {
    let letGo: () => void = () => {}
    const hung = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let answered = 0
    const { settled } = await run(
      async ({ id }) => {
        if (id === 's0') await hung
        answered += 1
        // All but the one that hangs have had their answers.
        if (answered === 19) letGo()
        return { state: 'accepted', reply: '250' }
      },
      2,
      20,
    )
    expect(settled.map(([id]) => id).at(-1)).toBe('s0')
    expect(settled).toHaveLength(20)
  })

  it('makes ready four times as many as there are connections, while these are busy, and no more', async () => {
    let made = 0
    let letGo: () => void = () => {}
    const hung = new Promise<void>((resolve) => {
      letGo = resolve
    })
    setTimeout(letGo, 50)
    let madeMeanwhile = 0
    await run(
      async () => {
        await hung
        madeMeanwhile ||= made
        return { state: 'accepted', reply: '250' }
      },
      3,
      40,
      async (delivery) => {
        made += 1
        return message(delivery)
      },
    )
    // Under way, and ready.
    expect(madeMeanwhile).toBe(15)
    expect(made).toBe(40)
  })

  it('goes no faster than its pace', async () => {
    let now = 0
    const left: number[] = []
    await deliverAll(
      deliveries(6),
      {
        messageFor: message,
        onBegin: async () => true,
        onSettled: async () => {},
        isStopped: () => false,
        backOff: aClock().backOff,
        pace: async () => {
          now += 10
        },
      },
      async () => {
        left.push(now)
        return { state: 'accepted', reply: '250' }
      },
      1,
    )
    expect(left).toEqual([10, 20, 30, 40, 50, 60])
  })

  it('does not hide what broke: copies under way have their answers first, then the error comes out', async () => {
    const settled: string[] = []
    const broken = deliverAll(
      deliveries(6),
      {
        messageFor: message,
        onBegin: async () => true,
        onSettled: async ({ subscriber: { id } }, { state }) => {
          await new Promise((resolve) => setTimeout(resolve, id === 's1' ? 5 : 30))
          if (id === 's1') throw new Error('the ledger is full')
          if (state === 'accepted') settled.push(id)
        },
        isStopped: () => false,
        backOff: aClock().backOff,
        pace: null,
      },
      async ({ onBegin }) => {
        const reply = '250'
        return (await onBegin()) ? { state: 'accepted', reply } : { state: 'deferred', reply }
      },
      3,
    )
    await expect(broken).rejects.toThrow('the ledger is full')
    expect(settled.toSorted()).toEqual(['s0', 's2'])
  })
})

describe('planning', () => {
  const offer = { date: '2026-11-20', topics: ['world', 'mail'], languages: ['en-GB', 'de', 'pt-BR'] } as const

  it('gives a subscriber the topics of today they chose, and everything when they chose nothing', () => {
    const planned = (more: Partial<Subscriber>) =>
      planDelivery({ subscriber: aSubscriber('a', more), findings: [] }, offer, atOnce, 0)
    expect(planned({})).toMatchObject({ delivery: { topics: ['world', 'mail'] } })
    expect(planned({ topics: ['mail', 'sport'] })).toMatchObject({ delivery: { topics: ['mail'] } })
    expect(planned({ topics: ['sport'] })).toEqual({ skipped: 'no-topic' })
    expect(planned({ status: 'paused' })).toEqual({ skipped: 'inactive' })
    expect(planDelivery({ skipped: 'bad-address', email: 'x', findings: [] }, offer, atOnce, 0)).toEqual({
      skipped: 'bad-address',
    })
  })

  it('speaks the language nearest to the one they asked for among those offered', () => {
    const language = (asked?: string) => {
      const planned = planDelivery(
        { subscriber: aSubscriber('a', { language: asked }), findings: [] },
        offer,
        atOnce,
        0,
      )
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
