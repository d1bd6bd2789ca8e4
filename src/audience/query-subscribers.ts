import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UserError } from '../problems/user-error.ts'
import { type AudienceRow, readSubscribers } from './read-csv.ts'
import type { Subscriber } from './subscriber.ts'

/** What messages call it: the query's own rows have lines, from 2, as those of a file have. */
const NAME = 'subscribers-query'
/** Rows fetched at a time. */
const PAGE = 2000

/**
 * The subscribers a database gives for one select statement, as a stream, by the same rules as those of a CSV file:
 * columns by their names, lists and further columns too. The rows are taken at once into a file of this process's own
 * (read-only transaction, cursor): however slowly they are served, the database is held up for seconds, and memory stays
 * flat. `url` null: none is set. Throws a UserError when the database or the statement will not do.
 */
export async function* querySubscribers(url: string | null, query: string): AsyncGenerator<AudienceRow> {
  if (url === null)
    throw new UserError(
      'no-subscribers-url',
      'broadsheet.yaml asks a database for the subscribers, and neither SUBSCRIBERS_URL nor DATABASE_URL is set.',
      'Set SUBSCRIBERS_URL to postgres://user:password@host/database; a login that may only read is enough.',
    )
  // Readable by this user alone, as `mkdtemp` makes it.
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-audience-'))
  try {
    await spool(url, query, path.join(folder, NAME))
    yield* readSubscribers(folder, NAME)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * One of them by id, or null. The statement is asked for that row alone when it has a column `id`; without one, ids come from
 * addresses, and all of it is read.
 */
export async function querySubscriber(url: string | null, query: string, id: string): Promise<Subscriber | null> {
  // An id of ours; it stands in the statement as it is.
  if (!/^[A-Za-z0-9_.+@:-]{1,64}$/.test(id)) return null
  const alone = `select * from (${withoutEnd(query)}\n) as audience where cast(id as text) = '${id}'`
  try {
    return await found(querySubscribers(url, alone), id)
  } catch (caught) {
    const { cause } = caught as { cause?: { code?: string } }
    if (!(caught instanceof UserError) || cause?.code !== UNDEFINED_COLUMN) throw caught
    return found(querySubscribers(url, query), id)
  }
}

const UNDEFINED_COLUMN = '42703'

const withoutEnd = (query: string): string => query.replace(/[\s;]+$/, '')

async function found(rows: AsyncIterable<AudienceRow>, id: string): Promise<Subscriber | null> {
  for await (const row of rows) if ('subscriber' in row && row.subscriber.id === id) return row.subscriber
  return null
}

async function spool(url: string, query: string, file: string): Promise<void> {
  // Loaded when it is wanted: an audience in a file needs neither.
  const { default: pg } = await import('pg')
  const { explainedPostgres, nameOfPostgres } = await import('../ledger/postgres-errors.ts')
  const name = nameOfPostgres(url, 'SUBSCRIBERS_URL')
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'broadsheet',
  })
  client.on('error', () => {})
  const out = createWriteStream(file, { mode: 0o600 })
  try {
    await client.connect()
    await client.query('begin transaction read only')
    // A statement with a name goes by the protocol that takes one alone, whatever stands in the file.
    await client.query({ name: 'audience', text: `declare audience no scroll cursor for ${withoutEnd(query)}` })
    for (let first = true; ; first = false) {
      const page = await client.query<unknown[]>({ text: `fetch ${PAGE} from audience`, rowMode: 'array' })
      if (first) out.write(lineOf(page.fields.map((field) => field.name)))
      const text = page.rows.map(lineOf).join('')
      if (text !== '' && !out.write(text)) await once(out, 'drain')
      if (page.rows.length < PAGE) break
    }
    await client.query('commit')
    out.end()
    await once(out, 'finish')
  } catch (caught) {
    out.destroy()
    const { code = '', message } = caught as Error & { code?: string }
    // Syntax, missing tables and columns, bad values, an attempt to write: the statement's own.
    if (/^(42(?!501)|22|0A|25006)/.test(code))
      throw new UserError(
        'subscribers-query',
        `The query of \`subscribers\` in broadsheet.yaml will not do: ${message}.`,
        'Try it with  psql "$SUBSCRIBERS_URL".  One select statement, with a column "email".',
        { cause: caught },
      )
    throw explainedPostgres(caught, name, 'SUBSCRIBERS_URL')
  } finally {
    await client.end().catch(() => {})
  }
}

const lineOf = (cells: readonly unknown[]): string =>
  `${cells.map((cell) => `"${textOf(cell).replaceAll('"', '""')}"`).join(',')}\n`

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (Array.isArray(cell)) return cell.map(textOf).join(' ')
  if (cell instanceof Date) return cell.toISOString()
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}
