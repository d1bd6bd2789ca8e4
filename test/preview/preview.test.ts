import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { repository, runCli } from '../support/run-cli.ts'

/** Journeys: the real command line and a real Chromium; nothing from src/. */
const bin = path.join(repository, 'src/bin.js')
const FIRST = 'The ferry keeps its berth'
const edition = (headline = FIRST, image = 'clocks.png'): string => `entries:
  - topic: harbour
    headline: ${headline}
    url: https://example.org/ferry
    summary: The board ends two years of talks.
    image: { src: images/${image}, alt: Three clocks, caption: The clocks of the port, credit: A. Writer }
${[1, 2, 3, 4, 5, 6].map((number) => `  - { topic: town, headline: Story ${number}, url: https://example.org/${number}, summary: ${'Fees rise by four per cent from March. '.repeat(6)}}`).join('\n')}
`
const FILES: Record<string, string> = {
  'broadsheet.yaml': `name: The Harbour Post
id: harbour-post
from: The Harbour Post <post@harbour.example>
url: https://harbour.example
postalAddress: 1 Quay, Hull
language: en-GB
timezone: Europe/London
images: embed
topics: [{ id: harbour, name: Harbour }, { id: town, name: Town }]
`,
  'digests/2030-01-02.yaml': `status: draft\n${edition()}`,
  'digests/2024-12-19.yaml': `entries:
  - topic: harbour
    headline: An old story
    url: https://example.org/old
    summary: The lighthouse was lit for the first time.
`,
}
const NEWEST = 'digests/2030-01-02.yaml'

let root: string
let browser: Browser
let preview: Preview

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'broadsheet-preview-'))
  await resetFiles()
  const [started, launched] = await Promise.all([startPreview(), launchChromium()])
  preview = started
  browser = launched
})
afterAll(async () => {
  await browser.close()
  await preview.stop()
  await rm(root, { recursive: true, force: true })
})
beforeEach(resetFiles)
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

describe('the preview', () => {
  it('shows the newest edition, draft or future, at desktop and phone width', async () => {
    const page = await openPreview()
    expect(preview.edition).toBe('2030-01-02')
    expect(await inPanes(page, 'sheet.querySelector("h3").textContent')).toEqual([FIRST, FIRST])
    expect(await inPanes(page, 'frame.contentWindow.innerWidth')).toEqual([680, 375])
    await expect.poll(() => inPanes(page, 'sheet.images[0].naturalWidth > 0')).toEqual([true, true])
    expect(await page.locator('#subject').innerText()).toBe(FIRST)
    expect(await page.locator('#draft').isVisible()).toBe(true)
    expect(await page.locator('#findings').innerText()).toBe('Nothing to report')
    expect(await page.locator('#edition option').allInnerTexts()).toEqual(['Wed, 2 Jan 2030', 'Thu, 19 Dec 2024'])
  })

  it('repaints both panes on a save, in place and with their scroll', async () => {
    const page = await openPreview()
    await inPanes(page, 'void (frame.contentWindow.scrollTo(0, 300), sheet.images[0].stayed = true)')
    await write(NEWEST, edition('The ferry gets a new berth'))
    await expectHeadline(page, 'The ferry gets a new berth')
    expect(await inPanes(page, 'frame.contentWindow.scrollY')).toEqual([300, 300])
    expect(await inPanes(page, 'sheet.images[0].stayed')).toEqual([true, true])
  })

  it('repaints every time an editor saves by renaming', async () => {
    const page = await openPreview()
    for (const headline of ['First save', 'Second save', 'Third save']) {
      await write(`${NEWEST}.tmp`, edition(headline))
      await rename(path.join(root, `${NEWEST}.tmp`), path.join(root, NEWEST))
      await expectHeadline(page, headline)
    }
  })

  it('says on which line the YAML is broken, and keeps the email as it last was', async () => {
    const page = await openPreview()
    await write(NEWEST, edition().replace('entries:', 'entries: {'))
    await page.locator('.finding.error').first().waitFor()
    expect(await page.locator('.finding .place').allInnerTexts()).toContainEqual(
      expect.stringContaining('digests/2030-01-02.yaml:1'),
    )
    expect(await page.locator('#note').innerText()).toContain('as it last was')
    expect(await inPanes(page, 'sheet.querySelector("h3").textContent')).toEqual([FIRST, FIRST])
    await write(NEWEST, edition('Mended'))
    await expectHeadline(page, 'Mended')
    await expect.poll(() => page.locator('#note').isVisible()).toBe(false)
  })

  it('shows a finding with its line of source and what to do, beside the email', async () => {
    const page = await openPreview()
    await write(NEWEST, edition().replace(', credit: A. Writer', ''))
    await page.locator('.finding.error').waitFor()
    const card = await page.locator('.finding').innerText()
    expect(card).toContain('digests/2030-01-02.yaml:6')
    expect(card).toContain('image-credit-missing')
    expect(card).toContain('^^^')
    expect(card).toContain('credit:')
    expect(await page.title()).toMatch(/^\(1\) /)
  })

  it('repaints when a picture changes under its name, and when a template appears', async () => {
    const page = await openPreview()
    const [before] = await inPanes(page, 'sheet.images[0].src')
    await cp(path.join(root, 'digests/images/abacus.png'), path.join(root, 'digests/images/clocks.png'))
    await expect.poll(async () => (await inPanes(page, 'sheet.images[0].src'))[0]).not.toBe(before)
    await write('templates/partials/footer.mjml.hbs', `${await builtIn('footer')}<tr><td id="new">Our own</td></tr>`)
    await expect.poll(() => inPanes(page, 'sheet.querySelector("#new")?.textContent')).toEqual(['Our own', 'Our own'])
  })

  it('shows edits made while no browser was connected', async () => {
    const first = await openPreview()
    await first.close()
    await write(NEWEST, edition('Written in the night'))
    const page = await openPreview()
    expect(await inPanes(page, 'sheet.querySelector("h3").textContent')).toEqual([
      'Written in the night',
      'Written in the night',
    ])
  })

  it('offers a newer edition without switching to it', async () => {
    const page = await openPreview()
    await write('digests/2030-01-03.yaml', edition('Tomorrow'))
    await expect.poll(() => page.locator('#edition option').count()).toBe(3)
    await expectHeadline(page, FIRST)
    await page.locator('#edition').selectOption('2030-01-03')
    await expectHeadline(page, 'Tomorrow')
    expect(new URL(page.url()).searchParams.get('edition')).toBe('2030-01-03')
  })

  it('is light in the light panes and dark in the dark one, whatever the machine prefers', async () => {
    const paper =
      'frame.contentWindow.getComputedStyle(sheet.querySelector(".paper")).backgroundColor.match(/\\d+/)[0] > 128'
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPreview('?panes=desktop,dark', { colorScheme })
      expect(await inPanes(page, paper)).toEqual([true, false])
    }
  })

  it('keeps the chosen panes in the address, and toggles them by key even from within an email', async () => {
    const page = await openPreview()
    await page.locator('iframe').first().focus()
    await page.keyboard.press('2')
    await page.keyboard.press('4')
    await page.keyboard.press('5')
    expect(new URL(page.url()).searchParams.get('panes')).toBe('desktop,text,source')
    await page.reload()
    await page.locator('html[data-version]').waitFor({ state: 'attached' })
    expect(await page.locator('.pane h2').allInnerTexts()).toEqual(['Desktop', 'Text', 'Source'])
    expect(await page.locator('.plain').innerText()).toContain(FIRST)
    expect(await page.locator('.source').innerText()).toContain('cid:clocks-')
    await page.getByRole('button', { name: 'Message' }).click()
    expect(await page.locator('.source').innerText()).toContain('List-Unsubscribe: <https://harbour.example/u/proof>')
    await page.keyboard.press('?')
    expect(await page.locator('#keys').isVisible()).toBe(true)
  })
})

describe('what the preview keeps out', () => {
  it('runs no script from content or templates', async () => {
    const script = 'top.broken = true; document.body.dataset.broken = 1'
    await write(
      'templates/partials/footer.mjml.hbs',
      `${await builtIn('footer')}<tr><td id="bad"><script>${script}</script><img src="/none" onerror="${script}"><svg onload="${script}"></svg></td></tr>`,
    )
    await write(NEWEST, edition(`"<img src=x onerror='${script}'> <script>${script}</script>"`))
    const page = await openPreview()
    await expect.poll(() => inPanes(page, 'sheet.querySelector("#bad") !== null')).toEqual([true, true])
    await expect.poll(() => inPanes(page, 'sheet.querySelector("#bad img").complete')).toEqual([true, true])
    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(await inPanes(page, 'sheet.body.dataset.broken === undefined')).toEqual([true, true])
    expect(await page.locator('#subject').innerText()).toContain('<script>')
  })

  it('refuses another Host, and everything but looking', async () => {
    expect((await ask('/state', { host: 'evil.example' })).status).toBe(403)
    expect((await ask('/', { host: 'localhost.evil.example:4747' })).status).toBe(403)
    expect((await ask('/', {}, 'POST')).status).toBe(405)
    expect((await ask('/../../package.json')).status).toBe(404)
    expect((await ask('/state?edition=../../broadsheet')).body).toContain('is not a date')
    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    expect((await ask('/sheet')).headers['content-security-policy']).toMatch(/^sandbox allow-same-origin;/)
  })
})

describe('the command', () => {
  it('says so when the port is taken, and how to choose another', async () => {
    const taken = await runCli(['preview', '--root', root, '--port', new URL(preview.url).port, '--json'])
    expect(taken.exitCode).toBe(2)
    expect(JSON.parse(taken.stdout).error).toMatchObject({
      code: 'port-taken',
      hint: expect.stringContaining('--port'),
    })
  })

  it('previews the edition it is told to, and ends well when stopped', async () => {
    const other = await startPreview('2024-12-19')
    onTestFinished(() => other.stop().then(() => {}))
    const state = JSON.parse(await (await fetch(`${other.url}/state`)).text())
    expect(state).toMatchObject({ edition: '2024-12-19', subject: 'An old story', stale: false, findings: [] })
    const events = await fetch(`${other.url}/events`)
    expect(await other.stop()).toBe(0)
    await events.text().catch(() => {})
  })
})

interface Preview {
  url: string
  edition: string
  /** Its exit code. */
  stop(): Promise<number | null>
}

async function startPreview(...args: string[]): Promise<Preview> {
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, 'preview', ...args, '--port', '0', '--json', '--root', root],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  let printed = ''
  child.stdout?.on('data', (text: Buffer) => {
    printed += text
  })
  await vi.waitUntil(() => /}\s*$/.test(printed), { timeout: 20_000 })
  return {
    ...JSON.parse(printed),
    async stop() {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** A page of its own, painted. */
async function openPreview(query = '', options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options })
  await page.goto(preview.url + query)
  await page.locator('html[data-version]').waitFor({ state: 'attached' })
  return page
}

/** An expression about `frame` and its document `sheet`, for each pane with an email. */
function inPanes(page: Page, expression: string): Promise<unknown[]> {
  return page.evaluate(
    `[...document.querySelectorAll('iframe')].map((frame) => { const sheet = frame.contentDocument; return ${expression} })`,
  )
}

async function expectHeadline(page: Page, headline: string): Promise<void> {
  await expect
    .poll(() => inPanes(page, 'sheet.querySelector("h3").textContent'), { interval: 20, timeout: 5000 })
    .toEqual([headline, headline])
}

async function resetFiles(): Promise<void> {
  await rm(path.join(root, 'templates'), { recursive: true, force: true })
  await rm(path.join(root, 'digests/2030-01-03.yaml'), { force: true })
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  for (const [name, content] of Object.entries(FILES)) await write(name, content)
}

async function write(name: string, content: string): Promise<void> {
  const file = path.join(root, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
}

function builtIn(partial: string): Promise<string> {
  return readFile(path.join(repository, `templates/partials/${partial}.mjml.hbs`), 'utf8')
}

/** As a program that may claim to be any host, which fetch may not. */
async function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(preview.url)
  const sent = request({ host: 'localhost', port, path: target, method, headers })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  let body = ''
  for await (const part of answer.setEncoding('utf8')) body += part
  return { status: answer.statusCode, headers: answer.headers, body }
}
