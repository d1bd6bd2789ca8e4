import { existsSync } from 'node:fs'
import path from 'node:path'
import { AudienceHome } from '../audience/home.ts'
import { EXCLUDED, importSubscribers, MOST_ROWS, nothingImported, PAUSED } from '../audience/imports.ts'
import { type AudienceRow, readSubscribers } from '../audience/read-csv.ts'
import { defaultId, normalizedAddress, type Subscriber } from '../audience/subscriber.ts'
import { deliveriesOf } from '../ledger/deliveries-of.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type OpenAudience, openAudience } from './audience.ts'
import { type Context, openPublication, printFindings, printJson } from './command.ts'
import { csvLine } from './csv-line.ts'
import { existingDatabase, openRealDatabase } from './real-database.ts'

/** `subscribers import FILE`: the rows of a CSV file become the database's own subscribers. Safe to run again. */
export async function importFile(context: Context, file: string): Promise<number> {
  const { publication } = await openPublication(context)
  const full = path.resolve(file)
  if (!existsSync(full))
    throw new UserError('no-file', `There is no file ${file}.`, 'Paths are relative to where you stand.')
  const database = await openRealDatabase(context)
  const { deletions } = new AudienceHome(database, publication.id)
  const total = nothingImported()
  const skipped: Record<string, number> = {}
  const now = await database.now()
  const take = async (chunk: readonly Subscriber[]): Promise<void> => {
    const imported = await importSubscribers(database, publication.id, deletions, chunk, now)
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += imported[key]
  }
  try {
    let chunk: Subscriber[] = []
    for await (const row of readSubscribers(path.dirname(full), path.basename(full))) {
      if (!context.json) printFindings(context, row.findings)
      if ('skipped' in row) skipped[row.skipped] = (skipped[row.skipped] ?? 0) + 1
      else chunk.push(row.subscriber)
      if (chunk.length < MOST_ROWS) continue
      await take(chunk)
      chunk = []
    }
    await take(chunk)
  } finally {
    await database.close()
  }
  if (context.json) printJson(context, { ...total, skipped })
  else {
    const left = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`)
    if (total.forgotten > 0) left.push(`${total.forgotten} had asked to be deleted`)
    if (total.idTaken > 0) left.push(`${total.idTaken} with the id of somebody else`)
    context.stdout.write(
      `${total.added} added, ${total.changed} changed; ${total.unsubscribed} of them unsubscribed. ${left.length === 0 ? 'Nobody was left out.' : `Left out: ${left.join(', ')}.`}\n`,
    )
  }
  return exitCodes.fine
}

/** `subscribers export`: everybody as they are served, as CSV that `import` takes and a spreadsheet may open. */
export async function exportAll(context: Context): Promise<number> {
  const { publication } = await openPublication(context)
  const audience = await openAudience(context, publication)
  try {
    const further = new Set<string>()
    for await (const one of subscribersIn(audience.rows())) for (const name of Object.keys(one.extra)) further.add(name)
    const names = [...further].filter((name) => name !== EXCLUDED && name !== PAUSED)
    if (context.json) return await printList(context, audience, asJson)
    const own = ['email', 'id', 'name', 'topics', EXCLUDED, 'timezone', 'deliverat', 'language', 'status', PAUSED]
    context.stdout.write(csvLine([...own, ...names]))
    for await (const one of knownIn(audience)) {
      // Who asked to be deleted is in nobody's file.
      if (one.withheld === 'suppressed') continue
      const { email, id, name, topics, excluded = [], timezone, deliverAt, language, pausedUntil } = one
      const cells = [email, id, name, topics.join(' '), excluded.join(' '), timezone, deliverAt, language]
      const further = names.map((column) => one.extra[column] ?? '')
      context.stdout.write(
        csvLine([
          ...cells.map((cell) => cell ?? ''),
          one.withheld ?? (one.suppressed === undefined ? one.status : 'suppressed'),
          pausedUntil ?? '',
          ...further,
        ]),
      )
    }
    return exitCodes.fine
  } finally {
    await audience.close()
  }
}

/** `subscribers list`: a line each, and where a row of the file belongs to somebody who asked to be deleted. */
export async function list(context: Context, state: string | null): Promise<number> {
  const { publication } = await openPublication(context)
  const audience = await openAudience(context, publication)
  const today = context.now.toISODate() ?? ''
  try {
    const wanted = (one: Known): boolean => state === null || stateOf(one, today) === state
    if (context.json)
      return await printList(context, audience, (one) =>
        wanted(one) ? { state: stateOf(one, today), ...asJson(one) } : null,
      )
    let count = 0
    for await (const one of knownIn(audience)) {
      if (!wanted(one)) continue
      count += 1
      const where = one.line === 0 ? 'database' : `${publication.subscribers}:${one.line}`
      context.stdout.write(`${stateOf(one, today)}\t${one.email}\t${one.id}\t${where}\n`)
    }
    context.stderr.write(`${count.toLocaleString('en')} ${count === 1 ? 'subscriber' : 'subscribers'}.\n`)
    return exitCodes.fine
  } finally {
    await audience.close()
  }
}

/** `subscribers show ADDRESS|ID`: everything that is known of one. */
export async function showOne(context: Context, who: string): Promise<number> {
  const { publication } = await openPublication(context)
  const audience = await openAudience(context, publication)
  const found = await firstOf(
    audience,
    (one) => one.id === who || normalizedAddress(one.email) === normalizedAddress(who),
  )
  await audience.close()
  if (found === null)
    throw new UserError('no-subscriber', `Nobody is known as ${who}.`, 'Name an address or an id, as `list` shows it.')
  const database = await existingDatabase(context)
  try {
    const home = database === null ? null : new AudienceHome(database, publication.id)
    const known = {
      state: stateOf(found, context.now.toISODate() ?? ''),
      ...asJson(found),
      consents: (await home?.signUps.consents(defaultId(found.addressHash))) ?? [],
      preference: (await home?.choices.of(found.id)) ?? null,
      deliveries: database === null ? [] : await deliveriesOf(database.db, publication.id, found.id),
    }
    if (context.json) printJson(context, known)
    else
      for (const [name, value] of Object.entries(known).filter(([, value]) => value != null))
        context.stdout.write(`${name.padEnd(12)}  ${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
    return exitCodes.fine
  } finally {
    await database?.close()
  }
}

/** A subscriber, and why their address is never to be mailed: it bounced, or they complained. */
type Known = Subscriber & { suppressed?: string }
type State = 'active' | 'inactive' | 'unsubscribed' | 'suppressed' | 'paused' | 'deleted'

function stateOf(one: Known, today: string): State {
  if (one.withheld === 'suppressed') return 'deleted'
  if (one.withheld === 'unsubscribed') return 'unsubscribed'
  if (one.suppressed !== undefined) return 'suppressed'
  if (one.status !== 'active') return 'inactive'
  return today < (one.pausedUntil ?? '') ? 'paused' : 'active'
}

function asJson({ addressHash: _hash, line, ...one }: Known): Record<string, unknown> {
  return { ...one, line: line === 0 ? null : line }
}

async function* subscribersIn(rows: AsyncIterable<AudienceRow>): AsyncGenerator<Subscriber> {
  for await (const row of rows) if ('subscriber' in row) yield row.subscriber
}

async function* knownIn({ rows, suppressed }: OpenAudience): AsyncGenerator<Known> {
  let some: Subscriber[] = []
  const known = async (): Promise<Known[]> => {
    const reasons = await suppressed(some.map((one) => one.addressHash))
    return some.map((one) => {
      const reason = reasons.get(one.addressHash)
      return reason === undefined ? one : { ...one, suppressed: reason }
    })
  }
  for await (const one of subscribersIn(rows())) {
    some.push(one)
    if (some.length < MOST_ROWS) continue
    yield* await known()
    some = []
  }
  yield* await known()
}

async function firstOf(audience: OpenAudience, isMeant: (one: Known) => boolean): Promise<Known | null> {
  for await (const one of knownIn(audience)) if (isMeant(one)) return one
  return null
}

/** One JSON document, written as it is read: a million subscribers need not fit into memory. */
async function printList(
  context: Context,
  audience: OpenAudience,
  fields: (one: Known) => object | null,
): Promise<number> {
  context.stdout.write('[')
  let first = true
  for await (const one of knownIn(audience)) {
    const shown = fields(one)
    if (shown === null) continue
    context.stdout.write(`${first ? '' : ','}\n${JSON.stringify(shown)}`)
    first = false
  }
  context.stdout.write(`${first ? '' : '\n'}]\n`)
  return exitCodes.fine
}
