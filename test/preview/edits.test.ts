import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readEdition, readPublication } from '../../src/edition/read.ts'
import { type EditResult, Edits, fingerprintOf } from '../../src/preview/edits.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from '../check/good-edition.ts'

const FILE = `digests/${GOOD_DATE}.yaml`

async function aSitting(files: Record<string, string> = {}) {
  const root = await aGoodPublication(files)
  const text = (file = FILE): Promise<string> => readFile(path.join(root, file), 'utf8')
  const headlines = async (date = GOOD_DATE): Promise<string[]> => {
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    return (await readEdition(root, date, publication)).edition?.entries.map((entry) => entry.headline) ?? []
  }
  return { root, edits: new Edits(root), seen: (date = GOOD_DATE) => fingerprintOf(root, date), text, headlines }
}

function done(result: EditResult): Extract<EditResult, { done: true }> {
  if (!result.done) throw new Error(`refused: ${result.refused}`)
  return result
}
const refusal = (result: EditResult): string => (result.done ? 'done' : result.refused)

const headline = (entry: number, value: string) => ({ kind: 'field', entry, field: 'headline', value }) as const

describe('edits of a sitting', () => {
  it('write the file, say where, and are taken back and done again', async () => {
    const { edits, seen, text } = await aSitting()
    const first = done(await edits.apply(GOOD_DATE, headline(1, 'The ferry comes home'), await seen()))
    expect(first).toMatchObject({
      file: FILE,
      line: 7,
      undo: 'the headline of entry 1',
      redo: null,
      seen: await seen(),
    })
    const second = done(await edits.apply(GOOD_DATE, { kind: 'move', entry: 4, to: 1 }, first.seen))
    expect(second).toMatchObject({ line: 5, undo: 'the move of entry 4 to place 1' })
    const after = await text()
    expect(after).toContain('entries:\n  - topic: town\n    headline: A letter arrives')

    expect(done(await edits.undo(GOOD_DATE))).toMatchObject({ undo: first.undo, redo: second.undo })
    expect(done(await edits.undo(GOOD_DATE))).toMatchObject({ undo: null, line: 7 })
    expect(await text()).toBe(GOOD_EDITION)
    expect(refusal(await edits.undo(GOOD_DATE))).toBe('nothing-to-undo')
    await edits.redo(GOOD_DATE)
    expect(done(await edits.redo(GOOD_DATE))).toMatchObject({ redo: null, undo: second.undo })
    expect(await text()).toBe(after)

    // Whoever goes on writing has taken another way.
    done(await edits.undo(GOOD_DATE))
    done(await edits.apply(GOOD_DATE, headline(2, 'The keeper stays'), await seen()))
    expect(refusal(await edits.redo(GOOD_DATE))).toBe('nothing-to-redo')
  })

  it('never go over a file that somebody saved meanwhile, neither doing nor undoing', async () => {
    const { root, edits, seen, text } = await aSitting()
    const before = await seen()
    await writeFile(path.join(root, FILE), GOOD_EDITION.replace('Decided', 'Settled'))
    const edit = headline(1, 'The ferry comes home')
    expect(await edits.apply(GOOD_DATE, edit, before)).toMatchObject({ done: false, refused: 'changed' })
    expect(await text()).toContain('Settled')
    await edits.apply(GOOD_DATE, edit, await seen())
    const written = await text()
    await writeFile(path.join(root, FILE), `${written}# a word of mine\n`)
    expect(refusal(await edits.undo(GOOD_DATE))).toBe('changed')
    expect(await text()).toBe(`${written}# a word of mine\n`)
    await writeFile(path.join(root, FILE), written)
    expect(refusal(await edits.undo(GOOD_DATE))).toBe('done')
    expect(await text()).toContain('Settled')
  })

  it('asked for at once wait for each other: the second has not seen what the first wrote', async () => {
    const { edits, seen, text } = await aSitting()
    const now = await seen()
    const results = await Promise.all(
      ['One', 'Two', 'Three'].map((value) => edits.apply(GOOD_DATE, headline(1, value), now)),
    )
    expect(results.map(refusal)).toEqual(['done', 'changed', 'changed'])
    expect(await text()).toContain('headline: One\n')
  })

  it('that change nothing leave nothing to undo; those that are refused leave the file', async () => {
    const { edits, seen, text } = await aSitting()
    expect(
      done(await edits.apply(GOOD_DATE, headline(2, 'Lighthouse keeper looks back on forty winters'), await seen()))
        .undo,
    ).toBe(null)
    expect(refusal(await edits.apply(GOOD_DATE, headline(9, 'x'), await seen()))).toBe('cannot-write')
    expect(refusal(await edits.apply(GOOD_DATE, headline(1, 'a\u202eb'), await seen()))).toBe('control-character')
    expect(refusal(await edits.apply('2026-11-21', headline(1, 'x'), await seen('2026-11-21')))).toBe('no-entry')
    expect(await text()).toBe(GOOD_EDITION)
  })

  it('keep the mode of the file and the link it may be, and leave nothing beside it', async () => {
    const { root, edits, seen } = await aSitting({ 'kept/day.yaml': GOOD_EDITION })
    const real = path.join(root, 'kept/day.yaml')
    await chmod(real, 0o640)
    await mkdir(path.join(root, 'digests'), { recursive: true })
    await symlink('../kept/day.yaml', path.join(root, 'digests/2026-11-22.yaml'))
    done(await edits.apply('2026-11-22', headline(1, 'Linked'), await seen('2026-11-22')))
    expect(await readFile(real, 'utf8')).toContain('headline: Linked\n')
    expect((await stat(real)).mode & 0o777).toBe(0o640)
    expect(await readdir(path.join(root, 'kept'))).toEqual(['day.yaml'])
  })
})

describe('an edition with a file for each entry', () => {
  const entry = (name: string): string =>
    `topic: town\nheadline: ${name}\nurl: https://news.example.org/${name}\nsummary: It is so.\n`
  const folder = (names: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(names).map(([name, title]) => [`digests/2026-11-21/${name}`, entry(title)]))

  it('is written where the entry stands', async () => {
    const { edits, seen, text } = await aSitting(folder({ '1.yaml': 'One', '10.yaml': 'Ten', '2.yaml': 'Two' }))
    const result = done(await edits.apply('2026-11-21', headline(3, 'Ten: now'), await seen('2026-11-21')))
    expect(result).toMatchObject({ file: 'digests/2026-11-21/10.yaml', line: 2 })
    expect(await text('digests/2026-11-21/10.yaml')).toContain('headline: "Ten: now"\n')
  })

  it('is put in order by the numbers of its files, and back', async () => {
    const names = { '05-one.yaml': 'One', '10-two.yaml': 'Two', '20-three.yaml': 'Three', '30-four.yaml': 'Four' }
    const { root, edits, seen, headlines } = await aSitting({
      ...folder(names),
      'digests/2026-11-21/edition.yaml': 'intro: Hello.\n',
    })
    const result = done(await edits.apply('2026-11-21', { kind: 'move', entry: 3, to: 1 }, await seen('2026-11-21')))
    expect(result.file).toBe('digests/2026-11-21/05-three.yaml')
    expect(await headlines('2026-11-21')).toEqual(['Three', 'One', 'Two', 'Four'])
    const inFolder = () => readdir(path.join(root, 'digests/2026-11-21'))
    expect((await inFolder()).sort()).toEqual([
      '05-three.yaml',
      '10-one.yaml',
      '20-two.yaml',
      '30-four.yaml',
      'edition.yaml',
    ])
    done(await edits.undo('2026-11-21'))
    expect((await inFolder()).sort()).toEqual([...Object.keys(names), 'edition.yaml'])
    expect(await headlines('2026-11-21')).toEqual(['One', 'Two', 'Three', 'Four'])
  })

  it('is not put in order where names have no numbers, and says what to do', async () => {
    const { edits, seen } = await aSitting(folder({ 'a.yaml': 'One', 'b.yaml': 'Two' }))
    expect(await edits.apply('2026-11-21', { kind: 'move', entry: 1, to: 2 }, await seen('2026-11-21'))).toMatchObject({
      refused: 'cannot-move',
      hint: expect.stringContaining('number'),
    })
  })
})

describe('a picture dropped in', () => {
  const photograph = (orientation: number, width = 60, height = 40): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: '#a33' } })
      .jpeg()
      .withMetadata({ orientation })
      .toBuffer()

  it('is stored under the date, named in the entry, which keeps its other words, and taken back with its file', async () => {
    const { root, edits, seen, text } = await aSitting()
    const bytes = await photograph(6)
    const result = done(
      await edits.apply(GOOD_DATE, { kind: 'picture', entry: 3, name: 'My Photo.PNG', bytes }, await seen()),
    )
    expect(result.undo).toBe('the picture of entry 3')
    expect((await text()).split('\n')[result.line - 1]).toBe(`      src: images/${GOOD_DATE}-my-photo.jpg`)
    expect(await text()).toContain(`spring.\n    image:\n      src: images/${GOOD_DATE}-my-photo.jpg\n`)
    const stored = path.join(root, `digests/images/${GOOD_DATE}-my-photo.jpg`)
    expect(await sharp(stored).metadata()).toMatchObject({ format: 'jpeg', width: 40, height: 60 })
    expect((await sharp(stored).metadata()).exif).toBeUndefined()

    done(await edits.apply(GOOD_DATE, { kind: 'picture', entry: 1, name: 'my photo.jpg', bytes }, await seen()))
    expect(await text()).toContain(`src: images/${GOOD_DATE}-my-photo.jpg\n      alt: Three clocks`)
    await edits.undo(GOOD_DATE)
    expect(await stat(stored)).toBeTruthy()
    await edits.undo(GOOD_DATE)
    await expect(stat(stored)).rejects.toThrow('ENOENT')
    expect(await text()).toBe(GOOD_EDITION)
  })

  it('never takes the name of another picture', async () => {
    const { root, edits, seen, text } = await aSitting()
    await writeFile(path.join(root, `digests/images/${GOOD_DATE}-a.jpg`), 'something else')
    done(
      await edits.apply(
        GOOD_DATE,
        { kind: 'picture', entry: 1, name: '../../a.jpg', bytes: await photograph(1) },
        await seen(),
      ),
    )
    expect(await text()).toContain(`src: images/${GOOD_DATE}-a-2.jpg`)
    expect(await text(`digests/images/${GOOD_DATE}-a.jpg`)).toBe('something else')
  })
})
