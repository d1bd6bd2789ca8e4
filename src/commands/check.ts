import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { remembered } from '../check/history-rules.ts'
import { linkFindings } from '../check/links.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import { listEditions, resolveEdition } from '../edition/calendar.ts'
import type { Publication } from '../edition/publication.ts'
import { ask } from '../network/ask.ts'
import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { changedSince } from './changed-editions.ts'
import { CheckCache } from './check-cache.ts'
import { type Context, exitCodeOf, openPublication } from './command.ts'
import { examine } from './examine.ts'
import { fixEdition } from './fix.ts'
import { History } from './history.ts'
import { LinkCache } from './link-cache.ts'
import { type Format, printReport } from './print-report.ts'
import { openDkimKeys } from './secret.ts'

export interface CheckOptions {
  all: boolean
  format: Format
  /** A git ref: only what differs from it is looked at. */
  since?: string | undefined
  /** Mends what is safe before looking. */
  fix: boolean
  /** Asks every link and picture of the web once. */
  links: boolean
  /** More warnings than this count as an error. */
  maxWarnings?: number | undefined
}

/** `check [edition…]`: reads, renders and says everything there is to say, for one edition or many. */
export async function check(context: Context, names: readonly string[], options: CheckOptions): Promise<number> {
  const { publication, findings } = await openPublication(context)
  const keys = await openDkimKeys(context, publication)
  const calendar = await listEditions(context.root)
  const dates = await datesOf(context, names, options, publication, calendar.dates)
  for (const date of options.fix ? dates : []) {
    for (const one of await fixEdition(context.root, date, publication))
      context.stderr.write(`mended ${one.file}:${one.line} ${one.code}: ${one.message}\n`)
  }
  const sorted = sortFindings(
    onceForAll([
      ...findings,
      ...calendar.findings,
      ...(await checkDates(context, dates, publication, keys, options.links)),
    ]),
  )
  await printReport(context, context.json ? 'json' : options.format, sorted, dates)
  const warnings = sorted.filter((one) => !isError(one)).length
  if (options.maxWarnings !== undefined && warnings > options.maxWarnings) {
    context.stderr.write(`${warnings} warnings; --max-warnings allows ${options.maxWarnings}.\n`)
    return exitCodes.findings
  }
  return exitCodeOf(sorted)
}

/** What to look at, oldest first. */
async function datesOf(
  context: Context,
  names: readonly string[],
  { all, since }: CheckOptions,
  publication: Publication,
  known: readonly string[],
): Promise<string[]> {
  if (since !== undefined && (all || names.length > 0))
    throw new UserError('since-and-names', '--since chooses the editions itself.', 'Leave out the names and --all.')
  if (since !== undefined) return touchedDates(context, since, publication, known)
  const dates = new Set<string>(all ? known : [])
  for (const name of names.length === 0 && !all ? ['latest'] : names) {
    const date = await resolveEdition(name, context.root, publication, context.now)
    if (date === null)
      throw new UserError('no-edition', 'There is no edition for today.', 'Name a date, or say latest.')
    dates.add(date)
  }
  return [...dates].sort()
}

/** Editions whose files or pictures differ; where templates or the publication do, the latest stands for all others. */
async function touchedDates(
  context: Context,
  since: string,
  publication: Publication,
  known: readonly string[],
): Promise<string[]> {
  const changed = await changedSince(context.root, since)
  const dates = new Set(known.filter((date) => changed.dates.has(date)))
  for (const date of changed.pictures.size === 0 ? [] : known) {
    const text = await textOf(context.root, date)
    if ([...changed.pictures].some((picture) => text.includes(picture))) dates.add(date)
  }
  if (changed.shared && known.length > 0) {
    const latest = await resolveEdition('latest', context.root, publication, context.now).catch(() => null)
    if (latest !== null) dates.add(latest)
  }
  return [...dates].sort()
}

async function textOf(root: string, date: string): Promise<string> {
  const folder = path.join(root, 'digests')
  const inFolder = await readdir(path.join(folder, date)).catch(() => [])
  const files = [`${date}.yaml`, `${date}.yml`, ...inFolder.map((name) => path.join(date, name))]
  return (await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8').catch(() => '')))).join('\n')
}

/** A mistake in a template is one mistake, however many editions it spoils. */
function onceForAll(findings: readonly Finding[]): Finding[] {
  const said = new Set<string>()
  return findings.filter((one) => {
    if (!one.file.startsWith('templates/') && one.file !== 'broadsheet.yaml') return true
    const key = `${one.code} ${one.file}:${one.line} ${one.line === null ? one.message : ''}`
    if (said.has(key)) return false
    said.add(key)
    return true
  })
}

/** In the order of the dates, so that each finds its predecessors read already. Many at once are kept for next time. */
async function checkDates(
  context: Context,
  dates: readonly string[],
  publication: Publication,
  keys: DkimKeys | null,
  links: boolean,
): Promise<Finding[]> {
  const { root, now } = context
  const history = new History(root)
  const answers = links ? await LinkCache.open(root, now.toMillis()) : null
  // What servers answer is no content: it is asked each time, from a cache of its own.
  const cache = dates.length > 1 && !links ? await CheckCache.open(root) : null
  const found: Finding[] = []
  for (const date of dates) {
    const key = cache === null ? '' : await cache.keyOf(date, await history.before(date, publication))
    const kept = await cache?.find(date, key)
    if (kept !== undefined && kept !== null) {
      if (kept.memory !== null) await history.keep(kept.memory)
      found.push(...kept.findings)
      continue
    }
    const { prepared, findings } = await examine(root, date, publication, {
      now,
      history,
      keys,
      ...(answers === null
        ? {}
        : { linkFindings: (edition) => linkFindings(edition, (url) => answers.through(url, ask)) }),
    })
    found.push(...findings)
    const memory = prepared === null || prepared.edition.status === 'draft' ? null : remembered(prepared.edition)
    const pictures = prepared?.edition.entries.flatMap((entry) => picturePath(entry.image?.src)) ?? []
    await cache?.keep(date, { key, memory, findings }, pictures)
  }
  await cache?.save()
  await answers?.save()
  return found
}

const picturePath = (src: string | undefined): string[] =>
  src === undefined || /^[a-z][a-z0-9+.-]*:/i.test(src) ? [] : [path.join('digests', src)]
