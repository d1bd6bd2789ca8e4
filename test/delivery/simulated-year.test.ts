import { expect, it } from 'vitest'
import { simulate } from '../../scripts/simulated-year.ts'
import { openPostgresLedger } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'

const postgres = postgresForTests()

const TWO_WEEKS = { from: '2026-01-01', days: 14, readers: 450, seed: 7 }

// `npm run test:year` goes through a whole year with 5,000 readers.
it('two weeks of CI that starts late, twice, not at all, or dies: nobody is lost, nobody gets two copies', {
  timeout: 120_000,
}, async () => {
  const year = await simulate({ ...TWO_WEEKS, remembers: true })
  expect({ lost: year.lost, doubled: year.doubled }).toEqual({ lost: 0, doubled: 0 })
  expect(year.copies + year.tooLate).toBe(14 * 450)
  // It would prove nothing if nothing had gone wrong.
  expect(Math.min(year.skippedRuns, year.twice, year.died)).toBeGreaterThan(0)
})

it('five days of the same with the ledger on PostgreSQL', { timeout: 120_000 }, async () => {
  const open = async () => openPostgresLedger(await postgres.schema())
  const year = await simulate({ ...TWO_WEEKS, days: 5, readers: 200, remembers: true, open })
  expect({ lost: year.lost, doubled: year.doubled }).toEqual({ lost: 0, doubled: 0 })
  expect(year.copies + year.tooLate).toBe(5 * 200)
})

it('the same days without a ledger lose readers and mail others twice', { timeout: 120_000 }, async () => {
  const year = await simulate({ ...TWO_WEEKS, remembers: false })
  expect(year.lost).toBeGreaterThan(0)
  expect(year.doubled).toBeGreaterThan(0)
})
