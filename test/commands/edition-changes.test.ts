import { execFileSync } from 'node:child_process'
import { cp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changesOf } from '../../src/commands/edition-changes.ts'
import { moveEntry } from '../../src/edition/move-entry.ts'
import { readPublication } from '../../src/edition/read.ts'
import { setField } from '../../src/edition/write-entry.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from '../check/good-edition.ts'
import { emptyFolder } from '../support/sample.ts'

const FILE = `digests/${GOOD_DATE}.yaml`

const gitIn = (root: string, ...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@x.example', ...args], { stdio: 'pipe' })

async function aNewsroom(files: Record<string, string> = {}) {
  const root = await aGoodPublication(files)
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const git = (...args: string[]) => gitIn(root, ...args)
  return {
    root,
    git,
    commit: () => [git('init', '-q'), git('add', '.'), git('commit', '-qm', 'the day')],
    save: (text: string, file = FILE) => writeFile(path.join(root, file), text),
    changes: (against: 'head' | 'previous' = 'head', date = GOOD_DATE) => changesOf(root, date, publication, against),
  }
}

describe('what changed in an edition', () => {
  it('since the last commit is nothing, then each text with what stood there before', async () => {
    const { commit, changes, save } = await aNewsroom()
    commit()
    expect(await changes()).toEqual({
      against: expect.stringMatching(/^[0-9a-f]{7,}$/),
      head: [],
      entries: [],
      unchanged: 4,
      unread: 0,
    })
    let text = setField(GOOD_EDITION, 0, 'headline', 'The ferry comes home')
    text = setField(text, 0, 'kicker', null)
    text = setField(text, 1, 'credit', 'C. Carver')
    await save(text.replace('intro: Good morning.', 'intro: Good evening.'))
    expect(await changes()).toMatchObject({
      head: [
        {
          field: 'intro',
          before: 'Good morning. The harbour board has decided.',
          after: 'Good evening. The harbour board has decided.',
        },
      ],
      entries: [
        {
          kind: 'kept',
          entry: 1,
          was: 1,
          headline: 'The ferry comes home',
          moved: false,
          fields: [
            { field: 'headline', before: 'The ferry gets a new berth at last', after: 'The ferry comes home' },
            { field: 'kicker', before: 'Decided', after: null },
          ],
        },
        { entry: 2, fields: [{ field: 'image.credit', before: 'B. Drawer', after: 'C. Carver' }] },
      ],
      unchanged: 2,
    })
  })

  it('tells entries that came, went and moved, and says of one that moved past three only that it moved', async () => {
    const { commit, changes, save } = await aNewsroom()
    commit()
    await save(moveEntry(GOOD_EDITION, 3, 0))
    expect(await changes()).toMatchObject({
      entries: [{ kind: 'kept', entry: 1, was: 4, moved: true, fields: [] }],
      unchanged: 3,
    })
    const added = '  - { topic: town, headline: New, url: "https://x.example/new", summary: It is. }\n'
    const without = GOOD_EDITION.replace(/ {2}- topic: port\n {4}headline: Lighthouse[\s\S]*?\n\n/, '')
    await save(without + added)
    expect(await changes()).toMatchObject({
      entries: [
        { kind: 'removed', entry: null, was: 2, headline: 'Lighthouse keeper looks back on forty winters' },
        { kind: 'added', entry: 4, was: null, headline: 'New' },
      ],
      unchanged: 3,
    })
  })

  it('since the edition before it is told by date', async () => {
    const { changes, save } = await aNewsroom()
    expect(await changes('previous')).toEqual({ unavailable: 'There is no earlier edition.' })
    await save(GOOD_EDITION, 'digests/2026-11-18.yaml')
    await save(GOOD_EDITION.replace('kicker: Decided', 'kicker: Planned'), 'digests/2026-11-19.yaml')
    expect(await changes('previous')).toMatchObject({
      against: '2026-11-19',
      entries: [{ fields: [{ field: 'kicker', before: 'Planned', after: 'Decided' }] }],
    })
  })

  it('reads an edition of several files, one that was never committed, and one inside a larger repository', async () => {
    const entry = (title: string): string => `topic: town\nheadline: ${title}\nurl: https://x.example/1\nsummary: So.\n`
    const { root, commit, changes, save } = await aNewsroom({
      'digests/2026-11-21/1.yaml': entry('One'),
      'digests/2026-11-21/edition.yaml': 'intro: Hello.\n',
    })
    commit()
    await save(entry('Two'), 'digests/2026-11-21/1.yaml')
    expect(await changes('head', '2026-11-21')).toMatchObject({
      head: [],
      entries: [{ fields: [{ field: 'headline', before: 'One', after: 'Two' }] }],
    })
    await save(GOOD_EDITION, 'digests/2026-11-22.yaml')
    const fresh = await changes('head', '2026-11-22')
    expect(fresh).toMatchObject({ against: null, unchanged: 0 })
    expect('entries' in fresh && fresh.entries.map((one) => one.kind)).toEqual(Array(4).fill('added'))
    // The same publication, as a folder of a repository.
    const larger = await emptyFolder()
    await cp(root, path.join(larger, 'post'), { recursive: true })
    await rm(path.join(larger, 'post/.git'), { recursive: true })
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    gitIn(larger, 'init', '-q')
    gitIn(larger, 'add', '.')
    gitIn(larger, 'commit', '-qm', 'all')
    await writeFile(path.join(larger, 'post/digests/2026-11-21/1.yaml'), entry('Three'))
    expect(await changesOf(path.join(larger, 'post'), '2026-11-21', publication, 'head')).toMatchObject({
      entries: [{ fields: [{ before: 'Two', after: 'Three' }] }],
    })
  })

  it('counts entries it could not read, and says why there is nothing to compare', async () => {
    const { root, commit, changes, save, git } = await aNewsroom()
    expect(await changes()).toEqual({ unavailable: 'This folder is not in a git repository.' })
    git('init', '-q')
    expect(await changes()).toEqual({ unavailable: 'Nothing has been committed yet.' })
    commit()
    await save(GOOD_EDITION.replace('    url: https://news.example.org/market\n', ''))
    expect(await changes()).toMatchObject({ unread: 1, unchanged: 3 })
    await rm(path.join(root, FILE))
    expect(await changes()).toEqual({ unavailable: expect.stringContaining('Nothing of the edition') })
  })

  it('is not known without git, and says so', async () => {
    const { commit, changes } = await aNewsroom()
    commit()
    const kept = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    const without = await changes().finally(() => {
      process.env['PATH'] = kept
    })
    expect(without).toEqual({ unavailable: 'git is not installed here.' })
  })
})
