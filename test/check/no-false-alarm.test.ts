import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DateTime } from 'luxon'
import { expect, it } from 'vitest'
import { examine } from '../../src/commands/examine.ts'
import { History } from '../../src/commands/history.ts'
import { readPublication } from '../../src/edition/read.ts'
import { aGoodPublication } from './good-edition.ts'
import { goodEdition } from './good-editions.ts'

const EDITIONS = 200

it(`${EDITIONS} good editions, in six languages, three templates and 1 to 40 entries, are told nothing`, {
  timeout: 240_000,
}, async () => {
  const root = await aGoodPublication()
  const sizes = new Set<number>()
  const said: string[] = []
  for (let number = 0; number < EDITIONS; number++) {
    const date = DateTime.fromISO('2026-01-01', { zone: 'utc' }).plus({ days: number }).toFormat('yyyy-MM-dd')
    const { publication: yaml, edition, entries } = goodEdition(number, date)
    sizes.add(entries)
    await mkdir(path.join(root, 'digests'), { recursive: true })
    await writeFile(path.join(root, 'broadsheet.yaml'), yaml)
    await writeFile(path.join(root, `digests/${date}.yaml`), edition)
    const { publication, findings } = await readPublication(root)
    if (publication === null) throw new Error(`number ${number} has no publication`)
    const examined = await examine(root, date, publication, {
      now: DateTime.fromISO(`${date}T06:00:00Z`),
      // The editions of a series are strangers to each other: their words are drawn from one small pool.
      history: new History(path.join(root, 'elsewhere')),
      keys: null,
    })
    said.push(...[...findings, ...examined.findings].map((one) => `${number} ${one.code} ${one.message}`))
  }
  expect(said).toEqual([])
  expect(sizes.size).toBe(40)
})
