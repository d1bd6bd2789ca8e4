import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { IANAZone } from 'luxon'
import { type Finding, finding } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import { type Columns, columnsOf, extraIn, nameIn, statusIn } from './columns.ts'
import { unguardedCell } from './formula.ts'
import { SeenLines } from './seen-lines.ts'
import { addressDigest, base32, defaultId, isAddress, type Subscriber } from './subscriber.ts'

/** One row of the audience: a subscriber, or the reason why the row cannot be served. */
export type AudienceRow =
  | { subscriber: Subscriber; findings: Finding[] }
  | { skipped: 'bad-address' | 'duplicate'; email: string; findings: Finding[] }

/**
 * The subscribers of a CSV file, as a stream: a million rows take the memory of one, plus their ids. UTF-8 with or
 * without a byte-order mark; comma, semicolon or tab; LF or CRLF; columns by header in any order. Throws a UserError
 * when the file is missing or has no email column.
 */
export async function* readSubscribers(
  root: string,
  file: string,
  onPlace: OnPlace = () => {},
): AsyncGenerator<AudienceRow> {
  const full = path.resolve(root, file)
  const delimiter = await delimiterOf(full, file)
  yield* rowsIn(createReadStream(full), { file, delimiter, bytes: (await stat(full)).size, onPlace })
}

/** Told where each subscriber's row begins, in bytes from the beginning of the file, and first where the header ends (null). */
export type OnPlace = (subscriber: Subscriber | null, from: number) => void

/** The rows in the bytes of a file, or of its header and a part of it. */
export async function* rowsIn(
  stream: Readable,
  { file, delimiter, bytes, onPlace }: { file: string; delimiter: string; bytes: number; onPlace: OnPlace },
): AsyncGenerator<AudienceRow> {
  // The file is closed with the parser, also for whoever stops reading in the middle.
  const parser = pipeline(
    stream,
    parse({
      bom: true,
      delimiter,
      // Named, not guessed from the first line: files put together from two have both.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
      trim: true,
    }),
    () => {},
  )
  let header: string[] | null = null
  let columns: Columns = { email: null, known: new Set() }
  /** Normalised addresses and ids. */
  const seen = new SeenLines(bytes / BYTES_A_ROW)
  let from = 0
  for await (const { record, info } of readable(parser, file)) {
    // `lines` counts the line the record ended on; a quoted cell may span several.
    const line = info.lines - record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0)
    if (header === null) {
      header = record.map((name) => unguardedCell(name.trim()).toLowerCase())
      from = info.bytes
      onPlace(null, from)
      columns = columnsOf(header)
      if (columns.email === null) {
        throw new UserError(
          'no-email-column',
          `${file} has no column "email".`,
          `Its first line must name the columns, as in  email,name,topics,timezone. It names: ${header.join(', ')}.`,
        )
      }
      continue
    }
    const row = rowOf({ header, columns }, record, line, file, seen)
    if ('subscriber' in row) onPlace(row.subscriber, from)
    from = info.bytes
    yield row
  }
  if (header === null)
    throw new UserError(
      'no-email-column',
      `${file} is empty.`,
      'Its first line must name the columns, as in  email,name,topics,timezone.',
    )
}

/** What the parser says, in an operator's words: a quote that is never closed swallows the rest of the file. */
async function* readable(parser: Readable, file: string): AsyncGenerator<{ record: string[]; info: Info }> {
  // The parser itself tells where it gave up, which for a quote that is never closed is the end of the file.
  let read = 0
  try {
    for await (const row of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      read = row.info.lines
      yield row
    }
  } catch (caught) {
    if (!(caught instanceof CsvError)) throw caught
    const line = read + 1
    throw new UserError(
      'bad-audience',
      caught.code === 'CSV_QUOTE_NOT_CLOSED'
        ? `A quotation mark that opens in ${file}, line ${line}, is never closed.`
        : `${file} cannot be read from line ${line} on: a quotation mark closes in the middle of a cell.`,
      'Inside a quoted cell a quotation mark is written twice. Mend the line and run this again; nobody gets a second copy.',
      { cause: caught },
    )
  }
}

function rowOf(
  { header, columns }: { header: string[]; columns: Columns },
  record: string[],
  line: number,
  file: string,
  seen: SeenLines,
): AudienceRow {
  const cells = new Map(header.map((name, index) => [name, unguardedCell(record[index] ?? '')]))
  const cell = (name: string): string => cells.get(name) ?? ''
  const findings: Finding[] = []
  const say = (
    code: 'subscriber-address' | 'subscriber-duplicate' | 'subscriber-name' | 'subscriber-row' | 'subscriber-time',
    message: string,
    hint: string,
  ) => {
    findings.push({ ...finding(code, file, message, hint), line, column: 1 })
  }
  const email = cell(columns.email ?? 'email')
  if (!isAddress(email)) {
    say(
      'subscriber-address',
      email === '' ? 'The row has no address.' : `${JSON.stringify(email)} is not an address mail can go to.`,
      'Correct the address or remove the row.',
    )
    return { skipped: 'bad-address', email, findings }
  }
  if (record.length > header.length)
    say(
      'subscriber-row',
      `The row has ${record.length} cells, the header ${header.length}.`,
      'A cell with a comma in it must stand in double quotes.',
    )
  const given = cell('id')
  if (given !== '' && !/^[A-Za-z0-9_+@:-][A-Za-z0-9_.+@:-]{0,63}$/.test(given)) {
    say(
      'subscriber-row',
      `The id ${JSON.stringify(given)} cannot be used.`,
      'Ids are up to 64 letters, digits and . _ + @ : - (not beginning with a dot).',
    )
    return { skipped: 'bad-address', email, findings }
  }
  const digest = addressDigest(email)
  const hash = base32(digest)
  const id = given === '' ? defaultId(hash) : given
  const before = seen.note(digest, line) ?? (given === '' ? undefined : seen.note(`i:${id}`, line))
  if (before !== undefined) {
    say(
      'subscriber-duplicate',
      `${email} stands in line ${before} already.`,
      'The first row counts. Remove one of the two.',
    )
    return { skipped: 'duplicate', email, findings }
  }
  const name = nameIn(cells)
  const clean = name.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  if (clean !== name.trim())
    say('subscriber-name', `The name of ${email} holds control characters.`, 'They were replaced by spaces.')
  const timezone = cell('timezone')
  if (timezone !== '' && !isZone(timezone))
    say(
      'subscriber-time',
      `There is no time zone ${JSON.stringify(timezone)}.`,
      "Write it as in Europe/London. Until then the publication's counts.",
    )
  const time = cell('deliverat')
  if (time !== '' && !isTime(time))
    say(
      'subscriber-time',
      `${JSON.stringify(time)} is not a time of day.`,
      'Write it as in 06:30. Until then the time of the publication counts.',
    )
  const extra = extraIn(cells, columns)
  const subscriber: Subscriber = {
    id,
    email,
    addressHash: hash,
    name: clean,
    topics: cell('topics')
      .split(/[\s,;]+/)
      .filter((topic) => topic !== ''),
    timezone: isZone(timezone) ? timezone : undefined,
    deliverAt: isTime(time) ? time : undefined,
    language: cell('language') || undefined,
    status: statusIn(cells),
    extra,
    line,
  }
  return { subscriber, findings }
}

/** Of a usual file; one with shorter rows grows the table once. */
const BYTES_A_ROW = 50

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)

/** Asking Intl takes 30 microseconds; a million rows name a few hundred zones. */
function isZone(text: string): boolean {
  const known = zones.get(text)
  if (known !== undefined) return known
  const valid = IANAZone.isValidZone(text)
  if (zones.size < 10_000) zones.set(text, valid)
  return valid
}

const zones = new Map<string, boolean>()

/** Whichever of comma, semicolon and tab stands most often in the first line. */
export async function delimiterOf(full: string, file: string): Promise<string> {
  const handle = await open(full).catch(() => {
    throw new UserError(
      'no-audience',
      `There is no audience: ${file} does not exist.`,
      'Name the file in broadsheet.yaml (subscribers: …); its first line is  email,name,topics,timezone.',
    )
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    const first = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? ''
    const counts = [',', ';', '\t'].map((sign) => ({ sign, count: first.split(sign).length }))
    counts.sort((a, b) => b.count - a.count)
    return counts[0]?.sign ?? ','
  } finally {
    await handle.close()
  }
}
