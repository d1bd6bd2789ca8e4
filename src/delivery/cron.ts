/** A line for a crontab or a hosted CI, in UTC. */
export interface CronLine {
  minute: number
  hour: number
  /** 0 is Sunday. */
  weekdays: number[]
  /** How long the run stays, in minutes; 0 for one that only catches up. */
  wait: number
  /** The first and last minute of the day (UTC) it is there for. */
  from: number
  to: number
}

const DAY = 1440
/** Hosted CI starts scheduled jobs 35 to 60 minutes late on ordinary days (docs/schedule.md). */
export const EARLY = 75
/** Hosted CI ends a job after six hours; a run that may start 75 minutes late stays no longer than this. */
const LONGEST_WAIT = 270
/** So long after its wave somebody looks whether the run ever came. */
const CATCH_UP_AFTER = 60

/**
 * The fewest lines by which every instant (milliseconds since 1970, as they fall over a year) has a run that starts 75
 * minutes before it and is still there; and for each a second one an hour later, in case the first never starts.
 */
export function cronLines(instants: readonly number[], deliverWithin: number): CronLine[] {
  const weekdaysOf = new Map<number, Set<number>>()
  for (const at of instants) {
    const date = new Date(at)
    const minute = date.getUTCHours() * 60 + date.getUTCMinutes()
    weekdaysOf.set(minute, (weekdaysOf.get(minute) ?? new Set()).add(date.getUTCDay()))
  }
  const groups = grouped([...weekdaysOf.keys()].toSorted((a, b) => a - b))
  const ahead = groups.map((group) => {
    const [first = 0] = group
    const last = group.at(-1) ?? first
    return line(offTheHour(first - EARLY), last, first, last, group, weekdaysOf)
  })
  const within = deliverWithin / 60_000
  const late = groups.flatMap((group) => {
    const [first = 0] = group
    const last = group.at(-1) ?? first
    // It may be late itself, and must still find the first wave in time.
    const latest = first + within - EARLY
    const at = offTheHour(Math.max(first + 1, Math.min(last + CATCH_UP_AFTER, latest)))
    // Another run that starts in time does as well, if it does so every day.
    const other = ahead.some((one) => one.weekdays.length === 7 && inside(one.hour * 60 + one.minute, last, latest))
    return other ? [] : [line(at, last, first, last, group, weekdaysOf)]
  })
  return [...ahead, ...late]
}

/** Minutes of the day in runs that one wait covers, beginning after the longest silence. */
function grouped(minutes: readonly number[]): number[][] {
  if (minutes.length === 0) return []
  const gaps = minutes.map((minute, at) => (minute - (minutes.at(at - 1) ?? 0) + DAY) % DAY || DAY)
  const start = gaps.indexOf(Math.max(...gaps))
  const turned = minutes.map((_, at) => {
    const place = start + at
    return (minutes[place % minutes.length] ?? 0) + (place >= minutes.length ? DAY : 0)
  })
  const groups: number[][] = []
  for (const minute of turned) {
    const group = groups.at(-1)
    if (group !== undefined && minute - (group[0] ?? 0) + EARLY <= LONGEST_WAIT) group.push(minute)
    else groups.push([minute])
  }
  return groups
}

/** On the hour everybody's jobs start, and hosted CI is latest. */
const offTheHour = (at: number): number => (at % 60 === 0 ? at - 7 : at)

/** `at` and the others are minutes after the midnight (UTC) before the group's first. */
function line(
  at: number,
  until: number,
  from: number,
  to: number,
  group: readonly number[],
  weekdaysOf: ReadonlyMap<number, ReadonlySet<number>>,
): CronLine {
  const minute = (at + DAY) % DAY
  const weekdays = new Set<number>()
  for (const one of group) {
    // Days from the start of the run to the wave, over midnight or not.
    const later = Math.floor(one / DAY) - Math.floor(at / DAY)
    for (const day of weekdaysOf.get(one % DAY) ?? []) weekdays.add((day - later + 7) % 7)
  }
  return {
    minute: minute % 60,
    hour: Math.floor(minute / 60),
    weekdays: [...weekdays].toSorted(),
    wait: Math.max(0, until - at),
    from: from % DAY,
    to: to % DAY,
  }
}

const inside = (minute: number, from: number, to: number): boolean =>
  (minute - (from % DAY) + DAY) % DAY <= to - from && to > from

/** `45 5 * * 1-5` */
export function cronText({ minute, hour, weekdays }: CronLine): string {
  return `${minute} ${hour} * * ${weekdays.length === 7 ? '*' : ranges(weekdays)}`
}

function ranges(days: readonly number[]): string {
  const runs: number[][] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run !== undefined && run.at(-1) === day - 1) run.push(day)
    else runs.push([day])
  }
  return runs.map((run) => (run.length < 3 ? run.join(',') : `${run[0]}-${run.at(-1)}`)).join(',')
}
