import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { ADA, aServer } from '../support/public-site.ts'

/** The pages as people have them: a real Chromium, with scripts switched off. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

type Site = Awaited<ReturnType<typeof aServer>>
const ID = defaultId(addressHash(ADA))

async function opened(site: Site, at: string): Promise<{ page: Page; strange: string[] }> {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } })
  const page = await context.newPage()
  const strange: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) strange.push(request.url())
  })
  page.on('console', (message) => strange.push(message.text()))
  await page.goto(site.url + at)
  return { page, strange }
}

describe('without a script', () => {
  it('somebody leaves, comes back, and chooses', async () => {
    const site = await aServer()
    const { page, strange } = await opened(site, site.wayOut(ADA))
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
    expect((await site.home.choices.of(ID))?.unsubscribed_at).not.toBeNull()
    await page.getByRole('button', { name: 'Keep my subscription' }).click()
    await page.getByText('Welcome back').waitFor()
    expect((await site.home.choices.of(ID))?.unsubscribed_at).toBeNull()
    await page.getByLabel('Business').uncheck()
    await page.getByRole('combobox', { name: 'Time', exact: true }).selectOption('06:30')
    await page.getByRole('combobox', { name: 'Time zone' }).selectOption('America/New_York')
    await page.getByLabel('No copies before').fill('2026-12-24')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('It counts from the next edition').waitFor()
    expect(await site.home.choices.of(ID)).toMatchObject({
      excluded_topics: 'business',
      deliver_at: '06:30',
      timezone: 'America/New_York',
      paused_until: '2026-12-24',
    })
    expect(strange).toEqual([])
    await page.context().close()
  })

  it('somebody leaves one topic', async () => {
    const site = await aServer()
    const { page } = await opened(site, site.wayOut(ADA))
    await page.getByRole('button', { name: 'No more World' }).click()
    await page.getByRole('heading', { name: 'No more World' }).waitFor()
    expect(await site.home.choices.of(ID)).toMatchObject({ unsubscribed_at: null, excluded_topics: 'world' })
    await page.getByRole('link', { name: 'Change what you get' }).click()
    expect(await page.getByLabel('World').isChecked()).toBe(false)
    await page.context().close()
  })

  it('somebody signs up from a form on another site, and confirms', async () => {
    const site = await aServer()
    const { page } = await opened(site, '/sign-up')
    await page.setContent(
      `<form method="post" action="${site.url}/sign-up"><input type="email" name="email"><button>Subscribe</button></form>`,
    )
    await page.getByRole('textbox').fill('new@readers.example')
    await page.getByRole('button').click()
    site.clock.now += 5000
    await page.getByRole('button', { name: 'Send me the mail' }).click()
    await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor()
    await page.goto(site.url + new URL(site.mails[0]?.link ?? '').pathname)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('heading', { name: 'You are subscribed' }).waitFor()
    expect(await site.home.hasOwn()).toBe(true)
    await page.context().close()
  })

  it('somebody takes their data along, and has it deleted', async () => {
    const site = await aServer()
    const { page } = await opened(site, site.preferences(ADA))
    await page.getByRole('button', { name: 'Send me the link' }).click()
    await page.getByText('on its way to your address').waitFor()
    await page.goto(site.url + new URL(site.mails[0]?.link ?? '').pathname)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download it' }).click(),
    ])
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({ subscriber: { email: ADA } })
    await page.getByRole('button', { name: 'Delete everything' }).click()
    await page.getByRole('heading', { name: 'Deleted' }).waitFor()
    expect((await site.home.known(ID)).deleted).toBe(true)
    await page.context().close()
  })
})

describe('every page', () => {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  it.each([
    ['in English', {}, 'light'],
    ['in English, in the dark', {}, 'dark'],
    ['in Arabic', { language: 'ar', name: 'نشرة الصباح' }, 'light'],
    [
      'in the look of a publication of its own',
      { template: 'bulletin', theme: '{ accent: "#006699", paper: "#eef3ff" }' },
      'light',
    ],
  ] as const)('%s has nothing axe objects to, and fits a phone', async (_name, fields, colorScheme) => {
    const site = await aServer({ languages: '[de, fr]', ...fields })
    const context = await browser.newContext({ viewport: { width: 320, height: 700 }, colorScheme, bypassCSP: true })
    const page = await context.newPage()
    await site.app.request(site.preferences(ADA), { method: 'POST', body: new URLSearchParams({ do: 'own-data' }) })
    const ownData = new URL(site.mails[0]?.link ?? '').pathname
    const looked = async (): Promise<void> => {
      await page.addScriptTag({ path: axe })
      const { violations, overflow } = (await page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => ({ violations: violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')), overflow: document.documentElement.scrollWidth - innerWidth }))",
      )) as { violations: string[]; overflow: number }
      expect(violations).toEqual([])
      expect(overflow).toBeLessThanOrEqual(0)
    }
    for (const at of [site.wayOut(ADA), site.preferences(ADA), '/sign-up', '/u/x', '/u/proof', ownData, '/nothing']) {
      await page.goto(site.url + at)
      await looked()
    }
    await page.goto(site.url + site.wayOut(ADA))
    await page.locator('button').first().click()
    await looked()
    await page.goto(site.url + site.preferences(ADA))
    await looked()
    await context.close()
  })

  it('says that nothing may be loaded, framed, kept or found, and needs no exception for that', async () => {
    const site = await aServer()
    for (const at of [site.wayOut(ADA), site.preferences(ADA), '/sign-up', '/u/x', '/nothing']) {
      const { headers } = await fetch(site.url + at)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      )
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-robots-tag')).toBe('noindex')
    }
  })
})

describe('right to left', () => {
  it('is the whole page in Arabic, and an address inside it stays readable', async () => {
    const site = await aServer({ language: 'ar', name: 'نشرة الصباح' })
    const { page } = await opened(site, site.wayOut(ADA))
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
    expect(await page.locator('main p').first().textContent()).toContain('\u2066a•••@r•••.example\u2069')
    const button = await page.getByRole('button').first().boundingBox()
    expect((button?.x ?? 0) + (button?.width ?? 0)).toBeGreaterThan(360)
    await page.context().close()
  })
})
