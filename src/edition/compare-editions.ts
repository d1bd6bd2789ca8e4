import type { Edition, Entry } from './edition.ts'

/** One text that is another than it was; null where there was or is none. */
export interface FieldChange {
  /** As in `headline` or `image.credit`. */
  field: string
  before: string | null
  after: string | null
}

/** An entry that is not what it was. Both places count from 1 and are null where it does not stand. */
export interface EntryChange {
  kind: 'added' | 'removed' | 'kept'
  entry: number | null
  was: number | null
  headline: string
  /** Stands elsewhere among those that stayed; as few as possible are said to have moved. */
  moved: boolean
  /** What is said differently; empty for added and removed entries. */
  fields: FieldChange[]
}

export interface EditionChanges {
  /** Of the edition itself: subject, preheader, intro, status … */
  head: FieldChange[]
  /** In their order now, each removed one where it stood. */
  entries: EntryChange[]
  /** Entries that are as they were. */
  unchanged: number
}

/**
 * What changed from one edition to another. Entries are the same when their address and headline are, else their address,
 * else their headline. `before` null: there was none, and all is new.
 */
export function compareEditions(before: Edition | null, after: Edition): EditionChanges {
  const pairs = matched(before?.entries ?? [], after.entries)
  const stayed = pairs.filter((pair): pair is Pair => pair.old !== null && pair.now !== null)
  const inPlace = longestRising(stayed.map(({ old }) => old.position))
  const entries = pairs.flatMap(({ old, now }): EntryChange[] => {
    const headline = now?.headline ?? old?.headline ?? ''
    const change = { entry: now?.position ?? null, was: old?.position ?? null, headline }
    if (old === null || now === null)
      return [{ ...change, kind: old === null ? 'added' : 'removed', moved: false, fields: [] }]
    const moved = !inPlace.has(old.position)
    const fields = fieldChanges(wordsOf(old), wordsOf(now))
    return moved || fields.length > 0 ? [{ ...change, kind: 'kept', moved, fields }] : []
  })
  return {
    head: fieldChanges(before === null ? new Map() : headOf(before), headOf(after)),
    entries,
    unchanged: stayed.length - entries.filter((one) => one.kind === 'kept').length,
  }
}

interface Pair {
  old: Entry
  now: Entry
}

/** Every entry of both once, in the order of now; what was removed stands behind what it followed. */
function matched(old: readonly Entry[], now: readonly Entry[]): { old: Entry | null; now: Entry | null }[] {
  const partner = new Map<Entry, Entry>()
  const taken = new Set<Entry>()
  const keys: ((entry: Entry) => string)[] = [
    (one) => `${one.url} ${one.headline}`,
    (one) => one.url,
    (one) => one.headline,
  ]
  for (const key of keys) {
    for (const entry of now) {
      if (partner.has(entry)) continue
      const found = old.find((one) => !taken.has(one) && key(one) === key(entry))
      if (found === undefined) continue
      partner.set(entry, found)
      taken.add(found)
    }
  }
  const pairs: { old: Entry | null; now: Entry | null }[] = now.map((entry) => ({
    old: partner.get(entry) ?? null,
    now: entry,
  }))
  for (const [index, gone] of old.entries()) {
    if (taken.has(gone)) continue
    const before = old[index - 1]
    const at = before === undefined ? -1 : pairs.findIndex((pair) => pair.old === before)
    pairs.splice(at + 1, 0, { old: gone, now: null })
  }
  return pairs
}

/** The most numbers of a list that rise from left to right. */
function longestRising(numbers: readonly number[]): Set<number> {
  const runs: number[][] = []
  for (const number of numbers) {
    const before = runs.filter((run) => (run.at(-1) ?? 0) < number)
    const longest = before.reduce((best: number[], run) => (run.length > best.length ? run : best), [])
    runs.push([...longest, number])
  }
  return new Set(runs.reduce((best, run) => (run.length > best.length ? run : best), []))
}

function fieldChanges(before: Map<string, string>, after: Map<string, string>): FieldChange[] {
  return [...new Set([...after.keys(), ...before.keys()])]
    .map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }))
    .filter((one) => one.before !== one.after)
}

function wordsOf({ position: _position, places: _places, ...fields }: Entry): Map<string, string> {
  return flat(fields)
}

function headOf({ subject, preheader, intro, status, embargo, ignore }: Edition): Map<string, string> {
  return flat({ subject, preheader, intro, status, embargo, ignore })
}

function flat(fields: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(fields).flatMap(([key, value]: [string, unknown]): [string, string][] => {
      if (value === undefined || value === null) return []
      if (Array.isArray(value)) return [[prefix + key, value.join(', ')]]
      if (typeof value === 'object') return [...flat(value, `${prefix}${key}.`)]
      return [[prefix + key, String(value)]]
    }),
  )
}
