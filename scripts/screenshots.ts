// Pictures for the documents: npm run screenshots. One contact sheet shows all templates on all surfaces.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { launchChromium, repository } from './browser.ts'
import { type Email, readVariation } from './read-email.ts'
import { studioShots } from './studio-shots.ts'
import { type Surface, showOn, surfaces } from './surfaces.ts'

const folder = path.join(repository, 'docs', 'images')
const arabic = await readFile(path.join(repository, 'test/editions/arabic.yaml'), 'utf8')
const japanese = await readFile(path.join(repository, 'test/editions/japanese.yaml'), 'utf8')
const templates = ['broadsheet', 'bulletin', 'wire']

const browser = await launchChromium()
await mkdir(folder, { recursive: true })
try {
  const sample = await readVariation({ keys: { template: 'broadsheet' } })
  const inArabic = await readVariation({
    keys: { template: 'broadsheet', language: 'ar', name: 'نشرة الصباح' },
    edition: arabic,
  })
  for (const surface of surfaces.filter(({ name }) => ['light', 'dark', 'phone', 'images-off', 'word'].includes(name)))
    await save(`email-${surface.name}`, await shot(sample, surface, 1180))
  await save('email-right-to-left', await shot(inArabic, named('light'), 1180))
  await contactSheet()
  await studioShots(browser, save)
} finally {
  await browser.close()
}

/** Rows are templates and languages, columns surfaces; each cell is the top of the email, half size. */
async function contactSheet(): Promise<void> {
  const rows: [string, Email][] = []
  for (const template of templates) rows.push([template, await readVariation({ keys: { template } })])
  rows.push([
    'broadsheet, Arabic',
    await readVariation({ keys: { template: 'broadsheet', language: 'ar', name: 'نشرة الصباح' }, edition: arabic }),
  ])
  rows.push([
    'bulletin, Japanese',
    await readVariation({
      keys: { template: 'bulletin', language: 'ja', name: '朝のダイジェスト' },
      edition: japanese,
    }),
  ])
  const height = 1100
  const cells: { input: Buffer; left: number; top: number }[] = []
  let top = 0
  let wide = 0
  for (const [, email] of rows) {
    let left = 0
    for (const surface of surfaces) {
      const png = await shot(email, surface, height, 1)
      cells.push({
        input: await sharp(png)
          .resize({ width: Math.round(surface.width / 2) })
          .png()
          .toBuffer(),
        left,
        top,
      })
      left += Math.round(surface.width / 2) + 16
    }
    wide = Math.max(wide, left)
    top += height / 2 + 16
  }
  const sheet = sharp({ create: { width: wide, height: top, channels: 3, background: '#8a8a8a' } }).composite(cells)
  await save('contact-sheet', await sheet.png({ palette: true }).toBuffer())
}

async function shot(email: Email, surface: Surface, height: number, scale = 1.5): Promise<Buffer> {
  const page = await showOn(browser, surface, email.page, height, scale)
  const png = await page.screenshot()
  await page.close()
  return png
}

async function save(name: string, png: Buffer): Promise<void> {
  const light = name === 'contact-sheet' ? png : await sharp(png).png({ palette: true, quality: 90 }).toBuffer()
  await writeFile(path.join(folder, `${name}.png`), light)
  console.log(`docs/images/${name}.png  ${Math.round(light.length / 1024)} KB`)
}

function named(name: string): Surface {
  const surface = surfaces.find((one) => one.name === name)
  if (surface === undefined) throw new Error(`no surface ${name}`)
  return surface
}
