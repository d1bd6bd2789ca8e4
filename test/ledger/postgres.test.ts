import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { startPostgres } from '../../scripts/postgres-server.ts'
import { openExistingPostgres, openPostgres, openPostgresLedger } from '../../src/ledger/open-postgres.ts'
import { SqlLedger } from '../../src/ledger/sql-ledger.ts'
import { ledgerProcess } from '../support/ledger-process.ts'
import { postgresForTests } from '../support/postgres.ts'
import { ledgerContract } from './contract.ts'

const postgres = postgresForTests()
const KEY = { publication: 'post', edition: '2026-11-20' }
const names = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `r${from + index}`)
const rows = (ids: readonly string[]) => ids.map((id) => ({ id, addressHash: id, dueAt: 1, skipped: null }))

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const answer = await client.query(text)
  await client.end()
  return answer.rows
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (caught: unknown) => caught,
  )

describe('the ledger on PostgreSQL', () => {
  ledgerContract(async () => openPostgresLedger(await postgres.schema()))

  it('is made once when twenty processes start at once', { timeout: 60_000 }, async () => {
    const url = await postgres.database()
    const all = await Promise.all(
      names(20).map(() => ledgerProcess(url, `await ledger.record(key, 'here', {}, 1); await ledger.close()`)),
    )
    expect(all.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, () => 0))
    expect(await ask(url, "select count(*) from event where kind = 'here'")).toEqual([{ count: '20' }])
    expect(await ask(url, 'select count(*) from broadsheet_version')).toEqual([{ count: '1' }])
  })

  it('never leases a row to two processes, and leaves none behind', async () => {
    const url = await postgres.database()
    const ledger = await openPostgresLedger(url)
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(names(3000)), 1)
    const take = (owner: string): string => `const mine = []
      for (let from = 0; from < 3000; from += 10) {
        const ids = Array.from({ length: 10 }, (_, index) => 'r' + (from + index))
        mine.push(...(await ledger.lease(key, ids, '${owner}', 9, 2)).map((one) => one.id))
      }
      await ledger.close()
      console.log(JSON.stringify(mine))`
    const all = await Promise.all(['one', 'two', 'three'].map((owner) => ledgerProcess(url, take(owner))))
    const taken = all.flatMap(({ out }) => JSON.parse(out) as string[])
    expect(taken.length).toBe(3000)
    expect(new Set(taken).size).toBe(3000)
    await ledger.close()
  })

  it('plans the same audience from two processes at once, with addresses under other ids among them', async () => {
    const url = await postgres.schema()
    const [one, two] = [await openPostgresLedger(url), await openPostgresLedger(url)]
    await one.open(KEY, 'x', false, 1)
    const mixed = (prefix: string) =>
      names(400).map((id, index) => ({
        id: `${index % 3 === 0 ? prefix : ''}${id}`,
        addressHash: id,
        dueAt: 1,
        skipped: null,
      }))
    const both = await Promise.all([one.plan(KEY, mixed('a'), 1), two.plan(KEY, mixed('b').toReversed(), 1)])
    expect(both.flat().filter((row) => row.state === 'planned').length).toBe(266 * 2 + 134)
    expect(await one.counts(KEY)).toEqual([{ state: 'planned', reason: null, count: 400 }])
    await Promise.all([one.close(), two.close()])
  })

  it('keeps what a mail server answered, whatever it answered', async () => {
    const ledger = await openPostgresLedger(await postgres.schema())
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(['a']), 1)
    await ledger.lease(KEY, ['a'], 'me', 9, 2)
    await ledger.begin(KEY, 'a', 'me', 3)
    await ledger.settle(KEY, { id: 'a', state: 'accepted', reply: '250 \0 \ud83d' }, 'me', 4)
    for await (const row of ledger.rows(KEY)) expect(row).toMatchObject({ state: 'accepted', reply: '250  \ufffd' })
    await ledger.close()
  })

  it('commits to disk though the server is set not to wait', async () => {
    const url = await postgres.database()
    await ask(url, `alter database "${new URL(url).pathname.slice(1)}" set synchronous_commit = off`)
    const database = await openPostgres(url)
    const shown = await database.all(sql`select current_setting('synchronous_commit') as how`)
    expect(shown).toEqual([{ how: 'on' }])
    await database.close()
  })

  it('is not made by whoever only looks, and is left alone when it is newer', async () => {
    const url = await postgres.schema()
    expect(await openExistingPostgres(url)).toBeNull()
    expect(await ask(url, 'select 1 from pg_tables where schemaname = current_schema()')).toEqual([])
    await (await openPostgresLedger(url)).close()
    await ask(url, 'update broadsheet_version set version = 99')
    for (const open of [openExistingPostgres, openPostgres])
      expect(await errorOf(open(url))).toMatchObject({ code: 'ledger-newer' })
  })

  it('says what is wrong in words for an operator, and never the password', async () => {
    const url = await postgres.database()
    const at = (change: Partial<URL>): string => Object.assign(new URL(url), { password: 'geheim', ...change }).href
    await ask(url, 'create table edition (anything text)')
    const wrong: [string, string][] = [
      [at({ port: '1' }), 'database-unreachable'],
      [at({ pathname: '/nowhere' }), 'database-missing'],
      [at({ username: 'nobody' }), 'database-refused'],
      [url, 'database-taken'],
      ['mysql://root:geheim@127.0.0.1/x', 'bad-database-url'],
    ]
    for (const [where, code] of wrong) {
      const error = await errorOf((async () => (await openPostgresLedger(where)).close())())
      expect(error).toMatchObject({ code })
      expect(`${(error as Error).message} ${(error as { hint: string }).hint}`).not.toContain('geheim')
    }
  })
})

describe('a server that is killed', () => {
  it('costs the run in words, and nothing that was committed; the same handle goes on afterwards', {
    timeout: 60_000,
  }, async () => {
    const server = await startPostgres({ durable: true })
    try {
      const url = await server.database()
      const database = await openPostgres(url)
      const ledger = new SqlLedger(database)
      await ledger.open(KEY, 'x', false, 1)
      await ledger.plan(KEY, rows(names(500)), 1)
      await ledger.lease(KEY, names(500), 'me', 9, 2)
      const begun: string[] = []
      const errors: unknown[] = []
      let killed = false
      await Promise.all(
        names(10).map(async (_, lane) => {
          for (const id of names(50, lane * 50)) {
            try {
              if (await ledger.begin(KEY, id, 'me', 3)) begun.push(id)
            } catch (caught) {
              errors.push(caught)
            }
            if (begun.length === 120 && !killed) {
              killed = true
              // Every connection is cut as by a crash: the postmaster ends them and starts anew.
              const [victim] = await ask(url, "select pid from pg_stat_activity where backend_type = 'checkpointer'")
              process.kill(Number(victim?.['pid']), 'SIGKILL')
            }
          }
        }),
      )
      expect(errors.length).toBeGreaterThan(0)
      for (const error of errors) expect(error).toMatchObject({ code: expect.stringMatching(/^database-/) })
      let sending = -1
      for (let tries = 0; sending < 0 && tries < 100; tries++) {
        await sleep(50)
        sending = await ledger.counts(KEY).then(
          (counts) => counts.find((one) => one.state === 'sending')?.count ?? 0,
          () => -1,
        )
      }
      const kept = new Set<string>()
      for await (const row of ledger.rows(KEY, ['sending'])) kept.add(row.id)
      expect(begun.filter((id) => !kept.has(id))).toEqual([])
      await ledger.close()
    } finally {
      await server.stop()
    }
  })
})
