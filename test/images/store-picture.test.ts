import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { LARGEST_DROP, pictureToStore } from '../../src/images/store-picture.ts'
import { emptyFolder } from '../support/sample.ts'

const DATE = '2026-11-20'
const plain = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 40, b: 40, alpha: 0.5 } } })

async function store(bytes: Uint8Array, name = 'photo.jpg') {
  const root = await emptyFolder()
  const stored = await pictureToStore(root, DATE, name, bytes)
  return { ...stored, root, metadata: await sharp(stored.bytes).metadata() }
}

describe('a picture to be stored', () => {
  it('is at most 2000 pixels wide, upright, and says nothing of where it was taken', async () => {
    const bytes = await plain(1200, 3000)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'A. Writer' }, IFD3: { GPSLatitude: '53/1 44/1 0/1' } })
      .withMetadata({ orientation: 8 })
      .toBuffer()
    const { metadata, src } = await store(bytes)
    expect(src).toBe(`images/${DATE}-photo.jpg`)
    expect(metadata).toMatchObject({ format: 'jpeg', width: 2000, height: 800 })
    expect([metadata.orientation, metadata.exif, metadata.icc, metadata.xmp]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect((await store(await plain(300, 200).jpeg().toBuffer())).metadata.width).toBe(300)
  })

  it('is a JPEG or a PNG by what its bytes say, whatever it is called', async () => {
    const kind = async (bytes: Uint8Array): Promise<string> => {
      const { src, metadata } = await store(bytes, 'x.exe')
      return `${src.split('.').at(-1)} ${metadata.format}`
    }
    expect(await kind(await plain(30, 20).webp().toBuffer())).toBe('jpg jpeg')
    expect(await kind(await plain(30, 20, 4).webp().toBuffer())).toBe('png png')
    expect(await kind(await plain(30, 20).gif().toBuffer())).toBe('png png')
    expect(await kind(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>'))).toBe('png png')
  })

  it('is named for its date and what it was called, once', async () => {
    const bytes = await plain(30, 20).jpeg().toBuffer()
    const name = async (given: string): Promise<string> => (await store(bytes, given)).src.replace('images/', '')
    expect(await name('Köln am Abend.JPG')).toBe(`${DATE}-koln-am-abend.jpg`)
    expect(await name(`${DATE}-harbour.jpg`)).toBe(`${DATE}-harbour.jpg`)
    expect(await name('C:\\Pictures\\..\\..\\港.jpg')).toBe(`${DATE}-picture.jpg`)
    expect(await name(`../../etc/passwd`)).toBe(`${DATE}-passwd.jpg`)
  })

  it('dropped twice is the same file; another of its name gets a number', async () => {
    const root = await emptyFolder()
    const bytes = await plain(30, 20).jpeg().toBuffer()
    const first = await pictureToStore(root, DATE, 'a.jpg', bytes)
    await writeFile(path.join(root, 'digests', first.src), first.bytes)
    expect(await pictureToStore(root, DATE, 'a.jpg', bytes)).toMatchObject({ src: first.src, isNew: false })
    const other = await plain(31, 20).jpeg().toBuffer()
    expect(await pictureToStore(root, DATE, 'a.jpg', other)).toMatchObject({
      src: `images/${DATE}-a-2.jpg`,
      isNew: true,
    })
  })

  it('is refused when it is none, cut off, too heavy, or would land outside the publication', async () => {
    const whole = await plain(300, 200).jpeg().toBuffer()
    await expect(store(Buffer.from('GIF89a, or so it says'))).rejects.toMatchObject({ code: 'image-unreadable' })
    await expect(store(whole.subarray(0, whole.length - 300))).rejects.toMatchObject({ code: 'image-unreadable' })
    await expect(store(Buffer.alloc(LARGEST_DROP + 1))).rejects.toMatchObject({ code: 'image-too-large' })
    const [root, elsewhere] = [await emptyFolder(), await emptyFolder()]
    await mkdir(path.join(root, 'digests'))
    await symlink(elsewhere, path.join(root, 'digests/images'))
    await expect(pictureToStore(root, DATE, 'a.jpg', whole)).rejects.toMatchObject({ code: 'image-outside' })
    await rm(path.join(root, 'digests/images'))
  })
})
