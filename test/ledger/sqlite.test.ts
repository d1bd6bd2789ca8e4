import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
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
