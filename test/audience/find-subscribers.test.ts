import { existsSync } from 'node:fs'
import { readdir, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findSubscribers, subscriberOf } from '../../src/audience/find-subscribers.ts'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { aSubscriber } from '../support/compiled.ts'
import { emptyFolder } from '../support/sample.ts'

let asked = 0
async function* rows(): AsyncGenerator<AudienceRow> {
  asked = 0
  const people = [
    {
      email: 'Ada@readers.example',
      name: 'Ada L.',
      id: defaultId(addressHash('ada@readers.example')),
      timezone: 'Asia/Tokyo',
    },
    { email: 'emil@readers.example', name: 'Émil', id: 'emil@readers.example', topics: ['port'] },
    { email: 'zoe@elsewhere.example', name: 'zoe@elsewhere.example', id: '77', language: 'de', status: 'paused' },
  ]
  for (const person of people) {
    asked += 1
    yield { subscriber: aSubscriber(person), findings: [] }
    yield { skipped: 'bad-address', email: 'ada', findings: [] }
  }
}

describe('a search for subscribers', () => {
  it('looks at names, addresses and ids, whatever their case, and stops when it has enough', async () => {
    const names = async (text: string, limit?: number) =>
      (await findSubscribers(rows(), text, limit)).map((one) => one.name)
    expect(await names('ADA@')).toEqual(['Ada L.'])
    expect(await names('e\u0301mil')).toEqual(['Émil'])
    expect(await names('77')).toEqual(['z•••@elsewhere.example'])
    expect(await names('nobody')).toEqual([])
    expect(await names('', 1)).toEqual(['Ada L.'])
    expect(asked).toBe(1)
  })

  it.skipIf(!existsSync('/proc/self/fd'))('closes the file when it stops in the middle', async () => {
    const root = await emptyFolder()
    const file = path.join(root, 'subscribers.csv')
    await writeFile(file, `email\n${Array.from({ length: 40_000 }, (_, row) => `reader${row}@x.example`).join('\n')}\n`)
    for (let time = 0; time < 5; time++) await findSubscribers(readSubscribers(root, 'subscribers.csv'), '', 1)
    const open = async (): Promise<number> => {
      const all = await readdir('/proc/self/fd')
      const links = await Promise.all(all.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
      return links.filter((one) => one === file).length
    }
    await expect.poll(open).toBe(0)
  })

  it('hands out no address, and a handle that leads back to the subscriber', async () => {
    const found = await findSubscribers(rows(), '')
    expect(found).toHaveLength(3)
    expect(JSON.stringify(found)).not.toMatch(/(ada|emil|zoe)@/i)
    expect(found[0]).toMatchObject({ email: 'A•••@readers.example', timezone: 'Asia/Tokyo', language: null })
    expect((await subscriberOf(rows(), found[1]?.handle ?? ''))?.email).toBe('emil@readers.example')
    expect(await subscriberOf(rows(), 'emil@readers.example')).toBe(null)
  })
})
