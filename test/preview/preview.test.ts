import { cp, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { violations } from '../../scripts/look.ts'
import { repository, runCli } from '../support/run-cli.ts'
import {
  aStudio,
  DATE,
  edition,
  expectInPanes,
  FIRST,
  inPanes,
  NEWEST,
  openPage,
  patience,
  startCommand,
  type World,
} from './studio-world.ts'

/** What happens without anybody pressing anything: repainting on save; and the page as a whole. */
let world: World
let browser: Browser

beforeAll(async () => {
  const [started, launched] = await Promise.all([aStudio(), launchChromium()])
  world = started
  browser = launched
})
afterAll(async () => {
  await browser.close()
  await world.stop()
})
beforeEach(() => world.reset())
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

const open = (view = '', options = {}): Promise<Page> => openPage(browser, `${world.url}/${view}`, options)
const headline = 'sheet.querySelector("h3")?.textContent'
const poll = (read: () => unknown) => expect.poll(read, { interval: 20, timeout: patience })
const builtIn = (partial: string): Promise<string> =>
  readFile(path.join(repository, `templates/partials/${partial}.mjml.hbs`), 'utf8')

describe('the studio', () => {
  it('shows the newest edition, draft or future, in two panes', async () => {
    const page = await open()
    expect(world.edition).toBe(DATE)
    expect(await inPanes(page, headline)).toEqual([FIRST, FIRST])
    expect(await inPanes(page, 'frame.contentWindow.innerWidth')).toEqual([680, 375])
    await expectInPanes(page, 'sheet.images[0].naturalWidth > 0', [true, true])
    await poll(() => page.locator('#editions .line').allInnerTexts()).toEqual([
      expect.stringMatching(/2 Jan\s+draft · 3/),
      expect.stringMatching(/20 Dec 2029\s+ready · 1/),
      expect.stringMatching(/19 Dec 2024\s+ready · 1/),
    ])
  })

  it('repaints on a save, in place, with its scroll, and marks the entry that changed', async () => {
    const page = await open('?panes=light:300,phone')
    await inPanes(page, 'void (frame.contentWindow.scrollTo(0, 300), sheet.images[0].stayed = true)')
    await page.evaluate(`(() => {
      const flash = window.flashed = []
      for (const frame of document.querySelectorAll('iframe')) new MutationObserver(() => flash.push(1)).observe(frame.contentDocument.documentElement, { childList: true })
    })()`)
    await world.write(NEWEST, edition('The ferry gets a new berth'))
    await expectInPanes(page, headline, ['The ferry gets a new berth', 'The ferry gets a new berth'])
    expect(await inPanes(page, 'frame.contentWindow.scrollY')).toEqual([300, 300])
    expect(await inPanes(page, 'sheet.images[0].stayed')).toEqual([true, true])
    expect(await page.locator('#painted').innerText()).toMatch(/^saved \d\d:\d\d:\d\d · painted in \d+ ms$/)
  })

  it('repaints every time an editor saves by renaming', async () => {
    const page = await open('?panes=light')
    for (const words of ['First save', 'Second save', 'Third save']) {
      await world.write(`${NEWEST}.tmp`, edition(words))
      await rename(path.join(world.root, `${NEWEST}.tmp`), path.join(world.root, NEWEST))
      await expectInPanes(page, headline, [words])
    }
  })

  it('says on which line the YAML is broken, and keeps the email as it last was', async () => {
    const page = await open('?panes=light')
    await world.write(NEWEST, edition().replace('entries:', 'entries: {'))
    await page.locator('.finding.error').first().waitFor()
    await poll(() => page.locator('.finding .place').allInnerTexts()).toContainEqual(
      expect.stringContaining('digests/2030-01-02.yaml:'),
    )
    await poll(() => page.locator('#note').innerText()).toContain('as it last was')
    expect(await inPanes(page, headline)).toEqual([FIRST])
    await world.write(NEWEST, edition('Mended'))
    await expectInPanes(page, headline, ['Mended'])
    await poll(() => page.locator('#note').isVisible()).toBe(false)
  })

  it('counts findings, and shows each with its line of source and what to do', async () => {
    const page = await open()
    expect(await page.locator('#tab-findings').innerText()).toMatch(/Findings\s*1\s*\d/)
    const card = await page.locator('.finding.error').innerText()
    expect(card).toContain('image-credit-missing')
    expect(card).toContain('digests/2030-01-02.yaml:17')
    expect(card).toContain('^^^')
    expect(card).toContain('credit:')
    expect(await page.title()).toMatch(/^\(1\) /)
  })

  it('repaints when a picture changes under its name, and when a template appears', async () => {
    const page = await open('?panes=light')
    const [before] = await inPanes(page, 'sheet.images[0].src')
    const image = (name: string): string => path.join(world.root, 'digests/images', name)
    onTestFinished(() => cp(path.join(repository, 'digests/images/clocks.png'), image('clocks.png')))
    await cp(image('lighthouse.png'), image('clocks.png'))
    await expectInPanes(page, `sheet.images[0].src !== ${JSON.stringify(before)}`, [true])
    await world.write(
      'templates/partials/footer.mjml.hbs',
      `${await builtIn('footer')}<tr><td id="new">Our own</td></tr>`,
    )
    await expectInPanes(page, 'sheet.querySelector("#new")?.textContent', ['Our own'])
  })

  it('shows edits made while no browser was connected', async () => {
    const first = await open()
    await first.close()
    await world.write(NEWEST, edition('Written in the night'))
    const page = await open('?panes=light')
    expect(await inPanes(page, headline)).toEqual(['Written in the night'])
  })

  it('is light in the light panes and dark in the dark one, whatever the machine prefers', async () => {
    const bright =
      'frame.contentWindow.getComputedStyle(sheet.querySelector(".paper")).backgroundColor.match(/\\d+/)[0] > 128'
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await open('?panes=light,dark', { colorScheme })
      expect(await inPanes(page, bright)).toEqual([true, false])
    }
  })

  it('holds the whole view in its address: panes, widths, reader, tab, entry, source', async () => {
    const view = `?edition=${DATE}&panes=dark:420,source&topics=harbour&zone=Asia/Kathmandu&lang=de&tab=entry&entry=2&source=headers`
    const page = await open(view)
    expect(new URL(page.url()).search).toBe(view)
    expect(await page.locator('.pane:visible h2').allInnerTexts()).toEqual(['Dark', 'Source'])
    expect(await inPanes(page, 'frame.contentWindow.innerWidth + sheet.documentElement.lang')).toEqual(['420de'])
    expect(await page.locator('#field-headline').inputValue()).toBe('A crane: sold')
    expect(await page.locator('.headers').innerText()).toContain('List-Unsubscribe')
    expect(await page.locator('#due').innerText()).toContain('07:00 there = 01:15 UTC')
  })

  it('draws the line where Gmail cuts, and says that the way out lies below it', async () => {
    const many = Array.from(
      { length: 60 },
      (_, index) =>
        edition()
          .split('entries:\n')[1]
          ?.replace(/ferry\b/g, `ferry-${index}`) ?? '',
    )
    await world.write(NEWEST, `entries:\n${many.join('')}`)
    const page = await open('?panes=light')
    await poll(() => page.locator('#clip').innerText()).toMatch(/Error: .*102,400 bytes, and the way out lies below/)
    await poll(() => page.locator('.finding.error .place').allInnerTexts()).toContainEqual(
      expect.stringContaining('email-too-large'),
    )
  })

  it('allows no more than four panes, and says which made room', async () => {
    const page = await open('?panes=light,dark,text,inbox')
    await page.keyboard.press('7')
    expect(await page.locator('.pane:visible h2').allInnerTexts()).toEqual(['Dark', 'Text', 'Source', 'Inbox'])
    expect(await page.locator('#told').innerText()).toContain('Light made room')
  })
})

describe('the studio, for everybody', () => {
  it.each(['light', 'dark'] as const)('has nothing that axe objects to, %s', async (colorScheme) => {
    const page = await open('?panes=light,source,inbox,changes&against=previous&entry=2&tab=entry', { colorScheme })
    const found: unknown[] = []
    const look = async (where: string): Promise<void> => {
      for (const one of await violations(page, { iframes: false })) found.push({ where, ...one })
    }
    await page.locator('.differences').waitFor()
    await look('form')
    await page.keyboard.press('f')
    await look('findings')
    await page.keyboard.press('w')
    await page.locator('.matrix').waitFor()
    await look('weight')
    for (const key of ['c', 'r', 's', 'q', '?', 'Control+k']) {
      await page.keyboard.press(key)
      await page.locator('dialog[open]').waitFor()
      await look(key)
      await page.keyboard.press('Escape')
    }
    expect(found).toEqual([])
  })

  it('can be used with the keyboard alone: from the address bar to a corrected credit and a proof', async () => {
    const page = await open('?panes=light')
    await page.keyboard.press('n')
    await page.keyboard.press('e')
    await poll(() => page.evaluate('document.activeElement.id')).toBe('field-headline')
    while ((await page.evaluate('document.activeElement.id')) !== 'field-credit') await page.keyboard.press('Tab')
    await page.keyboard.type('C. Writer')
    await page.keyboard.press('Enter')
    await poll(() => world.read(NEWEST)).toContain('credit: C. Writer }')
    await poll(() => page.locator('.finding.error').count()).toBe(0)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('proof')
    await page.keyboard.press('Enter')
    await page.keyboard.type('a@b.example')
    await page.keyboard.press('Enter')
    await poll(() => page.locator('#proof-result').innerText()).toContain('a@b.example accepted')
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog[open]').count()).toBe(0)
  })

  it('takes keys that are pressed while an email has the focus', async () => {
    const page = await open('?panes=light')
    await page.locator('iframe').first().focus()
    await page.keyboard.press('6')
    await poll(() => page.locator('.plain').isVisible()).toBe(true)
  })

  it('fits a phone: the email as wide as the screen, nothing to push sideways', async () => {
    const page = await open('?panes=phone', { viewport: { width: 375, height: 740 } })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
  })
})

describe('the command', () => {
  it('says so when the port is taken, and how to choose another', async () => {
    const taken = await runCli(['preview', '--root', world.root, '--port', new URL(world.url).port, '--json'])
    expect(taken.exitCode).toBe(2)
    expect(JSON.parse(taken.stdout).error).toMatchObject({
      code: 'port-taken',
      hint: expect.stringContaining('--port'),
    })
  })

  it('previews the edition it is told to, and ends well when stopped', async () => {
    const other = await startCommand(world.root, ['2024-12-19'])
    onTestFinished(() => other.stop().then(() => {}))
    const state = JSON.parse(await (await fetch(`${other.url}/state`)).text())
    expect(state).toMatchObject({
      edition: '2024-12-19',
      email: { subject: 'An old story' },
      stale: false,
      findings: [],
    })
    const events = await fetch(`${other.url}/events`)
    expect(await other.stop()).toBe(0)
    await events.text().catch(() => {})
  })
})

describe('the review', () => {
  it('is one file that shows everything from a disk, without a script or a request', async () => {
    const built = await runCli(['build', DATE, '--review', '--root', world.root, '--json'])
    expect(built.exitCode).toBe(1)
    expect(JSON.parse(built.stdout)).toMatchObject({ files: [`dist/${DATE}/review.html`], errors: 1 })
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url().slice(0, 40)))
    await page.goto(`file://${path.join(world.root, 'dist', DATE, 'review.html')}`)
    const frames = page.frames().slice(1)
    expect(frames).toHaveLength(3)
    const looks = await Promise.all(
      frames.map((frame) =>
        frame.evaluate(
          `[innerWidth, getComputedStyle(document.querySelector('.paper')).backgroundColor.match(/\\d+/)[0] > 128, document.images[0].naturalWidth > 0]`,
        ),
      ),
    )
    expect(looks).toEqual([
      [680, true, true],
      [680, false, true],
      [375, true, true],
    ])
    const words = await page.locator('body').innerText()
    for (const one of [
      'image-credit-missing',
      'digests/2030-01-02.yaml:17',
      'Compared with git HEAD',
      'Nothing has changed',
      'Harbour',
      FIRST,
    ])
      expect(words).toContain(one)
    expect(asked.filter((one) => !/^(file|data|about):/.test(one))).toEqual([])
    expect(await violations(page, { iframes: false })).toEqual([])
  })
})
