import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

export interface Violation {
  rule: string
  impact: string
  nodes: string[]
}

let source: Promise<string> | undefined

/**
 * axe-core in the page. Two rules are off because they are about whole web pages: a mail program shows the email inside
 * its own, which has the main landmark already (`region`, `landmark-one-main`; MJML's maintainers say the same, #2954).
 */
export async function violations(page: Page, { iframes = true }: { iframes?: boolean } = {}): Promise<Violation[]> {
  source ??= readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
  await page.evaluate(await source)
  return page.evaluate(`axe.run({ iframes: ${iframes}, rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false } } })
    .then((result) => result.violations.map((one) => ({ rule: one.id, impact: one.impact, nodes: one.nodes.map((node) => node.html.slice(0, 160)) })))`)
}

/** The lowest contrast of any text on the page with what stands behind it, as WCAG 2.2 counts it. */
export async function lowestContrast(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number)
    const light = ([red, green, blue]) => [red, green, blue].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4).reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0)
    const behind = (element) => {
      for (let one = element; one; one = one.parentElement) {
        const [red, green, blue, alpha = 1] = channels(getComputedStyle(one).backgroundColor)
        if (alpha > 0) return [red, green, blue]
      }
      return [255, 255, 255]
    }
    let lowest = 21
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!node.nodeValue.trim() || !element.checkVisibility() || element.closest("style") || element.getBoundingClientRect().height === 0) continue
      const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))]
      lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05))
    }
    return lowest
  })()`)
}

/** How far the page can be scrolled sideways, in pixels; 0 is right. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
