import type { Browser, Page } from 'playwright-core'
import { show } from './browser.ts'

/** A way an email is met: what the mail program does to it, and how wide it shows it. */
export interface Surface {
  name: string
  width: number
  dark?: boolean
  /** What the mail program does to the HTML. */
  change?(html: string): string
  /** What it lays over it. */
  css?: string
}

export const surfaces: Surface[] = [
  { name: 'light', width: 680 },
  { name: 'dark', width: 680, dark: true },
  {
    name: 'inverted',
    width: 680,
    css: 'html{filter:invert(1) hue-rotate(180deg);background:#fff}img{filter:invert(1) hue-rotate(180deg)}',
  },
  { name: 'phone', width: 375 },
  { name: 'small', width: 320 },
  { name: 'images-off', width: 680, change: withoutImages },
  { name: 'styles-off', width: 375, change: (html) => html.replace(/<style[\s\S]*?<\/style>/g, '') },
  { name: 'word', width: 680, change: asWordSeesIt },
  {
    name: 'outlook-dark',
    width: 680,
    change: (html) =>
      html.replace('<html', '<html data-ogsc').replace(/@media\s*\(prefers-color-scheme:\s*dark\)/g, '@media not all'),
  },
  {
    name: 'text-200',
    width: 680,
    change: (html) => html.replace(/(\d+)px\/(\d+)px/g, (_, size, line) => `${size * 2}px/${line * 2}px`),
  },
]

/** Blocked pictures: no source, so that the alt text stands in the reserved box. */
export function withoutImages(html: string): string {
  return html.replace(/(<img[^>]*?) src="[^"]*"/g, '$1 src="https://blocked.invalid/x.png"')
}

/** Word reads what conditional comments hide from others, and neither media queries nor max-width. */
export function asWordSeesIt(html: string): string {
  return html
    .replace(/<!--\[if !mso\]><!-->[\s\S]*?<!--<!\[endif\]-->/g, '')
    .replace(/<!--\[if (?:gte |lte )?(?:mso|\(mso)[^\]]*\]>([\s\S]*?)<!\[endif\]-->/g, '$1')
    .replace(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '')
    .replace(/max-width:[^;"']+;?/g, '')
}

/** The email on a surface, in a fresh page; the caller closes it. */
export async function showOn(browser: Browser, surface: Surface, html: string, height = 900, scale = 1): Promise<Page> {
  const page = await browser.newPage({ deviceScaleFactor: scale })
  await showIn(page, surface, html, height)
  return page
}

/** The same in a page that has shown another: its fonts are there already. */
export async function showIn(page: Page, surface: Surface, html: string, height = 900): Promise<void> {
  await page.setViewportSize({ width: surface.width, height })
  await page.emulateMedia({ colorScheme: surface.dark === true ? 'dark' : 'light' })
  await page.unrouteAll()
  await show(page, surface.change === undefined ? html : surface.change(html), surface.css)
}
