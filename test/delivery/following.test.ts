import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { BackOff } from '../../src/delivery/back-off.ts'
import { deliverAll, type Steps } from '../../src/delivery/deliver.ts'
import { Exchange } from '../../src/delivery/exchange.ts'
import type { Delivery } from '../../src/delivery/plan.ts'
import { openSmtp } from '../../src/delivery/smtp.ts'
import type { Conversation } from '../../src/delivery/smtp-connection.ts'
import { parseSmtpUrl } from '../../src/delivery/smtp-url.ts'
import type { OpenTransport, Outcome } from '../../src/delivery/transport.ts'
import { aSubscriber } from '../support/compiled.ts'
import { smtpSink } from '../support/smtp-sink.ts'
import { type Answer, troubledServer } from '../support/troubled-server.ts'

const PIPELINING = ['PIPELINING', '8BITMIME']

async function* numbered(count: number, local = 's'): AsyncGenerator<Delivery> {
  for (let number = 1; number <= count; number++) {
    const id = `${local}${number}`
    const subscriber = aSubscriber({ id, email: `${id}@d.example` })
    yield { subscriber, topics: [], language: 'en', window: { from: 0, until: 1 } }
  }
}

const bodyOf = (id: string): string => `Subject: ${id}\r\n\r\n${`a line of ${id}\r\n`.repeat(id.length * 40)}`

/** A run over real sockets; `outcomes` in the order they came. */
async function run(open: OpenTransport, connections: number, count: number, more: Partial<Steps<Delivery>> = {}) {
  const outcomes: [string, Outcome['state']][] = []
  const naps: number[] = []
  let now = 0
  const { refused } = await deliverAll(
    numbered(count),
    {
      messageFor: async ({ subscriber: { id, email } }) => ({
        envelope: { from: 'a@b.example', to: email },
        raw: Buffer.from(bodyOf(id)),
        messageId: '<x@y>',
      }),
      onBegin: async () => true,
      onSettled: async ({ subscriber: { id } }, { state }) => void outcomes.push([id, state]),
      isStopped: () => false,
      backOff: new BackOff(
        () => now,
        async (milliseconds) => {
          naps.push(milliseconds)
          now += milliseconds
        },
      ),
      pace: null,
      ...more,
    },
    open.transport,
    connections,
  )
  return { outcomes, refused, naps }
}

const smtp = (port: number, connections = 1, answerWithin = 10_000) =>
  openSmtp({ ...parseSmtpUrl(`smtp://127.0.0.1:${port}`), answerWithin }, connections)

const lately = (milliseconds: number, answer: Answer): Promise<Answer> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, answer))

const subjects = (bodies: readonly string[]): string[] => bodies.map((body) => body.slice(9, body.indexOf('\r')))
const all = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index + 1}`)
const accepted = (ids: readonly string[]): [string, string][] => ids.map((id) => [id, 'accepted'])

describe('the next envelope', () => {
  it('leaves behind a body where commands may come in a row: one piece a copy', async () => {
    const { port, heard, bodies, pieces } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes } = await run(open, 1, 12)
    const before = pieces()
    await open.close()
    expect(outcomes).toEqual(accepted(all(12)))
    expect(subjects(bodies)).toEqual(all(12))
    expect(heard.filter((line) => /^(MAIL|RCPT|DATA|\.)/.test(line)).map((line) => line.slice(0, 4))).toEqual(
      Array.from({ length: 12 }, () => ['MAIL', 'RCPT', 'DATA', '.']).flat(),
    )
    // EHLO, the first envelope, a body and an envelope on its own while nothing is known of the system; then one each.
    expect(before).toBeLessThanOrEqual(4 + 11)
  })

  it.each([
    ['after STARTTLS', 'smtp'],
    ['over TLS', 'smtps'],
  ])('leaves behind a body %s as well, and every copy comes once and whole', async (_, scheme) => {
    const { port, received } = await smtpSink({ secure: scheme === 'smtps', disabledCommands: ['AUTH'] })
    const open = openSmtp(parseSmtpUrl(`${scheme}://127.0.0.1:${port}`), 3)
    const { outcomes } = await run(open, 3, 60)
    await open.close()
    expect(outcomes.map(([id]) => id).toSorted()).toEqual(all(60).toSorted())
    expect(received.every(({ secure }) => secure)).toBe(true)
    expect(received.map(({ to }) => to[0]).toSorted()).toEqual(
      all(60)
        .map((id) => `${id}@d.example`)
        .toSorted(),
    )
    for (const { to, raw } of received) expect(String(raw)).toBe(bodyOf(to[0]?.split('@')[0] ?? ''))
  })

  it('leaves after the answer where they may not', async () => {
    const { port, bodies, pieces } = await troubledServer({})
    const open = smtp(port)
    await run(open, 1, 12)
    const before = pieces()
    await open.close()
    expect(subjects(bodies)).toEqual(all(12))
    expect(before).toBeGreaterThan(4 * 12)
  })

  it('brings no body along before the outcome of the copy ahead is on record', async () => {
    const { port, heard } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    await run(open, 1, 6, {
      onBegin: async ({ subscriber: { id } }) => heard.push(`begin ${id}`) > 0,
      onSettled: async ({ subscriber: { id } }) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        heard.push(`recorded ${id}`)
      },
    })
    await open.close()
    const at = (line: string): number => heard.indexOf(line)
    for (let number = 2; number <= 6; number++) {
      const envelope = at(`RCPT TO:<s${number}@d.example>`)
      const ahead = at(`recorded s${number - 1}`)
      const body = heard.indexOf('.', envelope)
      expect(envelope).toBeLessThan(ahead)
      expect(ahead).toBeLessThan(body)
    }
  })

  it('does not leave ahead of its turn when there is a rate', async () => {
    const { port, pieces } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    await run(open, 1, 6, { pace: async () => {} })
    // Two for each: an envelope, a body.
    expect(pieces()).toBeGreaterThan(2 * 6)
    await open.close()
  })
})

describe('an exchange', () => {
  it('begins none behind it once it has its answer, whenever the system says that it took the body', async () => {
    for (const answeredFirst of [true, false]) {
      let taken: () => void = () => {}
      const socket = new Writable({
        writev: (_chunks, callback) => {
          taken = callback
        },
      })
      let answer: (reason: null, info: { response: string }) => void = () => {}
      const connection = {
        extensions: ['PIPELINING'],
        room: 0,
        ahead: null,
        socket: () => socket,
        send(_envelope: unknown, body: { pipe(): void }, done: typeof answer) {
          answer = done
          body.pipe()
        },
      } as unknown as Conversation
      let followed = 0
      const request = {
        id: 's1',
        envelope: { from: 'a@b.example', to: 'c@d.example' },
        raw: Buffer.from('x\r\n'),
        onBegin: async () => true,
      }
      const exchange = new Exchange(connection, request, () => {
        followed += 1
        return null
      })
      const verdict = exchange.verdict()
      await new Promise((resolve) => setImmediate(resolve))
      const steps = [() => answer(null, { response: '250 kept' }), () => taken()]
      for (const step of answeredFirst ? steps : steps.toReversed()) {
        step()
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect((await verdict).outcome).toEqual({ state: 'accepted', reply: '250 kept' })
      expect(followed).toBe(answeredFirst ? 0 : 1)
    }
  })
})

describe('what becomes of the copy behind', () => {
  const turn = (nth: number, answer: Answer, usual: Answer) => (now: number) => (now === nth ? answer : usual)

  it.each([
    ['refused', '552 too big', 'rejected'],
    ['put off', '451 later', 'deferred'],
    ['not answered: the line drops', 'drop', 'unknown'],
  ] as const)('is delivered once, elsewhere, when the body ahead is %s', async (_, answer, state) => {
    const dot = turn(3, answer, '250 kept')
    const { port, bodies } = await troubledServer({ dot }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes, naps } = await run(open, 1, 6)
    await open.close()
    expect(outcomes).toEqual(all(6).map((id) => [id, id === 's3' ? state : 'accepted']))
    expect(subjects(bodies)).toEqual(all(6))
    expect(naps).toEqual([])
  })

  it('has the answer to its own recipient, and the copy ahead has that to its body', async () => {
    const rcpt = turn(4, '550 no such user', '250 ok')
    const { port, bodies } = await troubledServer({ rcpt }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes } = await run(open, 1, 6)
    await open.close()
    expect(outcomes).toEqual(all(6).map((id) => [id, id === 's4' ? 'rejected' : 'accepted']))
    expect(subjects(bodies)).toEqual(all(6).filter((id) => id !== 's4'))
  })

  it('is tried again after a pause when the server closes with 421 on its envelope', async () => {
    const mail = turn(3, '421 busy', '250 ok')
    const { port, bodies } = await troubledServer({ mail }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes, naps } = await run(open, 1, 5)
    await open.close()
    expect(outcomes).toEqual(accepted(all(5)))
    expect(subjects(bodies)).toEqual(all(5))
    expect(naps).toEqual([1000])
  })

  it('is taken elsewhere when the body ahead gets no answer, and nobody is served twice', async () => {
    let answerLate: (answer: Answer) => void = () => {}
    const late = new Promise<Answer>((resolve) => {
      answerLate = resolve
    })
    const dot = (nth: number): Answer | Promise<Answer> => (nth === 5 ? late : '250 kept')
    const { port, bodies } = await troubledServer({ dot }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port, 2)
    let settled = 0
    const onSettled = async (): Promise<void> => {
      settled += 1
      if (settled === 19) answerLate('250 kept after all')
    }
    await run(open, 2, 20, { onSettled })
    await open.close()
    expect(settled).toBe(20)
    expect(subjects(bodies).toSorted()).toEqual(all(20).toSorted())
  })

  it('is waited for, wherever it went in the meantime', async () => {
    // The third gets its answer after two seconds and a half, and what was let go behind it is slow as well.
    const dot = (nth: number): Answer | Promise<Answer> =>
      nth === 3 ? lately(2500, '250 kept late') : nth > 3 ? lately(900, '250 kept') : '250 kept'
    const { port, bodies } = await troubledServer({ dot }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port, 2)
    const { outcomes } = await run(open, 2, 5)
    await open.close()
    expect(outcomes.map(([id]) => id).toSorted()).toEqual(all(5))
    expect(subjects(bodies).toSorted()).toEqual(all(5))
  })

  it('goes when the connection is free where there is no other', async () => {
    const dot = (nth: number): Answer | Promise<Answer> => (nth === 3 ? lately(2500, '250 kept late') : '250 kept')
    const { port, bodies } = await troubledServer({ dot }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes } = await run(open, 1, 5)
    await open.close()
    expect(outcomes.toSorted()).toEqual(accepted(all(5)))
    expect(subjects(bodies).toSorted()).toEqual(all(5))
  })

  it('is let go untried when the run is stopped, and the connection is free for the next run', async () => {
    const { port, bodies, heard } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    let settled = 0
    const first = await run(open, 1, 5, {
      onSettled: async ({ subscriber: { id } }, { state }) => {
        settled += 1
        heard.push(`${id} ${state}`)
      },
      isStopped: () => settled >= 2,
    })
    expect(first.refused).toBeNull()
    expect(heard.filter((line) => /^s\d /.test(line))).toEqual([
      's1 accepted',
      's2 accepted',
      's3 deferred',
      's4 deferred',
      's5 deferred',
    ])
    expect(heard).toContain('RCPT TO:<s3@d.example>')
    expect(subjects(bodies)).toEqual(['s1', 's2'])
    const second = await run(open, 1, 3)
    await open.close()
    expect(second.outcomes).toEqual(accepted(all(3)))
  })

  it('is let go when the ledger breaks, and no connection stays behind', async () => {
    let broke = false
    /** Of the first run the second body is slow; of the second run each waits until there are two. */
    const two: ((answer: Answer) => void)[] = []
    const dot = (nth: number): Answer | Promise<Answer> => {
      if (!broke) return nth === 2 ? lately(100, '250 kept') : '250 kept'
      return new Promise((resolve) => {
        two.push(resolve)
        if (two.length === 2) for (const answer of two.splice(0)) answer('250 kept')
      })
    }
    const { port } = await troubledServer({ dot }, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port, 2)
    const broken = run(open, 2, 12, {
      onSettled: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        throw new Error('the ledger is full')
      },
    })
    await expect(broken).rejects.toThrow('the ledger is full')
    broke = true
    expect((await run(open, 2, 2)).outcomes.toSorted()).toEqual(accepted(all(2)))
    await open.close()
  })

  it('has its connection given back when the step after the copy ahead fails', async () => {
    const { port } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    let taken = 0
    const failing: OpenTransport = {
      ...open,
      async transport(request, mayFollow) {
        const outcome = await open.transport(request, mayFollow)
        taken += 1
        if (taken === 2) throw new Error('the database is gone')
        return outcome
      },
    }
    await expect(run(failing, 1, 5)).rejects.toThrow('the database is gone')
    expect((await run(open, 1, 2)).outcomes).toEqual(accepted(all(2)))
    await open.close()
  })

  it('is rejected, and never asked of the server, when its address is one the server does not take', async () => {
    const { port, heard } = await troubledServer({}, Number.POSITIVE_INFINITY, PIPELINING)
    const open = smtp(port)
    const { outcomes } = await run(open, 1, 3, {
      messageFor: async ({ subscriber: { id, email } }) => ({
        envelope: { from: 'a@b.example', to: id === 's2' ? 'zoë@d.example' : email },
        raw: Buffer.from(`Subject: ${id}\r\n\r\nx\r\n`),
        messageId: '<x@y>',
      }),
    })
    await open.close()
    expect(outcomes).toEqual([
      ['s1', 'accepted'],
      ['s2', 'rejected'],
      ['s3', 'accepted'],
    ])
    expect(heard.filter((line) => line.startsWith('RCPT'))).toHaveLength(2)
  })
})

describe('a storm of answers', () => {
  it.each([1, 2, 3, 4])('leaves every copy with its own outcome, and nobody with two: %i', async (seed) => {
    let state = seed * 7919
    /** Numbers from 0 to 1, the same for a seed. */
    const next = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const stormy =
      (usual: Answer, ...troubles: Answer[]) =>
      (): Answer | Promise<Answer> => {
        const answer = next() < 0.06 ? (troubles[Math.floor(next() * troubles.length)] as Answer) : usual
        return next() < 0.1 ? lately(next() * 15, answer) : answer
      }
    const { port, bodies } = await troubledServer(
      {
        mail: stormy('250 ok', '421 closing', '451 not now'),
        rcpt: stormy('250 ok', '550 nobody', '450 later', 'drop'),
        dot: stormy('250 kept', '552 no', '451 no', '452 full', 'drop'),
      },
      Number.POSITIVE_INFINITY,
      PIPELINING,
    )
    const open = smtp(port, 4)
    const begun: string[] = []
    const { outcomes } = await run(open, 4, 150, {
      messageFor: async ({ subscriber: { id, email } }) => {
        if (next() < 0.3) await lately(next() * 10, '')
        return {
          envelope: { from: 'a@b.example', to: email },
          raw: Buffer.from(`Subject: ${id}\r\n\r\n${'a line\r\n'.repeat(next() * 2000)}`),
          messageId: '<x@y>',
        }
      },
      onBegin: async ({ subscriber: { id } }) => begun.push(id) > 0,
    })
    await open.close()
    const of = (wanted: Outcome['state']): string[] => outcomes.filter(([, one]) => one === wanted).map(([id]) => id)
    expect(outcomes.map(([id]) => id).toSorted()).toEqual(all(150).toSorted())
    // Once begun, whatever the answer, never again.
    expect(begun).toHaveLength(new Set(begun).size)
    const left = subjects(bodies)
    expect(left).toHaveLength(new Set(left).size)
    for (const id of of('accepted')) expect(left).toContain(id)
    // In doubt are those whose answer the line took with it, and no others.
    for (const id of of('unknown')) expect(left).toContain(id)
    expect(of('accepted').length).toBeGreaterThan(90)
    expect(of('accepted').length).toBeLessThan(150)
  })
})
