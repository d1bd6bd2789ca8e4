import { rm } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FileIndex } from '../../src/audience/file-index.ts'
import { readSubscribers } from '../../src/audience/read-csv.ts'
import { writeFiles } from '../support/publication.ts'
import { emptyFolder } from '../support/sample.ts'

const FILE = 'subscribers.csv'

describe('a subscriber looked up in the file', () => {
  it('is the one a reading of the whole file gives, whatever signs, quotes and line ends it holds', async () => {
    const root = await emptyFolder()
    const name = fc.stringMatching(/^[\p{L}\p{N} ,;"'\n👍-]{0,20}$/u)
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t'),
        fc.boolean(),
        async (names, end, comma, bom) => {
          const rows = names.map((one, at) =>
            [
              `r${at}@readers.example`,
              quoted(end === '\n' ? one : one.replaceAll('\n', ' ')),
              at % 3 ? '' : `no-${at}`,
            ].join(comma),
          )
          const text = `${bom ? '\ufeff' : ''}${[['email', 'name', 'id'].join(comma), ...rows].join(end)}`
          await writeFiles(root, { [FILE]: text })
          const all = await Array.fromAsync(readSubscribers(root, FILE))
          const index = new FileIndex(root, FILE)
          for (const row of all)
            if ('subscriber' in row)
              expect(await index.find(row.subscriber.id)).toMatchObject({ ...row.subscriber, line: expect.any(Number) })
          expect(await index.find('nobody')).toBeNull()
        },
      ),
      { numRuns: 40 },
    )
  })

  it('is read anew when the file has changed, and is nobody when it has gone', async () => {
    const root = await emptyFolder()
    await writeFiles(root, { [FILE]: 'email,id,name\na@readers.example,a,Ada\n' })
    const index = new FileIndex(root, FILE)
    expect((await index.find('a'))?.name).toBe('Ada')
    await writeFiles(root, { [FILE]: 'id,name,email\nb,Bob,b@readers.example\na,Ada L.,a@readers.example\n' })
    expect((await index.find('a'))?.name).toBe('Ada L.')
    expect((await index.find('b'))?.name).toBe('Bob')
    await rm(path.join(root, FILE))
    expect(await index.find('a')).toBeNull()
  })
})
