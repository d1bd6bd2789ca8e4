import { describe } from 'vitest'
import { openPostgresLedger } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'
import { ledgerContract } from './contract.ts'

const postgres = postgresForTests()

describe('the ledger on PostgreSQL', () => {
  ledgerContract(async () => openPostgresLedger(await postgres.schema()))
})
