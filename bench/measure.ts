/** The middle of a list; of two middles the lower. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length - 1) * share))] ?? Number.NaN
}

/** A fixed amount of work, in milliseconds: tells how fast the machine is at the moment of the measurement. */
export function calibration(): number {
  const started = performance.now()
  let sum = 0
  for (let index = 0; index < 50_000_000; index++) sum = (sum * 31 + index) | 0
  return performance.now() - started + (sum === 42 ? 1 : 0)
}
