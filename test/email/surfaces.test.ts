import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typicalEdition } from '../../bench/typical-edition.ts'
import { launchChromium } from '../../scripts/browser.ts'
import { lowestContrast, sidewaysScroll, violations } from '../../scripts/look.ts'
import { markupConsortiumChecks } from '../../scripts/markup-consortium.ts'
import { type Email, readVariation } from '../../scripts/read-email.ts'
import { type Surface, showIn, surfaces } from '../../scripts/surfaces.ts'
import { hostileEditions } from '../editions/hostile.ts'

const TEMPLATES = ['broadsheet', 'bulletin', 'wire']
const arabic = await readFile(new URL('../editions/arabic.yaml', import.meta.url), 'utf8')
const surface = (name: string, more: Partial<Surface> = {}): Surface => {
  const found = surfaces.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no surface ${name}`)
  return { ...found, ...more }
}

let browser: Browser
/** One for all looks: a new one would fetch its fonts again. */
let page: Page
const emails = new Map<string, Email>()

beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage()
  for (const template of TEMPLATES) {
    emails.set(template, await readVariation({ keys: { template } }))
    emails.set(
      `${template}, Arabic`,
      await readVariation({ keys: { template, language: 'ar', name: 'نشرة الصباح' }, edition: arabic }),
    )
  }
})

afterAll(() => browser.close())

async function on<Result>(email: Email, where: Surface, look: (page: Page) => Promise<Result>): Promise<Result> {
  await showIn(page, where, email.page)
  return look(page)
}

function all(): [string, Email][] {
  expect(emails.size).toBe(6)
  return [...emails]
}

describe('the email on every surface', () => {
  it('has no accessibility violation axe knows, wide and narrow, in light and dark, in every template', async () => {
    for (const [name, email] of all()) {
      expect(email.findings).toEqual([])
      for (const where of [
        surface('light'),
        surface('dark'),
        surface('small'),
        surface('small', { dark: true }),
        surface('outlook-dark'),
      ]) {
        expect({ name, on: where.name, violations: await on(email, where, violations) }).toEqual({
          name,
          on: where.name,
          violations: [],
        })
      }
    }
  }, 120_000)

  it('can be read everywhere: contrast of at least 4.5 in light, in dark and in Outlook dark', async () => {
    for (const [name, email] of all()) {
      for (const where of ['light', 'dark', 'outlook-dark']) {
        const contrast = await on(email, surface(where), lowestContrast)
        expect({ name, where, enough: contrast >= 4.5, contrast }).toMatchObject({ enough: true })
      }
    }
  })

  it('never scrolls sideways: not at 320, not without styles, not with text twice as large', async () => {
    for (const [name, email] of all()) {
      for (const where of [
        surface('small'),
        surface('phone'),
        surface('styles-off', { width: 320 }),
        surface('text-200'),
        surface('light'),
      ]) {
        expect({ name, on: where.name, sideways: await on(email, where, sidewaysScroll) }).toEqual({
          name,
          on: where.name,
          sideways: 0,
        })
      }
    }
  })

  it('never scrolls sideways for the longest words, links and emoji either', async () => {
    for (const template of TEMPLATES) {
      for (const [name, edition] of Object.entries(hostileEditions).filter(([one]) => one !== 'forty-entries')) {
        const email = await readVariation({
          keys: { template, name: 'Donaudampfschifffahrtsgesellschaftsnachrichten' },
          edition,
        })
        for (const where of [surface('small'), surface('light'), surface('styles-off', { width: 320 })]) {
          const sideways = await on(email, where, sidewaysScroll)
          expect({ template, name, on: where.name, sideways }).toEqual({ template, name, on: where.name, sideways: 0 })
        }
      }
    }
  }, 120_000)

  it('is dark in the dark: paper and desk change, and no light box is left', async () => {
    for (const [name, email] of all()) {
      const lightBoxes = await on(email, surface('dark'), (page) =>
        page.evaluate(
          `[...document.querySelectorAll('*')].filter((element) => { const [red, green, blue, alpha = 1] = (getComputedStyle(element).backgroundColor.match(/[\\d.]+/g) ?? []).map(Number); return alpha > 0 && red + green + blue > 300 }).map((element) => element.outerHTML.slice(0, 80))`,
        ),
      )
      expect({ name, lightBoxes }).toEqual({ name, lightBoxes: [] })
    }
  })

  it('passes the ten checks of the Email Markup Consortium', async () => {
    for (const [name, email] of all()) {
      const checks = markupConsortiumChecks(email.html, await on(email, surface('light'), lowestContrast))
      expect({ name, failed: Object.entries(checks).filter(([, passed]) => !passed) }).toEqual({ name, failed: [] })
    }
  })
})

describe('the HTML itself', () => {
  it('leaves nothing left-to-right behind in a right-to-left edition but the entry that is written that way', () => {
    for (const template of TEMPLATES) {
      const { html } = emails.get(`${template}, Arabic`) as Email
      expect(html.match(/direction:\s*ltr|text-align:\s*left/g)).toBeNull()
      expect(html.match(/<[^>]*\bdir="ltr"[^>]*>/g)).toEqual([expect.stringContaining('lang="en"')])
      expect(html).toMatch(/<html lang="ar" dir="rtl"/)
    }
  })

  it('opens and closes every conditional comment, and gives Word widths as attributes', () => {
    for (const [name, { html }] of all()) {
      expect({ name, open: html.match(/<!--\[if/g)?.length }).toEqual({
        name,
        open: html.match(/<!\[endif\]-->/g)?.length,
      })
      for (const tag of html.match(/<img[^>]*>/g) ?? []) expect(tag).toMatch(/ width="\d+" height="\d+" alt="/)
      expect(html).toContain('<o:PixelsPerInch>96</o:PixelsPerInch>')
    }
  })

  it('has one h1, topics as h2, headlines as h3 that are links, and says "read more" nowhere', () => {
    for (const [name, { html, compiled }] of all()) {
      expect({ name, h1: html.match(/<h1/g)?.length, h3: html.match(/<h3/g)?.length }).toEqual({
        name,
        h1: 1,
        h3: compiled.entries,
      })
      for (const heading of html.match(/<h3[\s\S]*?<\/h3>/g) ?? []) expect(heading).toMatch(/^<h3[^>]*><a href="https:/)
      expect(html).not.toMatch(/read more|click here/i)
    }
  })

  it('keeps styles that a client may choke on in blocks of their own, under the 16 KB Gmail reads', () => {
    for (const [, { html }] of all()) {
      const blocks = html.match(/<style[^>]*>[\s\S]*?<\/style>/g) ?? []
      expect(blocks.join('').length).toBeLessThan(16_000)
      expect(
        blocks
          .filter((block) => /prefers-color-scheme/.test(block))
          .every((block) => !/data-ogsc|max-width/.test(block)),
      ).toBe(true)
    }
  })

  it('costs at most 2,000 bytes for a typical entry with a picture, and 40 of them stay under the clip', async () => {
    for (const template of TEMPLATES) {
      for (const images of ['embed', 'link']) {
        const size = async (entries: number): Promise<number> =>
          Buffer.byteLength(
            (await readVariation({ keys: { template, images }, edition: typicalEdition(entries) })).html,
          )
        const [few, many] = [await size(4), await size(40)]
        const each = (many - few) / 36
        expect({ template, images, each: each <= 2000, forty: many < 102_400 }).toEqual({
          template,
          images,
          each: true,
          forty: true,
        })
      }
    }
  })
})
