import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { listEditions, todayIn } from '../edition/calendar.ts'
import { isCalendarDate } from '../edition/publication.ts'
import { datesFrom, isPublishingDay } from '../edition/publishing-days.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { newEdition } from './scaffold-publication.ts'

/** `new [date]`: a draft for that day, or for the next day with an edition that has none yet. */
export async function newDay(context: Context, asked: string | null): Promise<number> {
  const { publication } = await openPublication(context)
  const { dates } = await listEditions(context.root)
  if (asked !== null && !isCalendarDate(asked))
    throw new UserError('bad-date', `"${asked}" is not a date.`, 'Write it as in 2024-12-19.')
  const today = todayIn(publication, context.now)
  const next = datesFrom(today, 366).find((date) => !dates.includes(date) && isPublishingDay(date, publication))
  const date = asked ?? next
  if (date === undefined) throw new UserError('no-day', 'Every day of the coming year has an edition.', 'Name a date.')
  if (dates.includes(date))
    throw new UserError('edition-exists', `There is an edition for ${date} already.`, 'Nothing was written over.')
  const file = `digests/${date}.yaml`
  await mkdir(path.join(context.root, 'digests'), { recursive: true })
  await writeFile(path.join(context.root, file), newEdition(publication.topics.map((topic) => topic.id)), {
    flag: 'wx',
  })
  if (context.json) printJson(context, { edition: date, file })
  else context.stdout.write(`wrote ${file}, a draft. \`broadsheet preview ${date}\` shows it as you write.\n`)
  return exitCodes.fine
}
