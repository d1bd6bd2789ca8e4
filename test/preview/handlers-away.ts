import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { JOURNEYS } from './journeys.ts'
import { aStudio, bePatientFor, painted, type World } from './studio-world.ts'

/**
 * The proof of the journeys: npm run test:handlers. Each is walked once more with what listens to its control taken away,
 * and must fail. It takes minutes, for most of that is waiting for what does not come.
 */
let world: World
let browser: Browser

beforeAll(async () => {
  const editor = 'test-editor://open?file={file}&line={line}&column={column}'
  const [started, launched] = await Promise.all([aStudio(['--editor', editor]), launchChromium()])
  world = started
  browser = launched
  bePatientFor(900)
})
afterAll(async () => {
  await browser.close()
  await world.stop()
})
beforeEach(() => world.reset())

describe('a journey fails when its handler is away', () => {
  it.each(JOURNEYS)('$control $does', async ({ control, from = '', act, see }) => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    await page.addInitScript(deafen, control)
    await page.goto(`${world.url}/${from.includes('panes=') ? from : from.replace(/^\??/, '?panes=light&')}`)
    await painted(page)
    page.setDefaultTimeout(2500)
    const walk = async (): Promise<void> => {
      await act(page, world)
      await see(page, world)
    }
    await expect(walk()).rejects.toThrow()
    await page.close()
  })
})

/** Runs in the page before its own scripts: events of one control never reach anybody. */
function deafen(control: string): void {
  // biome-ignore lint/suspicious/noExplicitAny: the page's globals; this file is typed for Node
  const page = globalThis as any
  const [kind = '', ...rest] = control.split(':')
  const name = rest.join(':')
  const selector =
    {
      button: `[data-action="${name}"]`,
      change: `[data-change="${name}"]`,
      drag: `[data-drag="${name}"]`,
      link: `[data-link="${name}"]`,
      option: '[data-option]',
    }[kind] ?? null
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const stop = (event: any): void => {
    const keyName = `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${event.key}`
    const isOurs = kind === 'key' ? event.type === 'keydown' && keyName === name : event.target?.closest?.(selector)
    if (!isOurs) return
    event.stopImmediatePropagation()
    // What a browser does by itself, follow a link or tick a box, is taken away as well.
    if (kind === 'link' || event.target.type === 'checkbox') event.preventDefault()
  }
  if (kind === 'sheet') {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const onLoad = (event: any): void => {
      // biome-ignore lint/suspicious/noExplicitAny: as above
      event.target?.contentDocument?.addEventListener(name, (one: any) => one.stopImmediatePropagation(), true)
    }
    // The load of a frame is not told to the window.
    page.document.addEventListener('load', onLoad, true)
  } else
    for (const type of ['click', 'input', 'change', 'keydown', 'pointerdown']) page.addEventListener(type, stop, true)
}
