import type { Page } from 'playwright-core'
import type { Journey } from './journey.ts'
import { KEYS_AND_LISTS } from './journeys-by-key.ts'
import { BAR } from './journeys-of-the-bar.ts'
import { WORK } from './journeys-of-work.ts'

/** One at least for every control of the studio. */
export const JOURNEYS: Journey[] = [...BAR, ...KEYS_AND_LISTS, ...WORK]

/** Everything there is to press, type into or drag, by what it is called; and what has no name. */
export async function controlsOn(page: Page): Promise<{ named: string[]; nameless: string[] }> {
  return page.evaluate(`(() => {
    const named = new Set()
    const nameless = []
    for (const one of document.querySelectorAll('button, input, textarea, select, a[href], [role=separator], [role=option]')) {
      const { action, change, drag, link, option } = one.dataset
      if (action) named.add('button:' + action)
      else if (change) named.add('change:' + change)
      else if (drag) named.add('drag:' + drag)
      else if (link) named.add('link:' + link)
      else if (option) named.add('option:palette')
      else nameless.push(one.outerHTML.slice(0, 120))
    }
    for (const one of document.querySelectorAll('#keys dt[data-key]')) named.add('key:' + one.dataset.key)
    return { named: [...named], nameless }
  })()`)
}
