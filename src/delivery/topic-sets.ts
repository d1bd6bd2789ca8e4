import type { AudienceRow } from '../audience/read-csv.ts'
import { type Offer, planDelivery, type SkipReason } from './plan.ts'
import { atOnce } from './timing.ts'

/** Everybody who gets the same copy of an edition, but for their own slots. */
export interface TopicSet {
  /** Topics of this edition, in the publication's order. */
  topics: string[]
  language: string
  readers: number
}

/** Who of an audience gets which topics of an edition, most readers first; for all others why not. Holds no rows. */
export async function topicSets(
  rows: AsyncIterable<AudienceRow>,
  offer: Offer,
): Promise<{ sets: TopicSet[]; skipped: Partial<Record<SkipReason, number>> }> {
  const sets = new Map<string, TopicSet>()
  const skipped: Partial<Record<SkipReason, number>> = {}
  for await (const row of rows) {
    const planned = planDelivery(row, offer, atOnce, 0)
    if ('skipped' in planned) {
      skipped[planned.skipped] = (skipped[planned.skipped] ?? 0) + 1
      continue
    }
    const { topics, language } = planned.delivery
    const key = `${language} ${topics.join(' ')}`
    const known = sets.get(key)
    if (known === undefined) sets.set(key, { topics, language, readers: 1 })
    else known.readers += 1
  }
  return { sets: [...sets.values()].toSorted((a, b) => b.readers - a.readers), skipped }
}

/** Sets that no other of their language contains: the heaviest copy is one of these. */
export function maximalSets(sets: readonly TopicSet[]): TopicSet[] {
  const maximal: { set: TopicSet; topics: Set<string> }[] = []
  for (const set of sets.toSorted((a, b) => b.topics.length - a.topics.length)) {
    const isPart = maximal.some(
      (other) => other.set.language === set.language && set.topics.every((topic) => other.topics.has(topic)),
    )
    if (!isPart) maximal.push({ set, topics: new Set(set.topics) })
  }
  return maximal.map(({ set }) => set)
}
