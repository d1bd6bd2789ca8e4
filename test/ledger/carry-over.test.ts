import { copyFile, readFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { carryOver } from '../../src/ledger/carry-over.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { ledgerOn, openDatabase, openLedger } from '../../src/ledger/open.ts'
import { openPostgres } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'
import { emptyFolder } from '../support/sample.ts'

const postgres = postgresForTests()
const KEY = { publication: 'post', edition: '2026-11-20' }
const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`)
const rows = (ids: readonly string[]) => ids.map((id) => ({ id, addressHash: id, dueAt: 1, skipped: null }))
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (caught: unknown) => caught,
  )

/** More rows than a page, in several states, with what people decided. */
async function aLedgerFile(): Promise<string> {
  const file = path.join(await emptyFolder(), 'ledger.db')
  const ledger = await openLedger(file)
  await ledger.open(KEY, 'content', false, 1)
  await ledger.plan(KEY, rows(names(4500)), 1)
  await ledger.lease(KEY, names(100), 'a/1/1/dead', 9, 2)
  for (const id of names(20)) await ledger.begin(KEY, id, 'a/1/1/dead', 3)
  for (const id of names(10)) await ledger.settle(KEY, { id, state: 'accepted', reply: `250 „${id}“` }, 'a/1/1/dead', 4)
  await ledger.suppress('post', 'hash', 'complaint', 5)
  await ledger.record(KEY, 'begun', { run: 'x' }, 6)
  await ledger.record(KEY, 'begun', { run: 'x' }, 6)
  await ledger.close()
  return file
}

const everything = async (ledger: Ledger): Promise<unknown> => ({
  rows: await Array.fromAsync(ledger.rows(KEY)).then((all) => all.map((row) => ({ ...row }))),
  events: await ledger.recorded(KEY, 'begun'),
  suppressed: await ledger.suppressed('post', ['hash']),
  hash: await ledger.contentHash(KEY),
})

it('a SQLite ledger is carried over whole, may be carried over again, and comes back as a file', async () => {
  const file = await aLedgerFile()
  const before = await readFile(file)
  const database = await openPostgres(await postgres.database())
  const carried = await carryOver(file, database, () => true, 10)
  expect(carried).toMatchObject({ delivery: 4500, edition: 1, suppression: 1, event: 2 })
  expect(await carryOver(file, database, () => true, 10)).toEqual(carried)
  expect(await readFile(file)).toEqual(before)
  const ledger = ledgerOn(database)
  expect((await ledger.counts(KEY)).map(({ state, count }) => `${state} ${count}`)).toEqual([
    'accepted 10',
    'planned 4480',
    'unknown 10',
  ])
  expect((await ledger.recorded(KEY, 'begun')).length).toBe(2)
  await ledger.record(KEY, 'held', {}, 11)
  const back = path.join(await emptyFolder(), 'back.db')
  await ledger.backup(back)
  const copy = await openLedger(back)
  expect(await everything(copy)).toEqual(await everything(ledger))
  await copy.close()
  await ledger.close()
})

it('a ledger is not joined with another account of the same edition, and not while somebody sends', async () => {
  const file = await aLedgerFile()
  const database = await openPostgres(await postgres.database())
  expect(await errorOf(carryOver(file, database, () => false, 10))).toMatchObject({ code: 'sender-at-work' })
  const ledger = ledgerOn(database)
  await carryOver(file, database, () => true, 10)
  await ledger.plan(KEY, rows(['somebody-else']), 10)
  expect(await errorOf(carryOver(file, database, () => true, 10))).toMatchObject({
    code: 'ledger-differs',
    message: expect.stringContaining('4501 deliveries'),
  })
  // The same readers, and one of them served otherwise.
  const other = await openPostgres(await postgres.database())
  const theirs = ledgerOn(other)
  await theirs.open(KEY, 'content', false, 1)
  await theirs.plan(KEY, rows(['r4000']), 2)
  expect(await errorOf(carryOver(file, other, () => true, 10))).toMatchObject({ code: 'ledger-differs' })
  expect(await theirs.counts(KEY)).toEqual([{ state: 'planned', reason: null, count: 1 }])
  await theirs.close()
  await ledger.close()
})

it('a ledger of an earlier version is carried over, and stays of that version', async () => {
  const folder = await emptyFolder()
  const file = path.join(folder, 'old.db')
  await copyFile(await aLedgerFile(), file)
  const old = new DatabaseSync(file)
  old.exec('drop table worker; drop table mail_server; pragma user_version = 3')
  old.close()
  const target = await openDatabase(path.join(folder, 'target.db'))
  expect(await carryOver(file, target, () => true, 10)).toMatchObject({ delivery: 4500 })
  await target.close()
  const after = new DatabaseSync(file)
  expect({ ...after.prepare('pragma user_version').get() }).toEqual({ user_version: 3 })
  after.close()
})
