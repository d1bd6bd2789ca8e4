import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EditionStates } from '../../src/commands/edition-states.ts'
import { listEditions } from '../../src/edition/calendar.ts'
import { readPublication } from '../../src/edition/read.ts'
import type { Settlement } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from '../check/good-edition.ts'

async function aCalendar(files: Record<string, string> = {}) {
  const root = await aGoodPublication(files)
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const ledgerFile = path.join(root, '.broadsheet/ledger.db')
  const states = new EditionStates({ root, environment: {} })
  const of = async (...dates: string[]) => (await states.of(publication, dates)).editions
  return { root, publication, ledgerFile, states, of }
}

/** Rows planned for an edition, of which some are settled. */
async function sent(file: string, edition: string, planned: string[], settled: Settlement[]): Promise<void> {
  const ledger = await openLedger(file)
  const key = { publication: 'harbour-post', edition }
  await ledger.open(key, 'content', false, 1)
  const rows = planned.map((id) => ({ id, addressHash: id, dueAt: 1, skipped: null }))
  await ledger.plan(key, rows, 1)
  const ids = settled.map((one) => one.id)
  await ledger.lease(key, ids, 'me', 9000, 1000)
  for (const one of settled) {
    await ledger.begin(key, one.id, 'me', 1001)
    await ledger.settle(key, one, 'me', 1002)
  }
  await ledger.close()
}
const accepted = (id: string): Settlement => ({ id, state: 'accepted', reply: '250' })

describe('the states of editions', () => {
  it('are what the files say while nothing was sent, and no ledger is made by asking', async () => {
    const { of, ledgerFile } = await aCalendar({
      'digests/2026-11-21.yaml': `status: draft\n${GOOD_EDITION.replace('topic: port', 'topic: prot')}`,
      'digests/2026-11-22.yaml': 'entries: [\n',
      'digests/2026-11-23/1.yaml': 'topic: town\nheadline: It\nurl: https://x.example\nsummary: So.\n',
    })
    expect(await of('2026-11-23', '2026-11-22', '2026-11-21', GOOD_DATE)).toEqual([
      { date: '2026-11-23', state: 'ready', entries: 1, errors: 0, accepted: 0, unknown: 0 },
      { date: '2026-11-22', state: 'broken', entries: 0, errors: 2, accepted: 0, unknown: 0 },
      { date: '2026-11-21', state: 'draft', entries: 4, errors: 1, accepted: 0, unknown: 0 },
      { date: GOOD_DATE, state: 'ready', entries: 4, errors: 0, accepted: 0, unknown: 0 },
    ])
    expect(existsSync(ledgerFile)).toBe(false)
  })

  it('are sending while somebody is still to be served, then done, with what nobody knows', async () => {
    const { of, ledgerFile } = await aCalendar({ 'digests/2026-11-21.yaml': GOOD_EDITION })
    await sent(ledgerFile, GOOD_DATE, ['a', 'b', 'c'], [accepted('a')])
    expect(await of(GOOD_DATE, '2026-11-21')).toMatchObject([{ state: 'sending', accepted: 1 }, { state: 'ready' }])
    await sent(ledgerFile, GOOD_DATE, [], [accepted('b'), { id: 'c', state: 'unknown', reason: 'no answer' }])
    expect(await of(GOOD_DATE)).toMatchObject([{ state: 'done', accepted: 2, unknown: 1 }])
    await sent(ledgerFile, '2026-11-21', ['a'], [accepted('a')])
    expect(await of('2026-11-21', GOOD_DATE)).toMatchObject([{ state: 'done' }, { state: 'done', accepted: 2 }])
  })

  it('are read again when a file was saved, and said without the ledger when it cannot be read', async () => {
    const { root, of, states, publication, ledgerFile } = await aCalendar()
    expect((await of(GOOD_DATE))[0]?.entries).toBe(4)
    await writeFile(path.join(root, `digests/${GOOD_DATE}.yaml`), `status: draft\n${GOOD_EDITION}`)
    expect((await of(GOOD_DATE))[0]?.state).toBe('draft')
    await sent(ledgerFile, GOOD_DATE, ['a'], [accepted('a')])
    await writeFile(ledgerFile, 'this is no database, and it is long enough to tell: '.repeat(50))
    const { editions, note } = await states.of(publication, [GOOD_DATE])
    expect(editions).toMatchObject([{ state: 'draft' }])
    expect(note).toContain('ledger.db')
  })

  it('of a thousand editions are known within seconds, and at once when asked again', { timeout: 60_000 }, async () => {
    const { root, states, publication } = await aCalendar()
    for (let day = 0; day < 999; day++) {
      const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10)
      await writeFile(path.join(root, `digests/${date}.yaml`), GOOD_EDITION)
    }
    const { dates } = await listEditions(root)
    const timed = async (asked: string[]): Promise<number> => {
      const started = performance.now()
      const { editions } = await states.of(publication, asked)
      expect(editions).toHaveLength(asked.length)
      return performance.now() - started
    }
    const month = await timed(dates.slice(0, 31))
    const all = await timed(dates)
    const again = await timed(dates)
    expect(dates).toHaveLength(1000)
    expect(month).toBeLessThan(1500)
    expect(all).toBeLessThan(15_000)
    expect(again).toBeLessThan(1500)
  })
})
