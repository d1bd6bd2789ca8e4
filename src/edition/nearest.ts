/** The known word within a slip of the finger for every three letters, if there is one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((one) => ({ one, slips: slipsBetween(word.toLowerCase(), one.toLowerCase()) }))
  scored.sort((a, b) => a.slips - b.slips)
  const best = scored[0]
  return best !== undefined && best.slips <= Math.max(1, Math.min(3, Math.floor(best.one.length / 3)))
    ? best.one
    : undefined
}

/** Letters put in, left out, changed, or typed in the wrong order (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let slips = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, (before[j - 2] ?? 0) + 1)
      next.push(slips)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
