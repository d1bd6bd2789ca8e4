import { describe, expect, it } from 'vitest'
import { CONNECTIONS, killRound, PHASES, senderWithoutGate } from '../../scripts/kill-harness.ts'
import { postgresForTests } from '../support/postgres.ts'

const postgres = postgresForTests({ durable: true })

/** One round of each phase; `npm run test:kill` runs twenty. */
describe('a sender killed with SIGKILL and started again', () => {
  it.each(PHASES)('loses nobody and sends nobody two copies, killed at %s', { timeout: 60_000 }, async (phase) => {
    const { lost, twice, doubt } = await killRound(phase, phase === 'connect' ? 2 : 6)
    expect({ lost, twice }).toEqual({ lost: 0, twice: 0 })
    expect(doubt).toBeLessThanOrEqual(CONNECTIONS)
  })

  it.each(['plan', '354', 'after the dot'] as const)(
    'loses nobody and sends nobody two copies with the ledger on PostgreSQL, killed at %s',
    { timeout: 60_000 },
    async (phase) => {
      const { lost, twice, doubt } = await killRound(phase, 6, { databaseUrl: await postgres.database() })
      expect({ lost, twice }).toEqual({ lost: 0, twice: 0 })
      expect(doubt).toBeLessThanOrEqual(CONNECTIONS)
    },
  )

  it('sends second copies when the gate is taken out, so the harness would notice', { timeout: 60_000 }, async () => {
    const { bin, remove } = await senderWithoutGate()
    try {
      expect((await killRound('after the dot', 6, { bin })).twice).toBeGreaterThan(0)
    } finally {
      await remove()
    }
  })
})
