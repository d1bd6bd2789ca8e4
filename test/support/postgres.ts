import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll } from 'vitest'
import { type PostgresServer, startPostgres } from '../../scripts/postgres-server.ts'

/** A real PostgreSQL for the tests of one file, started when the first of them asks for it. */
export function postgresForTests(options: Parameters<typeof startPostgres>[0] = {}) {
  let starting: Promise<PostgresServer> | null = null
  const server = (): Promise<PostgresServer> => {
    starting ??= startPostgres(options)
    return starting
  }
  let shared: Promise<string> | null = null
  afterAll(async () => void (await (await starting)?.stop()))
  return {
    server,
    /** The URL of an empty database. */
    database: async (): Promise<string> => (await server()).database(),
    /** The URL of an empty schema in a database that others share: made in a millisecond. */
    async schema(): Promise<string> {
      shared ??= server().then((one) => one.database())
      const url = await shared
      const name = `s${randomBytes(6).toString('hex')}`
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`create schema ${name}`)
      await client.end()
      return `${url}?options=${encodeURIComponent(`-c search_path=${name}`)}`
    },
  }
}
