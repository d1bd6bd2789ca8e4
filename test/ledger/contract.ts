import { describe, expect, it } from 'vitest'
import type { Bounce } from '../../src/ledger/bounces.ts'
import { type EditionKey, type Ledger, MOVES, type Settlement, type State } from '../../src/ledger/ledger.ts'

const KEY: EditionKey = { publication: 'post', edition: '2026-11-20' }
const ME = 'host/1/1/me'
const OTHER = 'host/2/2/other'
const row = (id: string, skipped: string | null = null, dueAt = 1000) => ({
  id,
  addressHash: `hash-${id}`,
  dueAt,
  skipped,
})

/** What every ledger must do, whatever stands behind it. `open` gives an empty one. */
export function ledgerContract(open: () => Promise<Ledger>): void {
  const stateOf = async (ledger: Ledger, id: string): Promise<State | undefined> => {
    for await (const one of ledger.rows(KEY)) if (one.id === id) return one.state
    return undefined
  }
  async function opened(...ids: string[]): Promise<Ledger> {
    const ledger = await open()
    await ledger.open(KEY, 'content-1', false, 500)
    await ledger.plan(
      KEY,
      ids.map((id) => row(id)),
      500,
    )
    return ledger
  }
  /** A row in a given state, by legal moves only. */
  async function inState(state: State): Promise<Ledger> {
    const ledger = await opened('a')
    if (state === 'planned') return ledger
    if (state === 'skipped') {
      await ledger.plan(KEY, [row('a', 'inactive')], 600)
      return ledger
    }
    await ledger.lease(KEY, ['a'], ME, 9000, 1000)
    if (state === 'leased') return ledger
    expect(await ledger.begin(KEY, 'a', ME, 1001)).toBe(true)
    if (state === 'accepted') await ledger.settle(KEY, { id: 'a', state: 'accepted', reply: '250 ok' }, ME, 1002)
    if (state === 'rejected')
      await ledger.settle(KEY, { id: 'a', state: 'rejected', reason: 'no such user', reply: '550' }, ME, 1002)
    if (state === 'unknown') await ledger.settle(KEY, { id: 'a', state: 'unknown', reason: 'no answer' }, ME, 1002)
    return ledger
  }

  it('plans without harm when asked again, takes newcomers in, and decides anew until something has left', async () => {
    const ledger = await opened('a', 'b')
    const planned = await ledger.plan(KEY, [row('a'), row('b', 'inactive'), row('c')], 700)
    expect(planned.map((one) => `${one.id} ${one.state} ${one.reason}`)).toEqual([
      'a planned null',
      'b skipped inactive',
      'c planned null',
    ])
    expect((await ledger.plan(KEY, [row('b')], 800))[0]?.state).toBe('planned')
    for (const state of ['sending', 'accepted', 'rejected', 'unknown'] as const) {
      const left = await inState(state)
      expect((await left.plan(KEY, [row('a', 'inactive')], 2000))[0]?.state).toBe(state)
      await left.close()
    }
    await ledger.close()
  })

  it('knows an address again under another id, in the ledger and within one batch', async () => {
    const ledger = await opened('a')
    const twice = [{ ...row('x'), addressHash: 'hash-a' }, row('n'), { ...row('m'), addressHash: 'hash-n' }, row('n')]
    expect((await ledger.plan(KEY, twice, 600)).map((one) => one.state)).toEqual([
      'duplicate',
      'planned',
      'duplicate',
      'duplicate',
    ])
    await ledger.close()
  })

  const settlements: Settlement[] = [
    { id: 'a', state: 'accepted', reply: '250' },
    { id: 'a', state: 'deferred', reply: '450', retryAt: 5000 },
    { id: 'a', state: 'deferred', reply: '450', retryAt: null },
    { id: 'a', state: 'rejected', reason: 'x', reply: '550' },
    { id: 'a', state: 'unknown', reason: 'x' },
    { id: 'a', state: 'returned' },
  ]
  const states: State[] = ['planned', 'leased', 'sending', 'accepted', 'rejected', 'unknown', 'skipped']
  /** Which settlements move a row at all. */
  const MOVED: Partial<Record<State, Settlement['state'][]>> = {
    leased: ['deferred', 'rejected', 'returned'],
    sending: ['accepted', 'deferred', 'rejected', 'unknown'],
    unknown: ['accepted'],
  }
  describe.each(states)('a %s row', (state) => {
    it('is moved by a legal settlement and left as it is by any other', async () => {
      for (const settlement of settlements) {
        const ledger = await inState(state)
        await ledger.settle(KEY, settlement, ME, 3000)
        const after = await stateOf(ledger, 'a')
        if (after !== state) expect(MOVES[state]).toContain(after)
        const moved = MOVED[state]?.includes(settlement.state) ?? false
        expect({ by: settlement.state, moved: after !== state }).toEqual({ by: settlement.state, moved })
        await ledger.close()
      }
    })

    it('is leased and begun only from the state before', async () => {
      const leased = await inState(state)
      expect((await leased.lease(KEY, ['a'], OTHER, 9000, 2000)).length).toBe(state === 'planned' ? 1 : 0)
      await leased.close()
      const begun = await inState(state)
      expect(await begun.begin(KEY, 'a', OTHER, 2000)).toBe(false)
      expect(await begun.begin(KEY, 'a', ME, 2000)).toBe(state === 'leased')
      await begun.close()
    })
  })

  it('leases what is due, to one owner, with what the copy is dated', async () => {
    const ledger = await opened('a', 'b')
    await ledger.plan(KEY, [row('late', null, 5000)], 600)
    expect(await ledger.lease(KEY, ['a', 'late', 'nobody'], ME, 9000, 1000)).toEqual([
      { id: 'a', datedAt: 1000, dueAt: 1000, attempts: 0 },
    ])
    expect((await ledger.lease(KEY, ['a', 'b'], OTHER, 9000, 1000)).map((one) => one.id)).toEqual(['b'])
    await ledger.close()
  })

  it('takes back what dead owners held, leaves the living alone, and still believes a late 250', async () => {
    const ledger = await opened('a', 'b', 'c')
    await ledger.lease(KEY, ['a', 'b'], OTHER, 9000, 1000)
    await ledger.begin(KEY, 'b', OTHER, 1001)
    await ledger.lease(KEY, ['c'], ME, 9000, 1000)
    expect(await ledger.reap((owner) => owner === OTHER, 2000)).toEqual({ planned: 1, unknown: 1 })
    expect([await stateOf(ledger, 'a'), await stateOf(ledger, 'b'), await stateOf(ledger, 'c')]).toEqual([
      'planned',
      'unknown',
      'leased',
    ])
    await ledger.settle(KEY, { id: 'b', state: 'accepted', reply: '250 late' }, OTHER, 2001)
    expect(await stateOf(ledger, 'b')).toBe('accepted')
    expect(await ledger.begin(KEY, 'a', OTHER, 2002)).toBe(false)
    await ledger.close()
  })

  it('checks suppressions and the stop button again at the moment of sending', async () => {
    const ledger = await opened('a', 'b')
    await ledger.lease(KEY, ['a', 'b'], ME, 9000, 1000)
    await ledger.suppress(KEY.publication, 'hash-a', 'complaint', 1001)
    expect(await ledger.begin(KEY, 'a', ME, 1002)).toBe(false)
    expect(await ledger.suppressed(KEY.publication, ['hash-a', 'hash-b'])).toEqual(new Map([['hash-a', 'complaint']]))
    await ledger.hold(KEY, true, 1003)
    expect(await ledger.begin(KEY, 'b', ME, 1004)).toBe(false)
    expect(await ledger.isHeld(KEY)).toBe(true)
    await ledger.settle(KEY, { id: 'b', state: 'returned' }, ME, 1005)
    expect(await ledger.lease(KEY, ['b'], ME, 9000, 1006)).toEqual([])
    await ledger.hold(KEY, false, 1007)
    expect((await ledger.lease(KEY, ['b'], ME, 9000, 1008)).length).toBe(1)
    await ledger.close()
  })

  it('takes a change of the edition until something has left, and after that only when told', async () => {
    const ledger = await opened('a')
    expect(await ledger.open(KEY, 'content-2', false, 600)).toMatchObject({ begun: false, changed: true })
    expect(await ledger.open(KEY, 'content-2', false, 600)).toMatchObject({ begun: false, changed: false })
    await ledger.lease(KEY, ['a'], ME, 9000, 1000)
    await ledger.begin(KEY, 'a', ME, 1001)
    expect(await ledger.open(KEY, 'content-3', false, 1100)).toMatchObject({ begun: true, changed: true })
    expect(await ledger.open(KEY, 'content-2', false, 1200)).toMatchObject({ begun: true, changed: false })
    expect(await ledger.open(KEY, 'content-3', true, 1300)).toMatchObject({ begun: true, changed: true })
    expect(await ledger.open(KEY, 'content-3', false, 1400)).toMatchObject({ begun: true, changed: false })
    await ledger.close()
  })

  it('settles unknown rows by evidence, and only those; rejected ones can be tried again', async () => {
    const ledger = await inState('unknown')
    expect(await ledger.reconcile(KEY, ['a', 'b'], true, 'mail.log', 4000)).toEqual(['a'])
    expect(await stateOf(ledger, 'a')).toBe('accepted')
    expect(await ledger.reconcile(KEY, ['a'], false, 'by hand', 4001)).toEqual([])
    await ledger.close()
    const rejected = await inState('rejected')
    expect(await rejected.retry(KEY, 'unknown', 5000)).toBe(0)
    expect(await rejected.retry(KEY, 'rejected', 5000)).toBe(1)
    expect(await stateOf(rejected, 'a')).toBe('planned')
    await rejected.close()
  })

  it('counts every row once, and forgets old editions whole', async () => {
    const ledger = await opened(...Array.from({ length: 2500 }, (_, index) => `r${index}`))
    await ledger.plan(KEY, [row('r1', 'inactive'), row('r2', 'no-topic')], 600)
    expect(await ledger.counts(KEY)).toEqual([
      { state: 'planned', reason: null, count: 2498 },
      { state: 'skipped', reason: 'inactive', count: 1 },
      { state: 'skipped', reason: 'no-topic', count: 1 },
    ])
    let rows = 0
    for await (const _ of ledger.rows(KEY)) rows += 1
    expect(rows).toBe(2500)
    expect(await ledger.purge('post', 400)).toBe(0)
    expect(await ledger.purge('post', 600)).toBe(1)
    expect([await ledger.counts(KEY), await ledger.editions('post')]).toEqual([[], []])
    await ledger.close()
  })

  it('commits many begins and settlements asked for at once, each with its own answer', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `r${index}`)
    const ledger = await opened(...ids)
    await ledger.lease(KEY, ids.slice(0, 200), ME, 9000, 1000)
    const begun = await Promise.all(ids.map((id) => ledger.begin(KEY, id, ME, 1001)))
    expect(begun.map((one, index) => one === index < 200)).not.toContain(false)
    await Promise.all(
      ids.slice(0, 200).map((id, index) => {
        const settlement: Settlement =
          index % 2 === 0 ? { id, state: 'accepted', reply: '250' } : { id, state: 'rejected', reason: 'x', reply: '5' }
        return ledger.settle(KEY, settlement, ME, 1002)
      }),
    )
    expect((await ledger.counts(KEY)).map(({ state, count }) => `${state} ${count}`)).toEqual([
      'accepted 100',
      'planned 100',
      'rejected 100',
    ])
    await ledger.close()
  })

  const aBounce = (more: Partial<Bounce> = {}): Bounce => ({
    fingerprint: 'mail-1',
    verdict: 'hard',
    reason: 'no such mailbox: 550',
    subscriberId: 'a',
    edition: KEY.edition,
    delivery: 'bounced',
    suppress: { addressHash: 'hash-a', reason: 'bounced' },
    ...more,
  })

  it('takes a returned mail once: the delivery bounces with its reason, and the address is suppressed', async () => {
    const ledger = await inState('accepted')
    expect(await ledger.bounces.known('post', ['mail-1'])).toEqual(new Set())
    expect(await ledger.bounces.take('post', [aBounce()], 5000)).toEqual([
      { fingerprint: 'mail-1', isNew: true, bounced: true, suppressed: true },
    ])
    const rows = await Array.fromAsync(ledger.rows(KEY))
    expect(rows).toMatchObject([
      { state: 'bounced', reason: 'hard, no such mailbox: 550', reply: '250 ok', updatedAt: 5000 },
    ])
    expect(await ledger.suppressed('post', ['hash-a'])).toEqual(new Map([['hash-a', 'bounced']]))
    expect(await ledger.bounces.suppressions('post')).toEqual(new Map([['a', 'hard, no such mailbox: 550']]))
    expect(await ledger.bounces.known('post', ['mail-1', 'mail-2'])).toEqual(new Set(['mail-1']))
    expect(await ledger.bounces.known('other', ['mail-1'])).toEqual(new Set())
    expect(await ledger.bounces.take('post', [aBounce({ reason: 'again' })], 6000)).toEqual([
      { fingerprint: 'mail-1', isNew: false, bounced: false, suppressed: false },
    ])
    // A second notice about the same copy is noted, and there is nothing left to do.
    expect(await ledger.bounces.take('post', [aBounce({ fingerprint: 'mail-2' })], 7000)).toMatchObject([
      { isNew: true, bounced: false, suppressed: false },
    ])
    await ledger.close()
  })

  it('moves what was accepted or unknown and came back, and nothing that never left', async () => {
    for (const state of states) {
      const ledger = await inState(state)
      const [taken] = await ledger.bounces.take('post', [aBounce({ suppress: null })], 5000)
      const moved = state === 'accepted' || state === 'unknown'
      expect({ state, bounced: taken?.bounced }).toEqual({ state, bounced: moved })
      expect(await stateOf(ledger, 'a')).toBe(moved ? 'bounced' : state)
      await ledger.close()
    }
  })

  it('keeps the reason of a complaint beside a delivery that stays accepted, and of a mail about nobody nothing', async () => {
    const ledger = await inState('accepted')
    const complaint = aBounce({ verdict: 'complaint', reason: 'abuse', delivery: 'accepted', suppress: null })
    const taken = await ledger.bounces.take(
      'post',
      [complaint, aBounce({ fingerprint: 'mail-2', subscriberId: null, suppress: null })],
      5000,
    )
    expect(taken.map((one) => one.bounced)).toEqual([false, false])
    expect(await Array.fromAsync(ledger.rows(KEY))).toMatchObject([{ state: 'accepted', reason: 'complaint, abuse' }])
    await ledger.close()
  })

  it('tells the copies of late by id and by address, which of them came back softly, and forgets them with the edition', async () => {
    const ledger = await inState('accepted')
    await ledger.bounces.take('post', [aBounce({ verdict: 'soft', suppress: null })], 5000)
    const row = {
      subscriberId: 'a',
      addressHash: 'hash-a',
      edition: KEY.edition,
      state: 'bounced',
      datedAt: 1000,
      isSoft: true,
    }
    const many = Array.from({ length: 1200 }, (_, index) => `nobody-${index}`)
    expect(await ledger.bounces.past('post', { ids: [...many, 'a'] }, 500)).toEqual([row])
    expect(await ledger.bounces.past('post', { addressHashes: ['hash-a', 'hash-b'] }, 500)).toEqual([row])
    expect(await ledger.bounces.past('post', { ids: ['a'] }, 501)).toEqual([])
    expect(await ledger.bounces.past('post', { ids: [] }, 0)).toEqual([])
    await ledger.purge('post', 600)
    expect(await ledger.bounces.known('post', ['mail-1'])).toEqual(new Set())
    await ledger.close()
  })
}
