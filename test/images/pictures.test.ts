import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { readEmail } from '../../scripts/read-email.ts'
import { temporaryPublication } from '../../scripts/temporary-publication.ts'
import { HEAVIEST_PICTURE, resize } from '../../src/images/resize.ts'
import { isPublicAddress } from '../../src/network/public-address.ts'
import { styledCredit } from '../../src/render/image-view.ts'

const PAPER = '#fffdf8'
const WIDE = 1152

/** Noise compresses like a photograph, only worse. */
async function photo(width: number, height: number): Promise<Sharp> {
  const small = await sharp({
    create: {
      width: 96,
      height: 96,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer()
  return sharp(small).resize({ width, height, fit: 'fill', kernel: 'cubic' })
}

const drawing = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#1f4e79' } })

describe('a picture an editor has', () => {
  it('becomes a JPEG of at most 200 KB, twice its slot wide, when it is a large photograph', async () => {
    const made = await resize(await (await photo(4000, 3000)).jpeg({ quality: 98 }).toBuffer(), WIDE, PAPER)
    expect(made).toMatchObject({ type: 'image/jpeg', natural: { width: 4000, height: 3000 } })
    expect(made.bytes.length).toBeLessThanOrEqual(HEAVIEST_PICTURE)
    expect(made.size.width).toBeLessThanOrEqual(WIDE)
    expect(made.size.width / made.size.height).toBeCloseTo(4 / 3, 1)
  })

  it('stays a PNG when it is flat art, and is left to the byte when it is right already', async () => {
    const art = await drawing(1152, 648).png({ palette: true }).toBuffer()
    expect(await resize(art, WIDE, PAPER)).toMatchObject({
      type: 'image/png',
      size: { width: 1152, height: 648 },
      bytes: art,
    })
    expect((await resize(await drawing(3000, 2000).png().toBuffer(), WIDE, PAPER)).type).toBe('image/png')
  })

  it('stands upright however the camera was held, and keeps none of what the camera wrote', async () => {
    const turned = await (await photo(1200, 800))
      .jpeg()
      .withExif({ IFD0: { Artist: 'Somebody' } })
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const made = await resize(turned, WIDE, PAPER)
    expect(made.natural).toEqual({ width: 800, height: 1200 })
    expect(made.size.height).toBeGreaterThan(made.size.width)
    const about = await sharp(made.bytes).metadata()
    expect(about.exif).toBeUndefined()
    expect(about.orientation ?? 1).toBe(1)
  })

  it('is opaque on the colour of the paper when it was transparent, so that it survives the dark', async () => {
    const see = await sharp({
      create: { width: 200, height: 100, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer()
    const made = await resize(see, WIDE, PAPER)
    const { data, info } = await sharp(made.bytes).raw().toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(3)
    for (const [index, value] of [0xff, 0xfd, 0xf8].entries())
      expect(Math.abs((data[index] ?? 0) - value)).toBeLessThanOrEqual(2)
  })

  it('is never enlarged, and keeps the shape of a panorama and of a portrait', async () => {
    expect((await resize(await drawing(40, 30).png().toBuffer(), WIDE, PAPER)).size).toEqual({ width: 40, height: 30 })
    expect((await resize(await (await photo(6000, 400)).jpeg().toBuffer(), WIDE, PAPER)).size).toEqual({
      width: 1152,
      height: 77,
    })
    expect((await resize(await (await photo(900, 2400)).jpeg().toBuffer(), 504, PAPER)).size).toEqual({
      width: 504,
      height: 1344,
    })
  })

  it('is converted from WebP, CMYK and SVG, and from an animation by its first frame', async () => {
    const webp = await (await photo(800, 600)).webp().toBuffer()
    const cmyk = await (await photo(800, 600)).toColorspace('cmyk').jpeg().toBuffer()
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="#9e2b25"/></svg>',
    )
    const frames = await sharp(
      [
        await drawing(60, 40).png().toBuffer(),
        await sharp({ create: { width: 60, height: 40, channels: 3, background: '#fff' } })
          .png()
          .toBuffer(),
      ],
      { join: { animated: true } },
    )
      .gif()
      .toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    for (const source of [webp, cmyk]) {
      const made = await resize(source, WIDE, PAPER)
      expect(made.type).toBe('image/jpeg')
      expect((await sharp(made.bytes).metadata()).space).toBe('srgb')
    }
    expect((await resize(svg, WIDE, PAPER)).size).toEqual({ width: 1152, height: 768 })
    const first = await resize(frames, WIDE, PAPER)
    expect(first.size).toEqual({ width: 60, height: 40 })
    const pixel = await sharp(first.bytes).raw().toBuffer()
    expect([...pixel.subarray(0, 3)].map((value) => Math.round(value / 16))).toEqual([2, 5, 8])
  })

  it('is refused in plain words when it is damaged, cut short, or larger than can be read safely', async () => {
    const whole = await (await photo(800, 600)).jpeg().toBuffer()
    for (const bad of [
      Buffer.from('not a picture'),
      Buffer.alloc(0),
      whole.subarray(0, whole.length / 3),
      Buffer.from('<svg><script>'),
    ]) {
      await expect(resize(bad, WIDE, PAPER)).rejects.toMatchObject({ code: 'image-unreadable' })
    }
    const huge = await drawing(16000, 9000).png().toBuffer()
    await expect(resize(huge, WIDE, PAPER)).rejects.toMatchObject({ code: 'image-too-large' })
  })

  it('is read at 50 megapixels', { timeout: 60_000 }, async () => {
    const made = await resize(await drawing(8660, 5774).jpeg().toBuffer(), WIDE, PAPER)
    expect(made).toMatchObject({ natural: { width: 8660, height: 5774 } })
  })
})

describe('pictures of an edition', () => {
  const entry = (src: string, more = '') =>
    `entries:\n  - topic: world\n    headline: One\n    url: https://example.org\n    summary: Two.\n    image: { src: "${src}", alt: Three, caption: Four, credit: Five${more} }\n`

  async function withPicture(name: string, bytes: Uint8Array) {
    const { folder, remove } = await temporaryPublication({ edition: entry(`images/${name}`) })
    await mkdir(path.join(folder, 'digests/images'), { recursive: true })
    await writeFile(path.join(folder, 'digests/images', name), bytes)
    return { folder, remove }
  }

  it('are shown no wider than they are, with numeric width and height, and a warning when they are tiny', async () => {
    const { folder, remove } = await withPicture('tiny.png', await drawing(80, 60).png().toBuffer())
    const { html, findings } = await readEmail(folder, '2026-11-20')
    await remove()
    expect(html).toMatch(
      /<img src="cid:tiny-[0-9a-f]{8}\.png@morning-digest" width="80" height="60" alt="Three" style="[^"]*max-width:80px/,
    )
    expect(findings.map((one) => one.code)).toEqual(['image-small'])
  })

  it('keep a portrait within the height of the column', async () => {
    const { folder, remove } = await withPicture('tall.jpg', await (await photo(900, 2400)).jpeg().toBuffer())
    const { html } = await readEmail(folder, '2026-11-20')
    await remove()
    expect(html).toMatch(/width="216" height="576"/)
  })

  it('come from the cache the second time, and are made anew when the file changes', async () => {
    const { folder, remove } = await withPicture('photo.jpg', await (await photo(3000, 2000)).jpeg().toBuffer())
    await readEmail(folder, '2026-11-20')
    const cache = path.join(folder, '.broadsheet/pictures')
    const made = await Promise.all(
      (await readdir(cache)).sort().map(async (name) => [name, (await stat(path.join(cache, name))).mtimeMs]),
    )
    await readEmail(folder, '2026-11-20')
    expect(
      await Promise.all(
        (await readdir(cache)).sort().map(async (name) => [name, (await stat(path.join(cache, name))).mtimeMs]),
      ),
    ).toEqual(made)
    await writeFile(path.join(folder, 'digests/images/photo.jpg'), await drawing(3000, 2000).jpeg().toBuffer())
    await readEmail(folder, '2026-11-20')
    expect((await readdir(cache)).length).toBe(made.length * 2)
    await remove()
  })

  it('are left where they are when they are https, with the size the editor gave, or a finding that asks for it', async () => {
    const given = await temporaryPublication({
      edition: entry('https://pictures.invalid/a.jpg', ', width: 1200, height: 800'),
    })
    const { html } = await readEmail(given.folder, '2026-11-20')
    await given.remove()
    expect(html).toContain('<img src="https://pictures.invalid/a.jpg" width="576" height="384" alt="Three"')
    const asked = await temporaryPublication({ edition: entry('https://pictures.invalid/a.jpg') })
    const { findings, html: without } = await readEmail(asked.folder, '2026-11-20')
    await asked.remove()
    expect(findings).toMatchObject([{ code: 'image-size-unknown', line: 6, entry: 1 }])
    expect(without).toContain('Four&ensp;©\u00a0Five')
  })

  it('never leave the publication, by path or by symbolic link', async () => {
    const { symlink } = await import('node:fs/promises')
    for (const src of ['../../etc/passwd', '/etc/hostname', 'images/link.png']) {
      const { folder, remove } = await temporaryPublication({ edition: entry(src) })
      await symlink('/etc/hostname', path.join(folder, 'digests/images/link.png'))
      const { findings, html } = await readEmail(folder, '2026-11-20')
      await remove()
      expect(findings).toMatchObject([{ code: 'image-outside' }])
      expect(html).not.toContain('Four')
    }
  })
})

describe('credits', () => {
  it('are set in house style and never doubled', () => {
    expect(styledCredit('Stefan Rousseau/PA Wire', '© {credit}')).toBe('© Stefan Rousseau/PA Wire')
    expect(styledCredit('© Stefan Rousseau', '© {credit}')).toBe('© Stefan Rousseau')
    expect(styledCredit('(c) Somebody', '© {credit}')).toBe('(c) Somebody')
    expect(styledCredit('A. Writer', 'Photograph: {credit}')).toBe('Photograph: A. Writer')
    expect(styledCredit('$& $1', '© {credit}')).toBe('© $& $1')
  })
})

describe('the size of a picture elsewhere', () => {
  it('is asked of the open internet only', () => {
    for (const closed of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '::1',
      '::',
      'fd00::1',
      'fe80::1',
      '::ffff:10.0.0.1',
      '::ffff:127.0.0.1',
      '64:ff9b::a00:1',
      'localhost',
      '',
    ]) {
      expect({ closed, open: isPublicAddress(closed) }).toEqual({ closed, open: false })
    }
    for (const open of ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946']) expect(isPublicAddress(open)).toBe(true)
  })
})
