// Draws the sample pictures of digests/ afresh: `node scripts/draw-pictures.ts [name…]`. Needs nothing but `npm ci`.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Page } from 'playwright-core'
import { abacus } from './pictures/abacus.ts'
import { clocks } from './pictures/clocks.ts'
import { handshake } from './pictures/handshake.ts'
import { indexedPng } from './pictures/indexed-png.ts'
import type { Picture } from './pictures/ink.ts'
import { letters } from './pictures/letters.ts'
import { lighthouse } from './pictures/lighthouse.ts'
import { moustache } from './pictures/moustache.ts'
import { pageHouse } from './pictures/page-house.ts'
import { typeSorts } from './pictures/type-sorts.ts'

const folder = new URL('../digests/images/', import.meta.url)
const mostBytes = 60 * 1024

const all = [handshake, letters, pageHouse, typeSorts, clocks, lighthouse, abacus, moustache]
const wanted = process.argv.slice(2)
const pictures = all.filter(({ file }) => wanted.length === 0 || wanted.includes(file.replace('.png', '')))

const faces = [await face('Gelasio', 700), await face('Arimo', 400)].join('')

await mkdir(folder, { recursive: true })
// Drawn without the graphics stack, edges come out smooth.
sparticuz.setGraphicsMode = false
const browser = await chromium.launch({
  executablePath: await sparticuz.executablePath(),
  args: sparticuz.args,
  headless: true,
})
try {
  // One page for all: this build of Chromium is a single process, and ends with the first page closed.
  const page = await browser.newPage()
  for (const picture of pictures) {
    const png = await drawn(picture, page)
    await writeFile(new URL(picture.file, folder), png)
    console.log(`${picture.file}  ${picture.width} x ${picture.height}  ${png.length} bytes`)
    if (png.length > mostBytes) {
      console.error(`${picture.file} is heavier than ${mostBytes} bytes: fewer strokes, larger shapes.`)
      process.exitCode = 1
    }
  }
} finally {
  await browser.close()
}

async function drawn({ width, height, drawing }: Picture, page: Page): Promise<Buffer> {
  await page.setViewportSize({ width, height })
  await page.setContent(`<style>${faces} body { margin: 0 } svg { display: block }</style>
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${drawing}</svg>`)
  await page.evaluate('document.fonts.ready')
  return indexedPng(await page.screenshot({ type: 'png' }))
}

/** A bare machine has no fonts, so the page carries its own. */
async function face(family: string, weight: number): Promise<string> {
  const name = family.toLowerCase()
  const file = fileURLToPath(import.meta.resolve(`@fontsource/${name}/files/${name}-latin-${weight}-normal.woff2`))
  const data = await readFile(file, 'base64')
  return `@font-face { font-family: ${family}; font-weight: ${weight}; src: url(data:font/woff2;base64,${data}) }`
}
