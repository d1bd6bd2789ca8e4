import { UserError } from '../problems/user-error.ts'

const RECORDED = 'What was accepted is recorded. Run `send` again when it is well: it goes on where it stopped.'

/** What PostgreSQL and the way to it say, in an operator's words; everything else as it is. */
export function explainedPostgres(caught: unknown, name: string, variable = 'DATABASE_URL'): unknown {
  if (!(caught instanceof Error) || caught instanceof UserError) return caught
  const { message } = caught
  const code = (caught as { code?: string }).code ?? ''
  const say = (what: string, sentence: string, hint: string): UserError =>
    new UserError(what, sentence, hint, { cause: caught })
  if (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code) ||
    /timeout exceeded when trying to connect|connect timeout/i.test(message)
  )
    return say(
      'database-unreachable',
      `The database ${name} cannot be reached (${code || 'no answer'}).`,
      `Check ${variable}, whether the server runs, and whether this machine may reach it. Nothing was sent without it.`,
    )
  if (/^28/.test(code))
    return say('database-refused', `The database ${name} refused the login.`, `Check user and password in ${variable}.`)
  if (code === '3D000')
    return say(
      'database-missing',
      `There is no database ${name}.`,
      `Make it with  createdb,  or mend its name in ${variable}.`,
    )
  if (code === '42501')
    return say(
      'database-forbidden',
      `The login may not do what the ledger needs in ${name}: ${message}.`,
      'It must be able to make tables there: let it own the database, or a schema that its search_path names.',
    )
  if (code === '42P07')
    return say(
      'database-taken',
      `${name} has a table that is not Broadsheet's: ${message}.`,
      'Give Broadsheet a database of its own, or a login whose search_path names a schema of its own.',
    )
  if (code === '25006')
    return say(
      'ledger-unwritable',
      `${name} takes no writes: it is a replica.`,
      `Name the primary in ${variable}. Nothing was sent.`,
    )
  if (code === '53100') return say('ledger-full', `The disk of ${name} is full.`, `Make room. ${RECORDED}`)
  if (code === '53300' || code === '53200')
    return say(
      'database-busy',
      `${name} takes no more connections.`,
      `Raise max_connections, or run fewer workers. ${RECORDED}`,
    )
  if (code === '57014' || code === '55P03' || /Query read timeout/.test(message))
    return say('ledger-busy', `${name} did not answer in time.`, RECORDED)
  if (
    /^(08|57P0)/.test(code) ||
    /^(ECONNRESET|EPIPE)$/.test(code) ||
    /connection terminated|client has encountered a connection error/i.test(message)
  )
    return say('database-lost', `The connection to ${name} was lost.`, RECORDED)
  return caught
}

/** What another transaction got in the way of, and nothing else: done again it succeeds. */
export function isInTheWay(caught: unknown): boolean {
  // Serialisation, deadlock; and two that write the same new row, the later of which then finds it.
  return ['40001', '40P01', '23505'].includes((caught as { code?: string }).code ?? '')
}

/** As messages call a database: without user and password. A UserError for what is no address of one. */
export function nameOfPostgres(text: string, variable = 'DATABASE_URL'): string {
  const bad = (why: string): UserError =>
    new UserError(
      'bad-database-url',
      `${variable} ${why}.`,
      'Write it as postgres://user:password@host:5432/database (special characters in the password as %XX).',
    )
  if (!URL.canParse(text)) throw bad('is not an address')
  const { protocol, host, pathname } = new URL(text)
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw bad(`begins with ${protocol}, not postgres:`)
  return `postgres://${host}${pathname}`
}
