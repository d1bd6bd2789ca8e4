import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { migrationsOf } from '../../src/ledger/migration-files.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { UserError } from '../../src/problems/user-error.ts'
import { ledgerProcess } from '../support/ledger-process.ts'
import { emptyFolder } from '../support/sample.ts'
import { ledgerContract } from './contract.ts'

const KEY = { publication: 'post', edition: '2026-11-20' }
const rows = (ids: readonly string[]) => ids.map((id) => ({ id, addressHash: id, dueAt: 1, skipped: null }))
const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `r${from + index}`)

describe('the ledger on SQLite', () => {
  ledgerContract(async () => openLedger(path.join(await emptyFolder(), '.broadsheet/ledger.db')))

  it('keeps what begin() promised through a SIGKILL', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    const ledger = await openLedger(file)
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(names(50)), 1)
    const { signal } = await ledgerProcess(
      file,
      `await ledger.lease(key, ${JSON.stringify(names(50))}, 'me', 9, 2)
      await Promise.all(${JSON.stringify(names(20))}.map((id) => ledger.begin(key, id, 'me', 3)))
      process.kill(process.pid, 'SIGKILL')`,
    )
    expect(signal).toBe('SIGKILL')
    expect((await ledger.counts(KEY)).map(({ state, count }) => `${state} ${count}`)).toEqual([
      'leased 30',
      'sending 20',
    ])
    expect(await ledger.reap(() => true, 4)).toEqual({ planned: 30, unknown: 20 })
    await ledger.close()
  })

  it('never leases a row to two processes', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    const ledger = await openLedger(file)
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(names(3000)), 1)
    const take = (owner: string): string => `const mine = []
      for (let from = 0; from < 3000; from += 10) {
        const ids = Array.from({ length: 10 }, (_, index) => 'r' + (from + index))
        mine.push(...(await ledger.lease(key, ids, '${owner}', 9, 2)).map((one) => one.id))
      }
      await ledger.close()
      console.log(JSON.stringify(mine))`
    const [one, two] = await Promise.all([ledgerProcess(file, take('one')), ledgerProcess(file, take('two'))])
    const all = [...JSON.parse(one.out), ...JSON.parse(two.out)]
    expect(all.length).toBe(3000)
    expect(new Set(all).size).toBe(3000)
    await ledger.close()
  })

  it('plans two hundred thousand rows in flat memory', { timeout: 60_000 }, async () => {
    const ledger = await openLedger(path.join(await emptyFolder(), 'ledger.db'))
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(names(5000)), 1)
    const before = process.memoryUsage().rss
    for (let from = 5000; from < 200_000; from += 5000) await ledger.plan(KEY, rows(names(5000, from)), 1)
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150)
    expect(await ledger.counts(KEY)).toEqual([{ state: 'planned', reason: null, count: 200_000 }])
    await ledger.close()
  })

  it('finds the rows of a step by their keys, however many others are in the same state', {
    timeout: 60_000,
  }, async () => {
    const took = async (planned: number): Promise<number> => {
      const ledger = await openLedger(path.join(await emptyFolder(), 'ledger.db'))
      await ledger.open(KEY, 'x', false, 1)
      for (let from = 0; from < planned; from += 5000) await ledger.plan(KEY, rows(names(5000, from)), 1)
      const started = performance.now()
      for (let from = 0; from < 1000; from += 50) {
        const ids = names(50, from)
        expect(await ledger.lease(KEY, ids, 'me', 99, 1)).toHaveLength(50)
        await Promise.all(ids.map((id) => ledger.begin(KEY, id, 'me', 1)))
        await Promise.all(ids.map((id) => ledger.settle(KEY, { id, state: 'accepted', reply: '250 ok' }, 'me', 1)))
      }
      const milliseconds = performance.now() - started
      expect(await ledger.counts(KEY)).toContainEqual({ state: 'accepted', reason: null, count: 1000 })
      await ledger.close()
      return milliseconds
    }
    const among = [await took(5000), await took(100_000)] as const
    // Looked for among the planned, twenty times as many took thirty times as long.
    expect(among[1] / among[0]).toBeLessThan(6)
  })

  it('brings a ledger of an earlier version up to this one, with all its rows', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    const old = new DatabaseSync(file)
    for (const { number, read } of await migrationsOf('sqlite')) if (number <= 4) old.exec(await read())
    const insert = old.prepare(
      `insert into delivery (publication, edition, subscriber_id, address_hash, state, reason, reply, attempts, due_at, planned_at, lease_owner, lease_until, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    insert.run(KEY.publication, KEY.edition, 'b', 'hb', 'accepted', null, '250 ok', 1, 5, 5, null, null, 9)
    insert.run(KEY.publication, KEY.edition, 'a', 'ha', 'sending', null, null, 0, 5, 4, 'me', 99, 8)
    insert.run(KEY.publication, '2026-11-19', 'a', 'ha', 'skipped', 'no-topic', null, 0, 5, 4, null, null, 8)
    old.exec('pragma user_version = 4')
    const everything = (database: DatabaseSync): unknown[] =>
      database.prepare('select * from delivery order by edition, subscriber_id').all()
    const before = everything(old)
    old.close()
    const ledger = await openLedger(file)
    await ledger.settle(KEY, { id: 'a', state: 'accepted', reply: '250 later' }, 'me', 10)
    expect(await ledger.states(KEY, ['a', 'b'])).toEqual(
      new Map([
        ['a', 'accepted'],
        ['b', 'accepted'],
      ]),
    )
    await ledger.close()
    const now = new DatabaseSync(file)
    expect(before).toHaveLength(3)
    expect(everything(now).toSpliced(1, 1)).toEqual(before.toSpliced(1, 1))
    // The address has its row still.
    expect(() =>
      now.exec(
        `insert into delivery select publication, edition, 'c', address_hash, state, reason, reply, attempts, due_at, planned_at, null, null, 1 from delivery where subscriber_id = 'b'`,
      ),
    ).toThrow(/UNIQUE/)
    now.close()
  })

  it('says what is wrong with a file that is no ledger, is newer, or is held', { timeout: 60_000 }, async () => {
    const folder = await emptyFolder()
    await writeFile(path.join(folder, 'text.db'), 'This is a text file and no database at all. '.repeat(200))
    const newer = new DatabaseSync(path.join(folder, 'newer.db'))
    newer.exec('pragma user_version = 99')
    newer.close()
    const errorOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => null,
        (caught: unknown) => caught,
      )
    expect(await errorOf(openLedger(path.join(folder, 'text.db')))).toMatchObject({ code: 'ledger-corrupt' })
    expect(await errorOf(openLedger(path.join(folder, 'newer.db')))).toMatchObject({ code: 'ledger-newer' })
    const ledger = await openLedger(path.join(folder, 'held.db'))
    const other = new DatabaseSync(path.join(folder, 'held.db'))
    other.exec('begin immediate')
    const error = await errorOf(ledger.open(KEY, 'x', false, 1))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ code: 'ledger-busy' })
    other.exec('rollback')
    other.close()
    await ledger.close()
  })
})
