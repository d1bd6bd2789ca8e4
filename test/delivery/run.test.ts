import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { AudienceRow } from '../../src/audience/read-csv.ts'
import { noCounts } from '../../src/delivery/counts.ts'
import { type EditionRun, runDeliveries } from '../../src/delivery/run.ts'
import { atOnce } from '../../src/delivery/timing.ts'
import type { Outcome, TransportRequest } from '../../src/delivery/transport.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { SqlLedger } from '../../src/ledger/sql-ledger.ts'
import { SqliteFile } from '../../src/ledger/sqlite-file.ts'
import { aSubscriber } from '../support/compiled.ts'
import { emptyFolder } from '../support/sample.ts'

const KEY = { publication: 'digest', edition: '2026-11-20' }
const HOUR = 3_600_000

async function* audienceOf(count: number): AsyncGenerator<AudienceRow> {
  for (let number = 0; number < count; number++)
    yield { subscriber: aSubscriber({ id: `s${number}`, email: `s${number}@readers.example` }), findings: [] }
}

/** A run with a clock that only sleeping moves. */
function aRun(ledger: Ledger, more: Partial<EditionRun> & { take?(request: TransportRequest): Promise<Outcome> } = {}) {
  let now = 1000 * HOUR
  const taken: { id: string; at: number }[] = []
  const { take = async () => ({ state: 'accepted', reply: '250 ok' }) as const, ...rest } = more
  const edition: EditionRun = {
    ledger,
    key: KEY,
    owner: 'me',
    offer: { date: '2026-11-20', topics: ['world'], languages: ['en'] },
    timing: atOnce,
    audience: () => audienceOf(20),
    due: null,
    first: null,
    connections: 2,
    suppressed: (hashes) => ledger.suppressed(KEY.publication, hashes),
    transport: {
      transport: async (request) => {
        if (!(await request.onBegin())) return { state: 'deferred', reply: 'lost' }
        taken.push({ id: request.id, at: now })
        return take(request)
      },
      warmUp: async () => {},
      close: async () => {},
    },
    messageFor: async ({ subscriber }) => ({
      envelope: { from: 'a@b.example', to: subscriber.email },
      raw: Buffer.from('x'),
      messageId: '<x@y>',
    }),
    clock: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds
    },
    isAborted: () => false,
    pace: null,
    onRow: () => {},
    prepare: async () => {},
    onSettled: () => {},
    ...rest,
  }
  const counts = noCounts()
  const run = { refused: null }
  return { edition, counts, run, taken, go: () => runDeliveries(edition, counts, run) }
}

describe('a run', () => {
  it('never holds more than four copies leased for each connection', async () => {
    const ledger = await openLedger(path.join(await emptyFolder(), 'ledger.db'))
    await ledger.open(KEY, 'x', false, 0)
    const held: number[] = []
    const { go, counts } = aRun(ledger, {
      connections: 3,
      audience: () => audienceOf(100),
      take: async () => {
        // Time for whatever is taken ahead.
        await new Promise((resolve) => setTimeout(resolve, 10))
        const rows = await ledger.counts(KEY)
        held.push(rows.find(({ state }) => state === 'leased')?.count ?? 0)
        return { state: 'accepted', reply: '250 ok' }
      },
    })
    await go()
    expect(counts.accepted).toBe(100)
    expect(Math.max(...held)).toBeLessThanOrEqual(12)
    // So that no connection waits for the ledger.
    expect(Math.max(...held)).toBeGreaterThan(6)
    await ledger.close()
  })
})

describe('a ledger whose disk is full', () => {
  it('ends the run in words for an operator; the next one serves who is left, and nobody twice', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    await (await openLedger(file)).close()
    const small = new DatabaseSync(file)
    small.exec('pragma journal_mode = wal')
    const full = new SqlLedger(new SqliteFile(small, file))
    await full.open(KEY, 'hash', false, 1000 * HOUR)
    const seen = new Set<string>()
    const first = aRun(full, {
      audience: () => audienceOf(3000),
      // SQLite's own limit answers as a full disk does.
      take: async ({ id }) => {
        seen.add(id)
        if (seen.size === 30) small.exec('pragma max_page_count = 1')
        return { state: 'accepted', reply: '250 ok '.repeat(200) }
      },
    })
    await expect(first.go()).rejects.toMatchObject({ code: 'ledger-full' })
    await full.close()
    const ledger = await openLedger(file)
    await ledger.reap(() => true, 1001 * HOUR)
    const again: string[] = []
    const second = aRun(ledger, {
      owner: 'another',
      audience: () => audienceOf(3000),
      take: async ({ id }) => {
        again.push(id)
        return { state: 'accepted', reply: '250 ok' }
      },
    })
    await second.go()
    expect(again.filter((id) => seen.has(id))).toEqual([])
    const unknown = (await ledger.counts(KEY)).find((one) => one.state === 'unknown')?.count ?? 0
    // At most as many as had been under way.
    expect(unknown).toBeLessThanOrEqual(2)
    expect(second.counts.accepted + second.counts.already).toBe(3000)
    expect(seen.size + again.length).toBe(3000)
    await ledger.close()
  })
})

describe('a waiting run', () => {
  /** s0 … s19 are due at 7, 8 and 9 o'clock in turn. */
  const timing: EditionRun['timing'] = ({ id }) => {
    const from = (1001 + (Number(id.slice(1)) % 3)) * HOUR
    return { from, until: from + 4 * HOUR }
  }

  it('releases each wave at its instant, and leaves at the end of its wait', async () => {
    const ledger = await openLedger(':memory:')
    await ledger.open(KEY, 'hash', false, 0)
    const { edition, counts, taken, go } = aRun(ledger, { timing, due: { waitUntil: 1002.5 * HOUR } })
    await go()
    expect(new Set(taken.map(({ at }) => at / HOUR))).toEqual(new Set([1001, 1002]))
    expect(taken).toHaveLength(14)
    expect(counts).toMatchObject({ audience: 20, planned: 14, accepted: 14, already: 0, notDue: 6, deferred: 0 })
    expect(edition.clock()).toBe(1002 * HOUR)
    await ledger.close()
  })

  it('tries what was put off again when it is time, with the same date', async () => {
    const ledger = await openLedger(':memory:')
    await ledger.open(KEY, 'hash', false, 0)
    const dates = new Map<string, number[]>()
    const tries = new Map<string, number>()
    const { counts, taken, go } = aRun(ledger, {
      timing,
      due: { waitUntil: 1006 * HOUR },
      messageFor: async ({ subscriber, datedAt }) => {
        dates.set(subscriber.id, [...(dates.get(subscriber.id) ?? []), datedAt])
        return { envelope: { from: 'a@b.example', to: subscriber.email }, raw: Buffer.from('x'), messageId: '<x@y>' }
      },
      take: async ({ id }) => {
        tries.set(id, (tries.get(id) ?? 0) + 1)
        return id === 's4' && (tries.get(id) ?? 0) < 3
          ? { state: 'deferred', reply: '450 greylisted' }
          : { state: 'accepted', reply: '250 ok' }
      },
    })
    await go()
    expect(taken.filter(({ id }) => id === 's4').map(({ at }) => (at - 1002 * HOUR) / 60_000)).toEqual([0, 1, 3])
    expect(new Set(dates.get('s4'))).toEqual(new Set([1002 * HOUR]))
    expect(counts).toMatchObject({ audience: 20, planned: 20, accepted: 20, deferred: 0, already: 0, notDue: 0 })
    await ledger.close()
  })

  it('counts what is still put off at its end as deferred, once', async () => {
    const ledger = await openLedger(':memory:')
    await ledger.open(KEY, 'hash', false, 0)
    const { counts, go } = aRun(ledger, {
      timing,
      due: { waitUntil: 1003 * HOUR + 10 },
      take: async ({ id }) =>
        id === 's5' || id === 's3' ? { state: 'deferred', reply: '450' } : { state: 'accepted', reply: '250' },
    })
    await go()
    expect(counts).toMatchObject({ audience: 20, planned: 20, accepted: 18, deferred: 2, already: 0, notDue: 0 })
    await ledger.close()
  })

  it('waits out a hold, and goes on when it is lifted', async () => {
    const ledger = await openLedger(':memory:')
    await ledger.open(KEY, 'hash', false, 0)
    await ledger.hold(KEY, true, 0)
    let naps = 0
    const { edition, counts, taken, go } = aRun(ledger, { timing, due: { waitUntil: 1004 * HOUR } })
    const { sleep } = edition
    edition.sleep = async (milliseconds) => {
      naps += 1
      if (naps === 3) await ledger.hold(KEY, false, 0)
      await sleep(milliseconds)
    }
    await go()
    expect(taken).toHaveLength(20)
    expect(counts).toMatchObject({ audience: 20, planned: 20, accepted: 20, already: 0, deferred: 0, notDue: 0 })
    await ledger.close()
  })

  it('serves who joins while it waits, and skips who is suppressed meanwhile', async () => {
    const ledger = await openLedger(':memory:')
    await ledger.open(KEY, 'hash', false, 0)
    let passes = 0
    const { counts, taken, go } = aRun(ledger, {
      timing,
      due: { waitUntil: 1004 * HOUR },
      audience: () => audienceOf(Math.min(21, 18 + passes++)),
    })
    await go()
    // Now, at each of the three instants, and for the accounts.
    expect(passes).toBe(5)
    expect(taken.map(({ id }) => id)).toContain('s20')
    expect(counts).toMatchObject({ audience: 21, accepted: 21, already: 0, notDue: 0 })
    await ledger.close()
  })
})
