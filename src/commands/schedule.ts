import { DateTime } from 'luxon'
import { type CronLine, cronLines, cronText, EARLY } from '../delivery/cron.ts'
import { type ClockChange, type ClockCount, clockChanges, clocksOf, type Wave, wavesOf } from '../delivery/waves.ts'
import { listEditions, todayIn } from '../edition/calendar.ts'
import { milliseconds } from '../edition/duration.ts'
import type { Publication } from '../edition/publication.ts'
import { datesFrom, isPublishingDay } from '../edition/publishing-days.ts'
import { readEdition } from '../edition/read.ts'
import { exitCodes } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { type Context, openPublication, printJson } from './command.ts'

interface Day {
  date: string
  /** What there is for the day. */
  edition: 'ready' | 'draft' | 'broken' | 'not written' | 'none'
  /** ISO instant. */
  embargo: string | null
  waves: Wave[]
  changes: ClockChange[]
}

/** `schedule`: the coming days, their editions and waves, and what the clocks' change does to them; `--cron` when to run. */
export async function schedule(context: Context, options: { days: number; cron: boolean }): Promise<number> {
  const { publication } = await openPublication(context)
  const audience = await openAudience(context, publication)
  const clocks = await clocksOf(audience.rows(), publication)
  await audience.close()
  const today = todayIn(publication, context.now)
  if (options.cron) return printCron(context, publication, clocks, today)
  const { dates } = await listEditions(context.root)
  const days: Day[] = []
  for (const date of datesFrom(today, options.days)) {
    const written = dates.includes(date)
    const publishing = written || isPublishingDay(date, publication)
    days.push({
      date,
      ...(written
        ? await editionOf(context.root, date, publication)
        : { edition: publishing ? 'not written' : 'none', embargo: null }),
      waves: publishing ? wavesOf(clocks, date) : [],
      changes: publishing ? clockChanges(clocks, date) : [],
    })
  }
  if (context.json) printJson(context, { days: days.map(dayFields) })
  else context.stdout.write(`${days.map((day) => dayText(day, clocks)).join('\n')}\n`)
  return exitCodes.fine
}

async function editionOf(
  root: string,
  date: string,
  publication: Publication,
): Promise<Pick<Day, 'edition' | 'embargo'>> {
  const { edition } = await readEdition(root, date, publication)
  if (edition === null) return { edition: 'broken', embargo: null }
  return { edition: edition.status, embargo: edition.embargo ?? null }
}

const minuteText = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`
const total = (waves: readonly Wave[]): number => waves.reduce((sum, wave) => sum + wave.subscribers, 0)

const dayFields = ({ waves, ...day }: Day) => ({
  ...day,
  subscribers: total(waves),
  waves: waves.map((wave) => ({ ...wave, at: new Date(wave.at).toISOString() })),
})

const SAID: Record<Day['edition'], string> = {
  ready: 'ready',
  draft: 'a draft: nothing is sent until its status is ready',
  broken: 'cannot be read: run `broadsheet check`',
  'not written': 'not written yet',
  none: 'no edition on this day',
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

/** Zones named in a line; the rest is counted. */
const NAMED = 3

function dayText({ date, edition, embargo, waves, changes }: Day, clocks: readonly ClockCount[]): string {
  const head = `${DateTime.fromISO(date, { zone: 'utc' }).toFormat('ccc d LLL yyyy')}  ${SAID[edition]}`
  if (waves.length === 0) return head
  const size = `${counted(total(waves), 'subscriber')} in ${counted(waves.length, 'wave')}`
  const width = Math.max(...waves.map((wave) => wave.subscribers.toLocaleString('en').length))
  const lines = waves.map(({ at, subscribers, zones }) => {
    const more = zones.length > NAMED ? ` and ${zones.length - NAMED} more` : ''
    return `  ${minuteText(at)}  ${subscribers.toLocaleString('en').padStart(width)}  ${zones.slice(0, NAMED).join(', ')}${more}`
  })
  const held = embargo === null ? [] : [`  under embargo until ${embargo}: nothing leaves before`]
  const turned = changes.map(
    ({ zone, subscribers, before, after }) =>
      `  The clocks of ${zone} change from ${before} to ${after}: ${subscribers === 1 ? '1 copy leaves' : `${subscribers.toLocaleString('en')} copies leave`} at another time by UTC than the day before, and at the same by the wall.`,
  )
  return [
    `${head}; ${size}`,
    ...lines,
    ...held,
    ...turned,
    ...(clocks.length === 0 ? ['  Nobody is subscribed.'] : []),
  ].join('\n')
}

/** Over the coming year, since the clocks' changes move waves. */
const YEAR = 366

function printCron(context: Context, publication: Publication, clocks: readonly ClockCount[], today: string): number {
  const dates = datesFrom(today, YEAR).filter((date) => isPublishingDay(date, publication))
  const instants = dates.flatMap((date) => wavesOf(clocks, date).map((wave) => wave.at))
  const lines = cronLines(instants, milliseconds(publication.deliverWithin))
  if (context.json)
    printJson(context, { cron: lines.map((one) => ({ cron: cronText(one), command: commandOf(one), wait: one.wait })) })
  else
    context.stdout.write(
      [
        '# In UTC, over the coming year. Runs start 75 minutes ahead, because hosted CI starts late; on a server of your own'.replace(
          '75',
          String(EARLY),
        ),
        '# they may start a few minutes ahead. The second of each pair catches up when the first never came.',
        ...lines.map(
          (one) =>
            `${cronText(one).padEnd(16)}  ${commandOf(one).padEnd(42)}  # ${clock(one.from)}${one.to === one.from ? '' : ` to ${clock(one.to)}`}`,
        ),
        ...(lines.length === 0 ? ['# Nobody is subscribed.'] : []),
        '',
      ].join('\n'),
    )
  return exitCodes.fine
}

const commandOf = ({ wait }: CronLine): string => `broadsheet send --due ${wait === 0 ? '' : `--wait ${wait}m `}--live`

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
