/** `90s`, `30m`, `4h`, `2d` in milliseconds. */
export function milliseconds(duration: string): number {
  const [, count = '0', unit = 'm'] = /^(\d+)\s*([smhd])$/.exec(duration) ?? []
  return Number(count) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd']
}
