import { reportCounts, reportFields, reportText } from '../check/report.ts'
import { listEditions, resolveEdition } from '../edition/calendar.ts'
import { type Finding, isError, sortFindings } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
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
  const history = new History(context.root)
  for (const date of [...dates].sort()) {
    const { findings: inEdition } = await examine(context.root, date, publication, { now: context.now, history })
    for (const one of inEdition) {
      // A template's mistake is one mistake, however many editions it spoils.
      if (one.code.startsWith('template-'))
        templateFindings.set(`${one.code}:${one.file}:${one.line}:${one.message}`, one)
      else found.push(one)
    }
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
