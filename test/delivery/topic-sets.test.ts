import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { readSubscribers } from '../../src/audience/read-csv.ts'
import { heaviest } from '../../src/delivery/heaviest.ts'
import { maximalSets, type TopicSet, topicSets } from '../../src/delivery/topic-sets.ts'
import { readPublication } from '../../src/edition/read.ts'
import { personalise } from '../../src/render/personalise.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { aGoodPublication, GOOD_DATE, GOOD_PUBLICATION } from '../check/good-edition.ts'
import { emptyFolder } from '../support/sample.ts'

async function setsOf(csv: string, topics = ['port', 'town']) {
  const root = await emptyFolder()
  await writeFile(path.join(root, 'subscribers.csv'), csv)
  return topicSets(readSubscribers(root, 'subscribers.csv'), { date: GOOD_DATE, topics, languages: ['en-GB', 'de'] })
}

const NOW = DateTime.fromISO('2026-11-20T06:00Z')

describe('the sets of topics in an audience', () => {
  it('count readers by what they get of this edition and in which language, and say why others get nothing', async () => {
    const { sets, skipped } = await setsOf(`email,topics,language,status
a@x.example,,,
b@x.example,town port,,active
c@x.example,port sport,de-AT,
d@x.example,port,de,
e@x.example,sport,,
f@x.example,,,paused
a@x.example,,,
nobody,,,
`)
    expect(sets).toEqual([
      { topics: ['port', 'town'], language: 'en-GB', readers: 2 },
      { topics: ['port'], language: 'de', readers: 2 },
    ])
    expect(skipped).toEqual({ 'no-topic': 1, inactive: 1, duplicate: 1, 'bad-address': 1 })
  })

  it('have maximal ones, which no other of their language contains', () => {
    const set = (language: string, ...topics: string[]): TopicSet => ({ topics, language, readers: 1 })
    const sets = [
      set('en', 'a'),
      set('en', 'a', 'b'),
      set('en', 'c'),
      set('de', 'a'),
      set('en', 'b', 'c'),
      set('de', 'b'),
    ]
    expect(
      maximalSets(sets)
        .map(({ language, topics }) => `${language} ${topics.join('')}`)
        .sort(),
    ).toEqual(['de a', 'de b', 'en ab', 'en bc'])
  })
})

describe('the weight of copies', () => {
  it('is that of each set rendered by itself, heaviest first', async () => {
    const root = await aGoodPublication()
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
    if (prepared === null) throw new Error('no edition')
    const sets = [['town'], ['port', 'town'], ['port']].map((topics, index) => ({
      topics,
      language: 'en-GB',
      readers: 9 - index,
    }))
    const { weighed, left } = await heaviest(sets, prepared, NOW)
    expect(left).toBe(0)
    expect(weighed.map(({ topics, entries, readers }) => [topics.join(' '), entries, readers])).toEqual([
      ['port town', 4, 8],
      ['port', 2, 7],
      ['town', 2, 9],
    ])
    for (const { topics, bytes, subject } of weighed) {
      const { compiled } = await compileFor(prepared, topics)
      const values = new Map([
        ['wayOut', 'https://harbour.example/u/proof'],
        ['email', 'post@harbour.example'],
        ['id', 'proof'],
      ])
      const html = personalise(compiled?.html ?? [], values)
      // Cut from a common rendering, Outlook's neighbouring comments may stand apart.
      expect(Math.abs(bytes.html - Buffer.byteLength(html))).toBeLessThan(200)
      expect(bytes.message).toBeGreaterThan(bytes.html)
      expect(subject).toBe(compiled?.subject)
    }
  })

  it('of a large audience is that of the 256 most read and of all that may be heaviest, and says how many are left', async () => {
    const ids = 'abcdefghi'.split('')
    const topics = ids.map((id) => `  - { id: ${id}, name: Topic ${id} }`).join('\n')
    const entry = (id: string): string =>
      `  - { topic: ${id}, headline: "What is new in ${id}", url: "https://x.example/${id}", summary: "Much, and more of it tomorrow." }`
    const root = await aGoodPublication({
      'broadsheet.yaml': GOOD_PUBLICATION.replace(/topics:\n[\s\S]*$/, `topics:\n${topics}\n`),
      [`digests/${GOOD_DATE}.yaml`]: `entries:\n${ids.map(entry).join('\n')}\n`,
    })
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
    if (prepared === null) throw new Error('no edition')
    // All 511; those of many topics are the least read.
    const sets = Array.from({ length: 511 }, (_, index): TopicSet => {
      const own = ids.filter((_id, bit) => ((index + 1) >> bit) & 1)
      return { topics: own, language: 'en-GB', readers: 100 - own.length }
    })
    const { weighed, left } = await heaviest(sets, prepared, NOW)
    expect([weighed.length, left]).toEqual([257, 254])
    expect(weighed[0]?.topics).toEqual(ids)
    const bytes = weighed.map((one) => one.bytes.html)
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a))
  })
})
