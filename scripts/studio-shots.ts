import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { readerFonts, repository, serveReaderFonts } from './browser.ts'
import { temporaryPublication } from './temporary-publication.ts'

type Save = (name: string, png: Buffer) => Promise<void>

const WIDTH = 1600
const HEIGHT = 1000

/** The studio of the sample publication as an editor meets it, light and dark, with an edition that has something to mend. */
export async function studioShots(browser: Browser, save: Save): Promise<void> {
  const { folder, remove } = await temporaryPublication({ keys: { template: 'broadsheet' } })
  const edition = path.join(folder, 'digests/2026-11-20.yaml')
  const written = await readFile(edition, 'utf8')
  for (const name of ['digests/2024-12-19.yaml', 'subscribers.csv'])
    await copyFile(path.join(repository, name), path.join(folder, name))
  await earlierEditions(folder)
  await deliver(folder, '2026-11-18')
  await commit(folder)
  // As an editor leaves it at nine in the evening.
  await writeFile(
    edition,
    `status: draft\n${written
      .replace('seven o’clock in London', 'seven in London')
      .replace(/(caption: A front page with its door closed[^\n]*\n) *credit: Broadsheet\n/, '$1')
      .replace('https://moment.github.io/luxon', 'http://moment.github.io/luxon')
      .replace('TypeScript’s compiler is recast for bare metal', 'TypeScript’s compiler is recast in metal')}`,
  )
  const server = spawn(process.execPath, [bin, 'preview', '2026-11-20', '--port', '0', '--json', '--root', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let printed = ''
    for await (const text of server.stdout) {
      printed += text
      if (/}\s*$/.test(printed)) break
    }
    const { url } = JSON.parse(printed)
    for (const [name, scheme, view, prepare] of SHOTS) {
      const page = await browser.newPage({
        viewport: { width: WIDTH, height: HEIGHT },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        deviceScaleFactor: 1.5,
        // For the fonts alone; the email and the page are drawn as ever.
        bypassCSP: true,
      })
      await serveReaderFonts(page)
      await page.goto(`${url}/?edition=2026-11-20&${await view(url)}`)
      await page.locator('html[data-version]').waitFor({ state: 'attached' })
      await page.locator('#editions .dot.done').waitFor()
      // As after a save, not as after the first reading, which loads MJML.
      await writeFile(edition, `${await readFile(edition, 'utf8')}\n`)
      await page.locator('#painted:has-text("saved")').waitFor()
      await page.waitForTimeout(500)
      await withReaderFonts(page)
      await prepare(page)
      await page.mouse.move(WIDTH / 2, 4)
      await page.waitForTimeout(400)
      await save(name, await page.screenshot())
      await page.close()
    }
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
    await remove()
  }
}

const SHOTS: [
  name: string,
  scheme: 'light' | 'dark',
  view: (url: string) => Promise<string>,
  prepare: (page: Page) => Promise<unknown>,
][] = [
  [
    'studio',
    'light',
    async (url) => {
      const [tenzing] = (await (await fetch(`${url}/subscribers?text=Tenzing`)).json()) as { handle: string }[]
      return `panes=light,dark,phone&as=${tenzing?.handle}`
    },
    (page) => page.locator('[data-action="finding.show"]').first().click(),
  ],
  ['studio-dark', 'dark', async () => 'panes=dark,changes&entry=4&tab=entry', (page) => page.keyboard.press('y')],
]

const bin = path.join(repository, 'src/bin.js')

/** Two days before, so that the calendar has something to show. */
async function earlierEditions(folder: string): Promise<void> {
  for (const [date, name] of [
    ['2026-11-18', 'arabic'],
    ['2026-11-19', 'japanese'],
  ])
    await copyFile(path.join(repository, `test/editions/${name}.yaml`), path.join(folder, `digests/${date}.yaml`))
}

/** What stands there now is what the evening's changes are compared with. */
async function commit(folder: string): Promise<void> {
  const git = (...words: string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Editor', '-c', 'user.email=editor@morning.example', ...words], {
      cwd: folder,
    })
  await git('init', '-q')
  await git('add', '-A')
  await git('commit', '-qm', 'The edition as it was')
}

/** To a mail server on this machine that keeps nothing, so that the ledger knows of it. */
async function deliver(folder: string, date: string): Promise<void> {
  const sink = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData: (stream, _session, done) => void stream.on('end', () => done()).resume(),
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const { port } = sink.server.address() as AddressInfo
  try {
    await promisify(execFile)(process.execPath, [bin, 'send', date, '--live', '--root', folder], {
      env: { ...process.env, SMTP_URL: `smtp://127.0.0.1:${port}`, BROADSHEET_SECRET: 'for the screenshots only' },
    })
  } finally {
    await new Promise<void>((resolve) => sink.close(() => resolve()))
  }
}

/** The faces readers have and a bare machine has not, in the page and in the sheets of its panes. */
async function withReaderFonts(page: Page): Promise<void> {
  const rules = await readerFonts()
  await page.addStyleTag({ content: `${rules}:root{--sans:Arial,sans-serif}` })
  // Nothing can be run in the sheets, so the page does it.
  await page.evaluate(`for (const frame of document.querySelectorAll('iframe')) {
    const style = frame.contentDocument.createElement('style')
    style.textContent = ${JSON.stringify(rules)}
    frame.contentDocument.head.append(style)
  }`)
  await page.evaluate(
    'Promise.all([document, ...[...document.querySelectorAll("iframe")].map((one) => one.contentDocument)].map((one) => one.fonts.ready))',
  )
  // The panes share the room by what is in the bar, whose words have another width now.
  await page.evaluate('dispatchEvent(new Event("resize"))')
}
