import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

/** What the package switches off for scraping, and a browser of people's has: processes of its own, and the web's walls. */
const NOT_OURS = [
  '--single-process',
  '--no-zygote',
  "--headless='shell'",
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--allow-running-insecure-content',
]

/** The Chromium that `npm ci` brings, with a process of its own for each page. */
export async function launchChromium(): Promise<Browser> {
  sparticuz.setGraphicsMode = false
  const args = sparticuz.args.filter((arg) => !NOT_OURS.includes(arg))
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: [...args, '--no-sandbox', '--disable-background-networking'],
    headless: true,
  })
}

const FONTS = 'http://fonts.invalid/'

/**
 * Shows a page as readers see it: a bare machine has hardly any fonts, so metric-compatible faces (Georgia: Gelasio,
 * Arial: Arimo) and Noto for Arabic and Japanese stand in. They are never part of the email. Nothing else is fetched.
 */
export async function show(page: Page, html: string, css = ''): Promise<void> {
  await page.route('**', (route) => route.abort())
  await serveReaderFonts(page)
  const style = `<style>${await readerFonts()}${css}</style>`
  await page.setContent(/<\/head>/i.test(html) ? html.replace(/<\/head>/i, `${style}</head>`) : style + html, {
    waitUntil: 'load',
  })
  await page.evaluate('document.fonts.ready')
}

/** What the faces of `readerFonts` are fetched from. */
export async function serveReaderFonts(page: Page): Promise<void> {
  await page.route(`${FONTS}**`, async (route) => {
    const file = fileURLToPath(import.meta.resolve(route.request().url().slice(FONTS.length)))
    return route.fulfill({
      body: await readFile(file),
      contentType: 'font/woff2',
      headers: { 'access-control-allow-origin': '*' },
    })
  })
}

let fonts: Promise<string> | undefined

/** Style rules that give a page the faces readers have. */
export function readerFonts(): Promise<string> {
  fonts ??= Promise.all([japanese(), arabic(), latin('Georgia', 'gelasio'), latin('Arial', 'arimo')]).then((rules) =>
    rules.flat().join(''),
  )
  return fonts
}

function latin(family: string, font: string): string[] {
  const subsets = [
    ['latin', 'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02DC,U+2000-206F,U+20AC,U+2122'],
    ['latin-ext', 'U+0100-02BA,U+1E00-1EFF,U+20A0-20C0'],
  ]
  return [400, 700].flatMap((weight) =>
    ['normal', 'italic'].flatMap((style) =>
      subsets.map(([subset, range]) =>
        face(
          family,
          weight,
          style,
          `@fontsource/${font}/files/${font}-${subset}-${weight}-${style}.woff2`,
          range ?? '',
        ),
      ),
    ),
  )
}

function arabic(): string[] {
  return ['Georgia', 'Arial'].flatMap((family) =>
    [400, 700].map((weight) =>
      face(
        family,
        weight,
        'normal',
        `@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-${weight}-normal.woff2`,
        'U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFF',
      ),
    ),
  )
}

/** Japanese comes in 120 pieces; their ranges stand in the package's own style sheet. */
async function japanese(): Promise<string[]> {
  const sheet = await readFile(
    fileURLToPath(import.meta.resolve('@fontsource-variable/noto-sans-jp/index.css')),
    'utf8',
  )
  const pieces = [...sheet.matchAll(/url\(\.\/files\/([^)]+)\)[^}]*?unicode-range:\s*([^;}]+)/g)]
  // The same weights as the other faces: a browser picks one weight of a family first, and a piece of it then.
  const kinds = ['Georgia', 'Arial'].flatMap((family) => [400, 700].map((weight) => ({ family, weight })))
  return kinds.flatMap(({ family, weight }) =>
    pieces
      .filter(([, file]) => /jp-\d+-/.test(file ?? ''))
      .map(([, file, range]) =>
        face(family, weight, 'normal', `@fontsource-variable/noto-sans-jp/files/${file}`, range ?? ''),
      ),
  )
}

function face(family: string, weight: number, style: string, file: string, range: string): string {
  return `@font-face{font-family:${family};font-weight:${weight};font-style:${style};unicode-range:${range};src:url(${FONTS}${file})}`
}

/** Where the repository is. */
export const repository = path.join(import.meta.dirname, '..')
