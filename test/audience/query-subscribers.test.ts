import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import { querySubscriber, querySubscribers } from '../../src/audience/query-subscribers.ts'
import { readSubscribers } from '../../src/audience/read-csv.ts'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { postgresForTests } from '../support/postgres.ts'
import { aBroadsheetYaml } from '../support/publication.ts'
import { repository, runCli } from '../support/run-cli.ts'
import { emptyFolder, sampleCopy } from '../support/sample.ts'

const postgres = postgresForTests()

async function aDatabase(...statements: string[]): Promise<string> {
  const url = await postgres.schema()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const text of statements) await client.query(text)
  await client.end()
  return url
}

const READERS = `create table reader (id text, email text, name text, topics text[], timezone text, active boolean, town text);
  insert into reader values
    ('r1', 'ada@readers.example', 'Ada "A" O''Hara, née Łuk', '{world,business}', 'Europe/Berlin', true, 'Ürümqi'),
    ('r2', 'bo@readers.example', null, '{}', null, false, E'two\\nlines'),
    ('r3', 'nobody', 'No address', null, null, true, ''),
    ('r4', 'ADA@readers.example', 'Ada again', null, null, true, '')`
const QUERY =
  "select id, email, name, topics, timezone, case when active then 'active' else 'left' end as status, town from reader order by id"

it('a query gives the rows a CSV file of the same would give: lists, gaps, quotes, bad rows and doubles', async () => {
  const url = await aDatabase(READERS)
  const folder = await emptyFolder()
  const csv = `id,email,name,topics,timezone,status,town
r1,ada@readers.example,"Ada ""A"" O'Hara, née Łuk",world business,Europe/Berlin,active,Ürümqi
r2,bo@readers.example,,,,left,"two\nlines"
r3,nobody,No address,,,active,
r4,ADA@readers.example,Ada again,,,active,
`
  await writeFile(path.join(folder, 'subscribers-query'), csv)
  expect(await Array.fromAsync(querySubscribers(url, QUERY))).toEqual(
    await Array.fromAsync(readSubscribers(folder, 'subscribers-query')),
  )
})

it('one subscriber is found by id, whether the query has a column for it or not', async () => {
  const url = await aDatabase(READERS)
  expect(await querySubscriber(url, `${QUERY};`, 'r2')).toMatchObject({ email: 'bo@readers.example', status: 'left' })
  expect(await querySubscriber(url, QUERY, 'r9')).toBeNull()
  const id = defaultId(addressHash('bo@readers.example'))
  expect(await querySubscriber(url, 'select email from reader -- all', id)).toMatchObject({
    email: 'bo@readers.example',
  })
})

it('a query changes nothing, is one statement, and is told of in words for an operator', async () => {
  const url = await aDatabase(READERS, 'create sequence counted')
  const errorOf = async (where: string | null, query: string): Promise<unknown> =>
    Array.fromAsync(querySubscribers(where, query)).then(
      () => null,
      (caught: unknown) => caught,
    )
  expect(await errorOf(url, 'select nothing from reader')).toMatchObject({ code: 'subscribers-query' })
  expect(await errorOf(url, 'select email from reader; drop table reader')).toMatchObject({ code: 'subscribers-query' })
  expect(await errorOf(url, 'delete from reader returning email')).toMatchObject({ code: 'subscribers-query' })
  expect(await errorOf(url, "select set_config('x.y', email, false) from reader")).toMatchObject({
    code: 'no-email-column',
  })
  const counting = "select email, nextval('counted') as count from reader"
  expect(await errorOf(url, counting)).toMatchObject({ code: 'subscribers-query' })
  expect(await errorOf(null, QUERY)).toMatchObject({ code: 'no-subscribers-url' })
  expect(await errorOf('postgres://127.0.0.1:1/x', QUERY)).toMatchObject({
    code: 'database-unreachable',
    hint: expect.stringContaining('SUBSCRIBERS_URL'),
  })
  expect((await Array.fromAsync(querySubscribers(url, QUERY))).length).toBe(4)
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('broadsheet-audience-'))).toEqual([])
})

it('a rehearsal goes to the readers a query names, and broadsheet.yaml says it in either form', async () => {
  const url = await aDatabase(READERS)
  const root = await sampleCopy()
  const file = path.join(root, 'broadsheet.yaml')

  const yaml = (await readFile(file, 'utf8')).replace(/^subscribers:.*\n/m, '')
  await writeFile(file, `${yaml}subscribers:\n  query: |\n    -- everybody\n    ${QUERY.replace('topics, ', '')}\n`)
  const run = await runCli(['send', '2026-11-20', '--root', root, '--json'], { env: { SUBSCRIBERS_URL: url } })
  expect(JSON.parse(run.stdout)).toMatchObject({
    audience: 4,
    accepted: 1,
    skipped: { inactive: 1, 'bad-address': 1, duplicate: 1 },
  })
  const wrong = await emptyFolder()
  const saying = async (subscribers: string): Promise<string> => {
    await writeFile(path.join(wrong, 'broadsheet.yaml'), `${aBroadsheetYaml()}subscribers: ${subscribers}\n`)
    const { stderr } = await runCli(['check', '--root', wrong])
    return stderr
  }
  expect(await saying('{ quer: select 1 }')).toContain('Did you mean "query"?')
  expect(await saying('[a, b]')).toContain('"subscribers" takes')
})

it('half a million rows are read in flat memory', { timeout: 120_000 }, async () => {
  const url = await aDatabase('select 1')
  const script = `import { querySubscriber, querySubscribers } from ${JSON.stringify(path.join(repository, 'src/audience/query-subscribers.ts'))}
    let rows = 0
    const query = "select 'r' || n as id, 'reader' || n || '@readers.example' as email, 'Reader ' || n as name from generate_series(1, 500000) n"
    for await (const row of querySubscribers(${JSON.stringify(url)}, query)) rows += 'subscriber' in row ? 1 : 0
    console.log(JSON.stringify({ rows, peak: process.resourceUsage().maxRSS / 1024 }))`
  const child = spawn(process.execPath, ['--max-old-space-size=128', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  await once(child, 'close')
  const { rows, peak } = JSON.parse(out) as { rows: number; peak: number }
  expect(rows).toBe(500_000)
  expect(peak).toBeLessThan(350)
})
