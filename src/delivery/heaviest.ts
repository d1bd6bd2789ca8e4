import { setImmediate as turn } from 'node:timers/promises'
import type { DateTime } from 'luxon'
import { personalise } from '../render/personalise.ts'
import { compileFor, cutterFor, type PreparedEdition } from '../render/prepare.ts'
import { compose, fill, recipientOutside, slotValuesOf } from './message.ts'
import { maximalSets, type TopicSet } from './topic-sets.ts'

/** What the copies of one set of topics weigh, for a reader without a name. */
export interface WeighedSet extends TopicSet {
  entries: number
  subject: string
  /** `html` as mail clients count it, decoded; `message` as it travels, unsigned. */
  bytes: { html: number; message: number }
}

/** Sets weighed in any case; of a larger audience these are the most read. */
const MOST_READ = 256

/**
 * The copies of an edition, heaviest first. All sets are weighed where there are at most 256; of more the 256 most read
 * and each that no other contains, so that the heaviest is always among them. `left` says how many were not weighed. Gives
 * way to other work between two sets.
 */
export async function heaviest(
  sets: readonly TopicSet[],
  prepared: PreparedEdition,
  now: DateTime,
): Promise<{ weighed: WeighedSet[]; left: number }> {
  const read = sets.toSorted((a, b) => b.readers - a.readers).slice(0, MOST_READ)
  const wanted = sets.length <= MOST_READ ? read : [...new Set([...read, ...maximalSets(sets)])]
  const cutters = new Map([...new Set(wanted.map((set) => set.language))].map((one) => [one, cutterFor(prepared, one)]))
  const weighed: WeighedSet[] = []
  for (const set of wanted) {
    await turn()
    const whole = set.topics.length === prepared.topics.length
    const compiled = whole
      ? (await compileFor(prepared, [], set.language)).compiled
      : ((await cutters.get(set.language)?.variant(set.topics)) ?? null)
    if (compiled === null) continue
    const template = compose(compiled, prepared.publication)
    const nobody = recipientOutside(template, template.from.address, now, 'weighed', '')
    const html = Buffer.byteLength(personalise(compiled.html, slotValuesOf(nobody.subscriber, nobody.wayOut)))
    const { raw } = await fill(template, nobody)
    weighed.push({
      ...set,
      entries: compiled.entries,
      subject: compiled.subject,
      bytes: { html, message: raw.length },
    })
  }
  weighed.sort((a, b) => b.bytes.html - a.bytes.html || b.readers - a.readers)
  return { weighed, left: sets.length - weighed.length }
}
