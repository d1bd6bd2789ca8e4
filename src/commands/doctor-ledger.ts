import { sql } from 'kysely'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Context } from './command.ts'
import { type Check, notChecked, right, wrong } from './doctor-check.ts'
import { existingDatabase } from './real-database.ts'

const NAME = 'Ledger'
const OLDEST = 130_000
/** A copy takes the way to the database twice, with the others of its group. */
const FAR = 20

/** The ledger's file, or the database of DATABASE_URL: is it there, and does what it calls written last? */
export async function ledgerChecks(context: Context): Promise<Check[]> {
  const database = await existingDatabase(context)
  if (database === null)
    return [
      context.environment['DATABASE_URL']
        ? notChecked(
            NAME,
            'The database answers, and has no ledger yet.',
            'The first  send --live,  or  ledger move,  makes it.',
          )
        : notChecked(
            NAME,
            'There is none yet in .broadsheet/.',
            'The first  send --live  makes it; keep it between runs.',
          ),
    ]
  try {
    return database.engine === 'sqlite'
      ? [right(NAME, '.broadsheet/ledger.db opens and can be written.')]
      : await postgresChecks(database)
  } finally {
    await database.close()
  }
}

async function postgresChecks(database: OpenDatabase): Promise<Check[]> {
  const [facts] = await database.all<{
    version: number
    fsync: string
    full_page_writes: string
    encrypted: boolean | null
    near: boolean
    room: number
    can_write: boolean
  }>(sql`select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted,
      coalesce(inet_server_addr() << inet '127.0.0.0/8' or inet_server_addr() = inet '::1', true) as near,
      current_setting('max_connections')::int - (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as room,
      not pg_is_in_recovery() and has_table_privilege('delivery', 'insert') as can_write`)
  if (facts === undefined) return []
  const checks: Check[] = []
  const began = performance.now()
  for (let time = 0; time < 5; time++) await database.now()
  const away = (performance.now() - began) / 5
  const version = `PostgreSQL ${Math.floor(facts.version / 10_000)}`
  if (!facts.can_write)
    checks.push(
      wrong(NAME, `${database.name} takes no writes.`, 'Name the primary, with a login that owns the tables.'),
    )
  else if (facts.version < OLDEST)
    checks.push(wrong(NAME, `${database.name} is ${version}.`, '13 is the oldest that will do.'))
  else checks.push(right(NAME, `${database.name} (${version}) opens and can be written, ${away.toFixed(1)} ms away.`))
  if (away > FAR)
    checks.push(
      wrong(
        NAME,
        `${database.name} is ${Math.round(away)} ms away.`,
        'Run senders and workers near it: each group of copies waits for it twice.',
      ),
    )
  if (facts.fsync !== 'on' || facts.full_page_writes !== 'on')
    checks.push(
      wrong(
        NAME,
        'The server does not keep what it calls written (fsync or full_page_writes is off).',
        'Switch both on: after a power cut it would not know who was served.',
      ),
    )
  if (facts.encrypted !== true && !facts.near)
    checks.push(
      wrong(
        NAME,
        'The connection is not encrypted, and leaves this machine.',
        'Add  ?sslmode=verify-full  to DATABASE_URL.',
      ),
    )
  if (facts.room < 20)
    checks.push(
      wrong(
        NAME,
        `The server has room for ${facts.room} more connections.`,
        'A worker takes up to eight: raise max_connections, or run fewer.',
      ),
    )
  return checks
}
