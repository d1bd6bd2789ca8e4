import path from 'node:path'
import { remembered } from '../check/history-rules.ts'
import { reportCounts, reportFields, reportText } from '../check/report.ts'
import { listEditions, resolveEdition } from '../edition/calendar.ts'
import type { Publication } from '../edition/publication.ts'
import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import { CheckCache } from './check-cache.ts'
import { type Context, exitCodeOf, openPublication, printJson } from './command.ts'
import { examine } from './examine.ts'
import { History } from './history.ts'

export interface CheckOptions {
  all: boolean
}

/** `check [edition…]`: reads, renders and says everything there is to say, for one edition or many. Writes nothing. */
export async function check(context: Context, names: readonly string[], { all }: CheckOptions): Promise<number> {
  const { publication, findings } = await openPublication(context)
  const calendar = await listEditions(context.root)
  const dates = new Set<string>()
  if (all) for (const date of calendar.dates) dates.add(date)
  for (const name of names.length === 0 && !all ? ['latest'] : names) {
    const date = await resolveEdition(name, context.root, publication, context.now)
    if (date === null)
      throw new UserError('no-edition', 'There is no edition for today.', 'Name a date, or say latest.')
    dates.add(date)
  }
  const found: Finding[] = [...findings, ...calendar.findings]
  const templateFindings = new Map<string, Finding>()
  for (const one of await checkDates(context, [...dates].sort(), publication)) {
    // A template's mistake is one mistake, however many editions it spoils.
    if (one.code.startsWith('template-'))
      templateFindings.set(`${one.code}:${one.file}:${one.line}:${one.message}`, one)
    else found.push(one)
  }
  const sorted = sortFindings([...found, ...templateFindings.values()])
  if (context.json) {
    const errors = sorted.filter(isError).length
    printJson(context, {
      editions: [...dates].sort(),
      findings: sorted.map(reportFields),
      errors,
      warnings: sorted.length - errors,
    })
  } else {
    const text = reportText(sorted, context.stdout.isTerminal)
    const count = dates.size === 1 ? `${[...dates][0]}` : `${dates.size} editions`
    context.stdout.write(`${text}${text === '' ? '' : '\n'}${count}: ${reportCounts(sorted)}.\n`)
  }
  return exitCodeOf(sorted)
}

/** In the order of the dates, so that each finds its predecessors read already. Many at once are kept for next time. */
async function checkDates(context: Context, dates: readonly string[], publication: Publication): Promise<Finding[]> {
  const { root, now } = context
  const history = new History(root)
  const cache = dates.length > 1 ? await CheckCache.open(root) : null
  const found: Finding[] = []
  for (const date of dates) {
    const key = cache === null ? '' : await cache.keyOf(date, await history.before(date, publication))
    const kept = await cache?.find(date, key)
    if (kept !== undefined && kept !== null) {
      if (kept.memory !== null) await history.keep(kept.memory)
      found.push(...kept.findings)
      continue
    }
    const { prepared, findings } = await examine(root, date, publication, { now, history })
    found.push(...findings)
    const memory = prepared === null || prepared.edition.status === 'draft' ? null : remembered(prepared.edition)
    const pictures = prepared?.edition.entries.flatMap((entry) => picturePath(entry.image?.src)) ?? []
    await cache?.keep(date, { key, memory, findings }, pictures)
  }
  await cache?.save()
  return found
}

const picturePath = (src: string | undefined): string[] =>
  src === undefined || /^[a-z][a-z0-9+.-]*:/i.test(src) ? [] : [path.join('digests', src)]
