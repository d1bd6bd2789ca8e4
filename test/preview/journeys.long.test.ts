import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { controlsOn, JOURNEYS } from './journeys.ts'
import { aStudio, painted, record, requests, type World } from './studio-world.ts'

let world: World
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  const [started, launched] = await Promise.all([
    aStudio(['--editor', 'test-editor://open?file={file}&line={line}&column={column}']),
    launchChromium(),
  ])
  world = started
  browser = launched
  page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  record(page)
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text())
  })
})
afterAll(async () => {
  await browser.close()
  await world.stop()
})
beforeEach(async () => {
  await world.reset()
})

/** A page as it is on arriving. */
async function arrive(view: string): Promise<void> {
  await page.goto(`${world.url}/${view.includes('panes=') ? view : view.replace(/^\??/, '?panes=light&')}`)
  await painted(page)
}

describe('the studio, by each of its controls', () => {
  it.each(JOURNEYS)('$control $does', async ({ from = '', act, see }) => {
    await arrive(from)
    await act(page, world)
    await see(page, world)
  })

  it('has no control and no key that none of these journeys takes', async () => {
    const found = new Set<string>()
    const nameless: string[] = []
    const look = async (): Promise<void> => {
      const controls = await controlsOn(page)
      for (const one of controls.named) found.add(one)
      nameless.push(...controls.nameless)
    }
    await arrive('?panes=light,source,changes&against=previous&entry=1&tab=entry')
    await page.locator('[data-action="change.show"]').first().waitFor()
    await look()
    // What a key brings that comes from the server, or the dialog itself.
    const brings = { w: '.matrix button', r: '#reader-found .line' }
    for (const key of ['w', 'c', 'r', 's', 'q', '?', 'Control+k']) {
      await page.keyboard.press(key)
      await page
        .locator(brings[key as keyof typeof brings] ?? 'dialog[open]')
        .first()
        .waitFor()
      await look()
      if (key !== 'w') await page.keyboard.press('Escape')
    }
    const taken = new Set(JOURNEYS.map(({ control }) => control))
    expect(nameless).toEqual([])
    expect(found.size).toBeGreaterThan(60)
    expect([...found].filter((one) => !taken.has(one))).toEqual([])
    // Two buttons stand there only when somebody else has changed the file meanwhile.
    const rare = ['button:conflict.keep', 'button:conflict.drop', 'sheet:click', 'sheet:drop']
    expect([...taken].filter((one) => !found.has(one) && !rare.includes(one))).toEqual([])
  })

  it('asked nobody but this machine for anything, and met no error', () => {
    expect(requests.all).toBeGreaterThan(500)
    expect(requests.away).toEqual([])
    expect(troubles).toEqual([])
  })
})
