import path from 'node:path'
import { describe } from 'vitest'
import { openDatabase } from '../../src/ledger/open.ts'
import { openPostgres } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'
import { homeContract } from './home-contract.ts'

const postgres = postgresForTests()

describe("the audience's home on SQLite", () => {
  homeContract((root) => openDatabase(path.join(root, '.broadsheet/ledger.db')), 15)
})

describe("the audience's home on PostgreSQL", () => {
  homeContract(async () => openPostgres(await postgres.schema()), 8)
})
