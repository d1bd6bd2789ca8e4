import { InvalidArgumentError } from 'commander'

/** "90d": days. */
export function days(text: string): number {
  const number = Number(/^(\d+)d$/.exec(text)?.[1] ?? Number.NaN)
  if (!(number > 0)) throw new InvalidArgumentError('Write it as 90d.')
  return number
}

/** "90m" or "2h". */
export function duration(text: string): string {
  if (!/^\d{1,5}[smh]$/.test(text)) throw new InvalidArgumentError('Write a duration as in 90m or 2h.')
  return text
}

/** "50/s", "50" or "600/m": copies a second. */
export function rate(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(text) ?? []
  const value = Number(number) / ({ s: 1, m: 60, h: 3600 }[unit] ?? 1)
  if (!(value > 0)) throw new InvalidArgumentError('Write it as 50/s, 600/m or 2000/h.')
  return value
}

/** A whole number within bounds. */
export function integer(least: number, most: number) {
  return (value: string): number => {
    const number = Number(value)
    if (!Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`)
    return number
  }
}
