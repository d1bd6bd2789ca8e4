import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { NEWEST, patience, type World } from './studio-world.ts'

/**
 * A way through the studio by one control: a button (by its action), a key, a field, a handle or a link. Each fails when
 * what listens to that control is taken away; test/preview/handlers-away.ts does so.
 */
export interface Journey {
  control: string
  does: string
  /** The view it begins with. */
  from?: string
  act(page: Page, world: World): Promise<void>
  see(page: Page, world: World): Promise<void>
}

export const press = (selector: string) => (page: Page) => page.locator(selector).first().click()
export const action = (id: string, more = '') => press(`[data-action="${id}"]${more}:visible`)
export const key = (name: string) => (page: Page) => page.keyboard.press(name)
export const query = (page: Page) => new URL(page.url()).searchParams
export const poll = (read: () => Promise<unknown> | unknown) =>
  expect.poll(async () => read(), { interval: 20, timeout: patience })
export const seen = (selector: string) => (page: Page) =>
  page.locator(selector).first().waitFor({ state: 'visible', timeout: patience })
export const told = (text: string) => (page: Page) => poll(() => page.locator('#told').innerText()).toContain(text)
export const onDisk = (text: string) => async (_: Page, world: World) => poll(() => world.read(NEWEST)).toContain(text)
export const chosen = (id: string) => (page: Page) => poll(() => query(page).get('entry')).toBe(id)

export const openDialog = (id: string) => (page: Page) => poll(() => page.locator(`#${id}`).isVisible()).toBe(true)

/** Writes a word into a field and leaves it with Enter. */
export async function type(page: Page, field: string, words: string): Promise<void> {
  await page.locator(`#field-${field}`).fill(words)
  await page.locator(`#field-${field}`).press(field === 'summary' ? 'Control+Enter' : 'Enter')
}
