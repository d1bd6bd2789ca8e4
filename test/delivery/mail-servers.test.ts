import { describe, expect, it } from 'vitest'
import { RunTrouble } from '../../src/delivery/back-off.ts'
import { openMailServers, type SharedServers } from '../../src/delivery/mail-servers.ts'
import { parseSmtpUrls } from '../../src/delivery/smtp-url.ts'
import { type Outcome, RunRefused, type TransportRequest } from '../../src/delivery/transport.ts'

const accepted: Outcome = { state: 'accepted', reply: '250 ok' }
const request = (id: string): TransportRequest => ({
  id,
  envelope: { from: 'a@b.example', to: `${id}@readers.example` },
  raw: Buffer.from('x'),
  onBegin: async () => true,
})

/** Servers that do what `takes` says, on a clock that only sleeping moves. */
function aFleet(
  urls: string,
  takes: (name: string, id: string) => Promise<Outcome>,
  more: Partial<SharedServers> = {},
) {
  let now = 0
  const naps: number[] = []
  const taken: string[] = []
  const told: string[] = []
  const shared: SharedServers = {
    reserve: async () => 0,
    trouble: async (name) => {
      told.push(name)
      return 1000
    },
    well: async (name) => void told.push(`${name} is well`),
    all: async () => [],
    ...more,
  }
  const servers = openMailServers(parseSmtpUrls(urls), {
    connections: 8,
    shared,
    clock: () => now,
    sleep: async (milliseconds) => {
      naps.push(milliseconds)
      now += milliseconds
      await Promise.resolve()
    },
    isStopped: () => false,
    open: ({ host }) => ({
      async transport({ id }) {
        const outcome = await takes(host, id)
        taken.push(host)
        return outcome
      },
      warmUp: async () => {},
      close: async () => {},
    }),
  })
  const pass = (milliseconds: number): void => {
    now += milliseconds
  }
  return { servers, naps, taken, told, pass, at: () => now }
}

const countOf = (all: readonly string[], name: string): number => all.filter((one) => one === name).length

describe('several mail servers', () => {
  it('share the copies by their weights', async () => {
    const { servers, taken } = aFleet('smtp://a?weight=3, smtp://b', async () => accepted)
    const lane = async (number: number): Promise<void> => {
      for (let copy = 0; copy < 50; copy++) await servers.transport(request(`${number}-${copy}`))
    }
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(lane))
    expect(countOf(taken, 'a') / countOf(taken, 'b')).toBeGreaterThan(2.8)
    expect(countOf(taken, 'a') / countOf(taken, 'b')).toBeLessThan(3.2)
    await servers.close()
  })

  it('send an envelope ahead where it takes nobody’s turn: not past a rate, a pause or a share', async () => {
    const asked: Record<string, boolean[]> = {}
    const release: (() => void)[] = []
    const open = (urls: string, connections: number, hold: boolean) =>
      openMailServers(parseSmtpUrls(urls), {
        connections,
        shared: { reserve: async () => 0, trouble: async () => 1000, well: async () => {}, all: async () => [] },
        clock: () => 0,
        sleep: async () => {},
        isStopped: () => false,
        open: ({ host }) => ({
          async transport({ id }, mayFollow) {
            if (hold) await new Promise<void>((resolve) => release.push(resolve))
            asked[host] = [...(asked[host] ?? []), mayFollow?.() ?? true]
            return id === 'full' ? { state: 'deferred', reply: '452 full', slow: true } : accepted
          },
          warmUp: async () => {},
          close: async () => {},
        }),
      })
    const one = open('smtp://one', 2, false)
    for (const id of ['s1', 'full', 's2']) await one.transport(request(id))
    // The answer that asks for patience comes after it was asked; the next is asked in the pause.
    expect(asked['one']).toEqual([true, true, false])
    const rated = open('smtp://rated?rate=1000/s', 2, false)
    await rated.transport(request('s1'))
    expect(asked['rated']).toEqual([false])
    // Three of five are more than half: while they are at one server, theirs take turns; the other's two are its share.
    const two = open('smtp://a smtp://b', 5, true)
    const under = Promise.all(['s1', 's2', 's3', 's4', 's5'].map((id) => two.transport(request(id))))
    await new Promise((resolve) => setImmediate(resolve))
    for (const goOn of release.splice(0)) goOn()
    await under
    expect([asked['a'], asked['b']]).toEqual([
      [false, false, false],
      [true, true],
    ])
    for (const servers of [one, rated, two]) await servers.close()
  })

  it('let what has begun at one of them go on there, though it has been refused meanwhile', async () => {
    const begun = request('begun')
    const taken: string[] = []
    const servers = openMailServers(parseSmtpUrls('smtp://a smtp://b'), {
      connections: 2,
      shared: { reserve: async () => 0, trouble: async () => 1000, well: async () => {}, all: async () => [] },
      clock: () => 0,
      sleep: async () => {},
      isStopped: () => false,
      open: ({ host }) => ({
        async transport({ id }) {
          if (host === 'a' && id !== 'begun') throw new RunRefused('a refused the sender', 'wait')
          taken.push(`${id} by ${host}`)
          return accepted
        },
        hasBegun: (asked) => host === 'a' && asked === begun,
        warmUp: async () => {},
        close: async () => {},
      }),
    })
    for (const one of [request('s1'), begun, request('s2')]) await servers.transport(one)
    expect(taken).toEqual(['s1 by b', 'begun by a', 's2 by b'])
    await servers.close()
  })

  it('do not wait for a slow one with more than its share', async () => {
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    const { servers, taken } = aFleet('smtp://a smtp://b', async (name) => {
      if (name === 'a') await slow
      return accepted
    })
    const all = Array.from({ length: 8 }, async (_, lane) => {
      for (let copy = 0; copy < 20; copy++) await servers.transport(request(`${lane}-${copy}`))
    })
    for (let turns = 0; turns < 2000; turns++) await Promise.resolve()
    expect(countOf(taken, 'b')).toBeGreaterThanOrEqual(76)
    release()
    await Promise.all(all)
    await servers.close()
  })

  it('hand a copy on when a server is in trouble, leave that one alone for a while, and come back to it', async () => {
    let broken = true
    const fleet = aFleet('smtp://a smtp://b', async (name) => {
      if (name === 'a' && broken) throw new RunTrouble('the server is closing', 'wait')
      return accepted
    })
    for (let copy = 0; copy < 10; copy++)
      expect(await fleet.servers.transport(request(`s${copy}`))).toMatchObject({ state: 'accepted' })
    expect(fleet.taken).toEqual(Array.from({ length: 10 }, () => 'b'))
    expect(fleet.told).toEqual(['a:587'])
    expect(fleet.servers.health()).toMatchObject([{ state: 'paused', why: 'the server is closing' }, { state: 'well' }])
    broken = false
    fleet.pass(1001)
    for (let copy = 0; copy < 10; copy++) await fleet.servers.transport(request(`t${copy}`))
    expect(countOf(fleet.taken, 'a')).toBeGreaterThan(0)
    expect(fleet.told).toEqual(['a:587', 'a:587 is well'])
    await fleet.servers.close()
  })

  it('are the run’s trouble only when all of them are', async () => {
    const fleet = aFleet('smtp://a smtp://b', async (name) => {
      throw new RunTrouble(`${name} is closing`, 'wait')
    })
    await expect(fleet.servers.transport(request('s'))).rejects.toThrow(RunTrouble)
    expect(fleet.told.toSorted()).toEqual(['a:587', 'b:587'])
    // The run has made its pause; whoever is first to be well again is asked, and no second pause is made.
    await expect(fleet.servers.transport(request('s'))).rejects.toThrow(RunTrouble)
    expect(fleet.naps).toEqual([])
    await fleet.servers.close()
  })

  it('leave out one that refuses the run, and refuse it when all do', async () => {
    const refusing = new Set(['a'])
    const fleet = aFleet('smtp://a smtp://b', async (name) => {
      if (refusing.has(name)) throw new RunRefused(`${name} refused the login`, 'mend it')
      return accepted
    })
    expect(await fleet.servers.transport(request('s1'))).toMatchObject({ state: 'accepted' })
    expect(fleet.servers.health().map((one) => one.state)).toEqual(['refused', 'well'])
    refusing.add('b')
    await expect(fleet.servers.transport(request('s2'))).rejects.toThrow('b refused the login')
    await expect(fleet.servers.transport(request('s3'))).rejects.toThrow(RunRefused)
    refusing.clear()
    fleet.pass(60_001)
    expect(await fleet.servers.transport(request('s4'))).toMatchObject({ state: 'accepted' })
    await fleet.servers.close()
  })

  it('slow the run down for a server that is full only when there is no other', async () => {
    const full: Outcome = { state: 'deferred', reply: '452 full', slow: true }
    const two = aFleet('smtp://a smtp://b', async (name) => (name === 'a' ? full : accepted))
    expect(await two.servers.transport(request('s'))).toEqual({ state: 'deferred', reply: '452 full' })
    const one = aFleet('smtp://a', async () => full)
    expect(await one.servers.transport(request('s'))).toMatchObject({ slow: true })
    await Promise.all([two.servers.close(), one.servers.close()])
  })

  it('go by the places the ledger gives where a server has a rate', async () => {
    let line = 0
    const fleet = aFleet('smtp://a?rate=20/s', async () => accepted, {
      reserve: async (_, copies, perSecond) => {
        const wait = line - fleet.at()
        line += (copies * 1000) / perSecond
        return Math.max(0, wait)
      },
    })
    for (let copy = 0; copy < 21; copy++) await fleet.servers.transport(request(`s${copy}`))
    expect(fleet.at()).toBe(1000)
    await fleet.servers.close()
  })
})

describe('SMTP_URL', () => {
  it('names several servers, with weights and rates', () => {
    const servers = parseSmtpUrls('smtp://a:25?weight=3&rate=600/m,\n smtps://user:pa%2Css@b')
    expect(servers).toMatchObject([
      { host: 'a', port: 25, weight: 3, rate: 10 },
      { host: 'b', port: 465, weight: 1, rate: null, credentials: { user: 'user', pass: 'pa,ss' } },
    ])
    for (const url of ['smtp://a?weight=0', 'smtp://a?rate=fast'])
      expect(() => parseSmtpUrls(url)).toThrow(/SMTP_URL says/)
  })
})
