import type { Publication } from './publication.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** Whether the publication has an edition on a date, by `publishOn` and `skipOn`; every day when it says nothing. */
export function isPublishingDay(date: string, { publishOn, skipOn }: Publication): boolean {
  const day = DAYS[new Date(`${date}T00:00Z`).getUTCDay()]
  return (publishOn === undefined || publishOn.some((one) => one === day)) && skipOn?.includes(date) !== true
}

/** So many dates from one on. */
export function datesFrom(date: string, count: number): string[] {
  const first = Date.parse(`${date}T00:00Z`)
  return Array.from({ length: count }, (_, day) => new Date(first + day * 86_400_000).toISOString().slice(0, 10))
}
