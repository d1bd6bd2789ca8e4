import { describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../src/ledger/database.ts'
import { MailServerRows } from '../../src/ledger/mail-server-rows.ts'
import { openDatabase } from '../../src/ledger/open.ts'
import { openPostgres } from '../../src/ledger/open-postgres.ts'
import { WorkerRows } from '../../src/ledger/worker-rows.ts'
import { postgresForTests } from '../support/postgres.ts'

const postgres = postgresForTests()

describe.each([
  ['SQLite', async (): Promise<OpenDatabase> => openDatabase(':memory:')],
  ['PostgreSQL', async (): Promise<OpenDatabase> => openPostgres(await postgres.schema())],
])('what senders share on %s', (_, open) => {
  it('gives each copy a place of its own in the line of a mail server', async () => {
    const database = await open()
    const servers = new MailServerRows(database)
    const waits = await Promise.all(Array.from({ length: 10 }, () => servers.reserve('mx.example:25', 5, 10)))
    // Fifty copies at ten a second: the last five begin four and a half seconds from the first.
    for (const [index, wait] of waits.toSorted((a, b) => a - b).entries()) {
      expect(wait).toBeGreaterThan(index * 500 - 450)
      expect(wait).toBeLessThanOrEqual(index * 500)
    }
    expect(await servers.reserve('other.example:25', 5, 10)).toBe(0)
    await database.close()
  })

  it('pauses for longer with each spell of trouble, counts the trouble of many at once as one, and forgets it', async () => {
    const database = await open()
    const servers = new MailServerRows(database)
    const pauses = await Promise.all(Array.from({ length: 8 }, () => servers.trouble('mx.example:25', '421 busy')))
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1000)
    expect((await servers.all())[0]).toMatchObject({ name: 'mx.example:25', trouble: '421 busy' })
    await new Promise((resolve) => setTimeout(resolve, 1050))
    const second = await servers.trouble('mx.example:25', '421 busy')
    expect(second).toBeGreaterThan(1500)
    expect(second).toBeLessThanOrEqual(2000)
    // Not while it lasts: what was delivered then had begun before.
    await servers.well('mx.example:25')
    expect((await servers.all())[0]?.trouble).toBe('421 busy')
    await database.close()
  })

  it('knows which workers are at work', async () => {
    const database = await open()
    const workers = new WorkerRows(database, 'post')
    const one = { owner: 'a/1/1/x', state: 'working', startedAt: 5, accepted: 0, failed: 0 } as const
    await workers.tell(one)
    await workers.tell({ ...one, accepted: 7 })
    await new WorkerRows(database, 'other').tell({ ...one, owner: 'b/1/1/x' })
    expect(await workers.all()).toMatchObject([{ owner: 'a/1/1/x', accepted: 7 }])
    await workers.leave('a/1/1/x')
    expect(await workers.all()).toEqual([])
    await database.close()
  })
})
