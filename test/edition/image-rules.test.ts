import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Pictures, readPictures } from '../../src/images/picture.ts'
import type { Finding } from '../../src/problems/finding.ts'
import {
  anEdition,
  anEntry,
  anImage,
  aPublication,
  DATE,
  dot,
  placedAll,
  readAll,
  readText,
} from '../support/publication.ts'
import { emptyFolder } from '../support/sample.ts'

const withImage = (fields: Parameters<typeof anImage>[0]) => readText(anEdition([anEntry({ image: anImage(fields) })]))

describe('a picture', () => {
  it('with alt, caption and credit is complete', async () => {
    expect((await withImage({})).findings).toEqual([])
  })

  it('without a credit is an error at its caption', async () => {
    const { findings } = await withImage({ credit: undefined })
    expect(findings).toMatchObject([{ code: 'image-credit-missing', line: 9, column: 16, entry: 1, severity: 'error' }])
    expect(findings[0]?.message).toBe('The picture in "The harbour bridge reopens" has a caption but no credit.')
    expect(findings[0]?.hint).toContain('credit:')
  })

  it('without a credit or a caption is both, at its file', async () => {
    const { findings } = await withImage({ credit: undefined, caption: undefined })
    expect(placedAll(findings)).toEqual(['7:12 image-credit-missing', '7:12 image-caption-missing'])
    expect(findings[0]?.message).toContain('has no credit')
  })

  it('whose credit is empty, or spaces, or a comment, has none', async () => {
    for (const credit of ['', '""', '"  "', '  # who took it?']) {
      const { findings } = await withImage({ credit })
      expect(findings).toMatchObject([{ code: 'image-credit-missing', line: 10 }])
    }
  })

  it('without alt text is an error', async () => {
    expect(placedAll((await withImage({ alt: undefined })).findings)).toEqual(['7:12 image-alt-missing'])
  })

  it('needs no caption when it is decorative, and says so when it is not', async () => {
    expect((await withImage({ caption: undefined, decorative: 'true' })).findings).toEqual([])
    const { findings } = await withImage({ caption: undefined, decorative: 'false' })
    expect(findings.map((one) => one.code)).toEqual(['image-caption-missing'])
  })

  it('without a file is missing it', async () => {
    const { findings } = await withImage({ src: undefined })
    expect(findings.map((one) => one.code)).toEqual(['key-missing'])
    expect(findings[0]?.message).toContain('"src" is missing in image')
  })

  it('is checked although its entry cannot be shown, and named by its number', async () => {
    const { edition, findings } = await readText(
      anEdition([anEntry(), anEntry({ headline: undefined, image: anImage({ credit: undefined }) })]),
    )
    expect(edition?.entries).toHaveLength(1)
    expect(findings.map((one) => [one.code, one.entry])).toEqual([
      ['key-missing', 2],
      ['image-credit-missing', 2],
    ])
    expect(findings[1]?.message).toContain('of entry 2')
  })

  it('with two mistakes in one field is told once', async () => {
    const { findings } = await withImage({ credit: '[Jo Doe]' })
    expect(findings.map((one) => one.code)).toEqual(['wrong-type'])
  })
})

describe('a picture file', () => {
  const read = async (
    src: string,
    files: Record<string, string | Uint8Array> = {},
    prepare?: (root: string) => Promise<unknown>,
  ) => {
    const root = await aPublication({
      files: { [`digests/${DATE}.yaml`]: anEdition([anEntry({ image: anImage({ src }) })]), ...files },
    })
    await prepare?.(root)
    const { edition } = await readAll(root)
    if (edition === null) throw new Error('no edition')
    return readPictures(root, edition, { wide: 576, thumb: 167, paper: '#fffdf8' })
  }
  const nameOf = (pictures: Pictures): string | undefined => {
    const picture = pictures.get(1)
    return picture?.kind === 'local' ? picture.wide.name : undefined
  }
  const codes = ({ findings }: { findings: Finding[] }) => findings.map((one) => one.code)

  it('is read with its size, under a name that changes only with its bytes', async () => {
    const { pictures, findings } = await read('images/Fährhafen 2.PNG', { 'digests/images/Fährhafen 2.PNG': dot })
    expect(findings.map((one) => one.code)).toEqual(['image-small'])
    expect(pictures.get(1)).toMatchObject({ natural: { width: 1, height: 1 }, wide: { width: 1, height: 1 } })
    expect(nameOf(pictures)).toMatch(/^fahrhafen-2-[0-9a-f]{8}\.png$/)
  })

  it('whose name has no letter mail can carry still has a name', async () => {
    const { pictures } = await read('images/新聞.png', { 'digests/images/新聞.png': dot })
    expect(nameOf(pictures)).toMatch(/^picture-[0-9a-f]{8}\.png$/)
  })

  it('that is not there is an error at its line, and the entry goes out without it', async () => {
    const result = await read('images/dot.png')
    expect(result.findings).toMatchObject([
      { code: 'image-missing', line: 7, column: 12, entry: 1, file: `digests/${DATE}.yaml` },
    ])
    expect(result.pictures.size).toBe(0)
  })

  it('that is a folder is missing', async () => {
    expect(codes(await read('images', { 'digests/images/dot.png': dot }))).toEqual(['image-missing'])
  })

  it.each([
    ['text', 'not a picture'],
    ['nothing', ''],
    ['half a PNG', dot.subarray(0, 12)],
    ['a page of the web', '<html><body>no picture</body></html>'],
  ])('that holds %s is unreadable', async (_, bytes) => {
    expect(codes(await read('images/dot.png', { 'digests/images/dot.png': bytes }))).toEqual(['image-unreadable'])
  })

  it.each([
    '../../secret.png',
    '../../../../../../etc/hostname',
    '/etc/hostname',
    '..',
    '../..',
    'images/../../../x.png',
  ])('%s leads out of the publication, and is refused before anything is read', async (src) => {
    expect(codes(await read(src))).toEqual(['image-outside'])
  })

  it('that is a link out of the publication is refused', async () => {
    const elsewhere = await emptyFolder()
    const outside = async (root: string) => {
      await mkdir(path.join(root, 'digests/images'))
      await symlink(path.join(elsewhere, 'dot.png'), path.join(root, 'digests/images/gone.png'))
      await symlink(path.resolve('/etc/hostname'), path.join(root, 'digests/images/dot.png'))
    }
    expect(codes(await read('images/dot.png', {}, outside))).toEqual(['image-outside'])
    expect(codes(await read('images/gone.png', {}, outside))).toEqual(['image-missing'])
  })

  it('that is a link inside the publication is fine', async () => {
    const result = await read('images/dot.png', { 'pictures/dot.png': dot }, async (root) => {
      await mkdir(path.join(root, 'digests/images'))
      await symlink(path.join(root, 'pictures/dot.png'), path.join(root, 'digests/images/dot.png'))
    })
    expect(codes(result)).toEqual(['image-small'])
  })

  it('whose folder begins with two dots is not outside', async () => {
    expect(codes(await read('../..pictures/dot.png', { '..pictures/dot.png': dot }))).toEqual(['image-small'])
  })

  it.each([
    ['http://example.org/a.png', ['url-scheme']],
    ['data:image/png;base64,AAAA', ['url-scheme']],
    ['file:///etc/hostname', ['url-scheme']],
    ['javascript:alert(1)', ['url-scheme']],
    ['https://me:secret@example.org/a.png', ['url-userinfo']],
    ['https://10.0.0.1/a.png', ['url-ip-host']],
  ])('at %s: %j', async (src, expected) => {
    const result = await read(src)
    expect(codes(result)).toEqual(expected)
    expect(result.pictures.size).toBe(0)
  })
})
