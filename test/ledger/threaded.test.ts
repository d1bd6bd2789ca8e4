import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ledger, Settlement } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { threaded } from '../../src/ledger/threaded.ts'
import { UserError } from '../../src/problems/user-error.ts'
import { repository } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'

const KEY = { publication: 'post', edition: '2026-11-20' }
const rows = (ids: readonly string[]) => ids.map((id) => ({ id, addressHash: id, dueAt: 1, skipped: null }))
const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`)

const id = fc.constantFrom('a', 'b', 'c', 'd')
const owner = fc.constantFrom('host/1/1/me', 'host/2/2/other')
const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.record({ id, state: fc.constant('accepted' as const), reply: fc.constantFrom('250 ok', '250 „ok“') }),
  fc.record({
    id,
    state: fc.constant('deferred' as const),
    reply: fc.constant('451'),
    retryAt: fc.constantFrom(null, 50),
  }),
  fc.record({ id, state: fc.constant('unknown' as const), reason: fc.constant('the line dropped') }),
  fc.record({ id, state: fc.constant('returned' as const) }),
)
/** Calls of the thread and of this one, in any order. */
const call: fc.Arbitrary<(ledger: Ledger, now: number) => Promise<unknown>> = fc.oneof(
  fc.uniqueArray(id).map((ids) => (ledger: Ledger, now: number) => ledger.plan(KEY, rows(ids), now)),
  fc.tuple(fc.uniqueArray(id), owner).map(
    ([ids, who]) =>
      (ledger: Ledger, now: number) =>
        ledger.lease(KEY, ids, who, now + 9, now, 99),
  ),
  fc.tuple(id, owner).map(
    ([one, who]) =>
      (ledger: Ledger, now: number) =>
        ledger.begin(KEY, one, who, now),
  ),
  fc.tuple(settlement, owner).map(
    ([one, who]) =>
      (ledger: Ledger, now: number) =>
        ledger.settle(KEY, one, who, now),
  ),
  fc.constant((ledger: Ledger, now: number) => ledger.retry(KEY, 'unknown', now)),
  fc.constant((ledger: Ledger) => ledger.counts(KEY)),
)

describe('the ledger in a thread of its own', () => {
  it('says what the same ledger says without one, call by call', async () => {
    const folder = await emptyFolder()
    const plain = await openLedger(path.join(folder, 'plain.db'))
    const file = path.join(folder, 'threaded.db')
    const other = threaded(await openLedger(file), file, 1)
    let now = 100
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 5, maxLength: 30 }), async (calls) => {
        for (const ledger of [plain, other]) {
          await ledger.purge('post', Number.MAX_SAFE_INTEGER)
          await ledger.open(KEY, 'x', false, now)
          await ledger.plan(KEY, rows(['a', 'b', 'c', 'd']), now)
        }
        for (const make of calls) {
          now += 1
          expect(await make(other, now)).toEqual(await make(plain, now))
        }
        expect(await Array.fromAsync(other.rows(KEY))).toEqual(await Array.fromAsync(plain.rows(KEY)))
      }),
      { numRuns: 20 },
    )
    await plain.close()
    await other.close()
  })

  it('keeps the order of calls that are made at once', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    const ledger = threaded(await openLedger(file), file, 1)
    await ledger.open(KEY, 'x', false, 1)
    const answers = await Promise.all([
      ledger.plan(KEY, rows(names(3)), 1).then((planned) => planned.length),
      ledger.lease(KEY, names(3), 'me', 9, 2).then((leased) => leased.length),
      ...names(3).map((one) => ledger.begin(KEY, one, 'me', 3)),
    ])
    expect(answers).toEqual([3, 3, true, true, true])
    await ledger.close()
    // Nothing is asked of a thread that has ended.
    await expect(ledger.begin(KEY, 'r0', 'me', 3)).rejects.toThrow()
  })

  it('tells its operator what to mend in the same words, and hides no bug', async () => {
    const folder = await emptyFolder()
    const file = path.join(folder, 'ledger.db')
    const damaged = path.join(folder, 'damaged.db')
    await writeFile(damaged, 'this is no database, whatever its name says')
    const ledger = threaded(await openLedger(file), damaged, 1)
    const said = await ledger.plan(KEY, rows(['r0']), 2).catch((caught: unknown) => caught)
    expect(said).toBeInstanceOf(UserError)
    expect(said).toMatchObject({ code: 'ledger-corrupt', exitCode: 2 })
    await ledger.close()
    const emptied = threaded(await openLedger(file), file, 1)
    new DatabaseSync(file).exec('drop table delivery')
    await expect(emptied.plan(KEY, rows(['r0']), 2)).rejects.toThrow(/no such table/)
    await emptied.close()
  })

  it('says yes to a begin only when it is on disk', async () => {
    const file = path.join(await emptyFolder(), 'ledger.db')
    const ledger = await openLedger(file)
    await ledger.open(KEY, 'x', false, 1)
    await ledger.plan(KEY, rows(names(50)), 1)
    const load = (name: string): string => JSON.stringify(path.join(repository, 'src/ledger', name))
    const program = `import { openLedger } from ${load('open.ts')}
      import { threaded } from ${load('threaded.ts')}
      const [key, ids] = ${JSON.stringify([KEY, names(50)])}
      const ledger = threaded(await openLedger(${JSON.stringify(file)}), ${JSON.stringify(file)}, 1)
      await ledger.plan(key, [{ id: 'r0', addressHash: 'r0', dueAt: 1, skipped: null }], 1)
      await ledger.lease(key, ids, 'me', 9, 2)
      for (const one of ids) void ledger.begin(key, one, 'me', 3).then(() => process.stdout.write(one + ' '))
      await ledger.begin(key, 'r0', 'me', 3)
      process.kill(process.pid, 'SIGKILL')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const [, signal] = await once(child, 'close')
    expect(signal).toBe('SIGKILL')
    const said = out.split(' ').filter((one) => one !== '')
    expect(said.length).toBeGreaterThan(0)
    const sending = (await Array.fromAsync(ledger.rows(KEY, ['sending']))).map((row) => row.id)
    expect(sending).toEqual(expect.arrayContaining(said))
    await ledger.close()
  })
})
