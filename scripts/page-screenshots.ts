// Pictures of the public pages for the documents: npm run screenshots:pages.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import PostalMime from 'postal-mime'
import sharp from 'sharp'
import { openPostOffice } from '../src/public/post-office.ts'
import { launchChromium, repository, show } from './browser.ts'
import { type OpenSite, openSite } from './public-site.ts'

const folder = path.join(repository, 'docs', 'images')
const browser = await launchChromium()
await mkdir(folder, { recursive: true })
try {
  await inLanguage({}, async (site) => {
    const ada = 'ada@readers.example'
    await save('page-way-out', await shot(browser, await page(site, site.wayOut(ada)), 800))
    await save('page-preferences', await shot(browser, await page(site, site.preferences(ada)), 800))
    await save('page-preferences-phone', await shot(browser, await page(site, site.preferences(ada)), 375))
    await save('page-sign-up', await shot(browser, await page(site, '/sign-up'), 800))
    await save('page-sign-up-dark', await shot(browser, await page(site, '/sign-up'), 800, 'dark'))
    await save('mail-confirm', await shot(browser, await confirmMail(site), 700))
    await site.app.request(site.wayOut(ada), { method: 'POST' })
    await save('page-left-phone', await shot(browser, await page(site, site.wayOut(ada)), 375, 'dark'))
  })
  await inLanguage({ language: 'ar', name: 'نشرة الصباح', timezone: 'Africa/Cairo' }, async (site) => {
    await save('page-way-out-arabic', await shot(browser, await page(site, site.wayOut('noor@readers.example')), 800))
    await save(
      'page-preferences-arabic',
      await shot(browser, await page(site, site.preferences('noor@readers.example')), 375),
    )
  })
} finally {
  await browser.close()
}

async function inLanguage(keys: Record<string, string>, work: (site: OpenSite) => Promise<void>): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-pages-'))
  try {
    await cp(path.join(repository, 'subscribers.csv'), path.join(root, 'subscribers.csv'))
    const yaml = await readFile(path.join(repository, 'broadsheet.yaml'), 'utf8')
    const changed = Object.entries(keys).reduce(
      (text, [key, value]) => text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`),
      yaml,
    )
    await writeFile(path.join(root, 'broadsheet.yaml'), changed)
    const site = await openSite(root)
    await work(site)
    await site.close()
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function confirmMail({ publication, templates }: OpenSite): Promise<string> {
  let raw: Uint8Array = new Uint8Array()
  const office = openPostOffice({
    publication,
    templates,
    keys: null,
    now: () => Date.parse('2026-11-20T06:00Z'),
    log: () => {},
    transport: {
      transport: async (request) => {
        raw = request.raw
        return { state: 'accepted', reply: '250 ok' }
      },
      warmUp: async () => {},
      close: async () => {},
    },
  })
  const token = 'onwp54nk3ym5qflt2vbe~mwy4pb69.QOqwkBSFjs84t28u6jcI4M'
  office.post({
    name: 'confirm',
    to: 'ada@readers.example',
    language: 'en-GB',
    link: `https://morning.example/c/${token}`,
  })
  await office.close()
  return (await PostalMime.parse(raw)).html ?? ''
}

async function page(site: OpenSite, at: string): Promise<string> {
  return (await site.app.request(at)).text()
}

async function shot(
  from: Browser,
  html: string,
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Buffer> {
  const opened = await from.newPage({ viewport: { width, height: 600 }, deviceScaleFactor: 1.5, colorScheme })
  await show(opened, html)
  const png = await opened.screenshot({ fullPage: true })
  await opened.close()
  return png
}

async function save(name: string, png: Buffer): Promise<void> {
  const light = await sharp(png).png({ palette: true, quality: 90 }).toBuffer()
  await writeFile(path.join(folder, `${name}.png`), light)
  console.log(`docs/images/${name}.png  ${Math.round(light.length / 1024)} KB`)
}
