import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { action, chosen, type Journey, key, onDisk, poll, type } from './journey.ts'
import { DATE, edition, expectInPanes, NEWEST, patience } from './studio-world.ts'

/** Keys without a button, and the buttons that stand in lists. */
export const KEYS_AND_LISTS: Journey[] = [
  { control: 'key:j', does: 'chooses the next entry', from: '?entry=1', act: key('j'), see: chosen('2') },
  { control: 'key:k', does: 'chooses the entry before', from: '?entry=2', act: key('k'), see: chosen('1') },
  {
    control: 'key:e',
    does: 'puts the cursor into the headline',
    from: '?entry=2',
    act: key('e'),
    see: (page) =>
      poll(() => page.evaluate('document.activeElement.id + " " + document.activeElement.value')).toContain(
        'field-headline A crane',
      ),
  },
  {
    control: 'key:i',
    does: 'asks for a picture',
    from: '?entry=2&tab=entry',
    act: async (page) => {
      await page.evaluate(
        'document.querySelector("#field-picture").addEventListener("click", (event) => { event.preventDefault(); document.body.dataset.asked = "yes" })',
      )
      await page.keyboard.press('i')
    },
    see: (page) => poll(() => page.evaluate('document.body.dataset.asked')).toBe('yes'),
  },
  {
    control: 'key:n',
    does: 'chooses the next finding and scrolls to its entry',
    act: key('n'),
    see: async (page) => {
      await poll(() => page.locator('.finding.chosen').innerText()).toContain('image-credit-missing')
      await chosen('2')(page)
    },
  },
  {
    control: 'key:p',
    does: 'chooses the finding before',
    act: key('p'),
    see: async (page) => {
      await poll(() => page.locator('.finding.chosen').count()).toBe(1)
      await chosen('3')(page)
    },
  },
  {
    control: 'key:o',
    does: 'opens the line of the chosen finding',
    act: async (page) => {
      await watchLinks(page)
      await page.locator('[data-action="finding.show"]').first().click()
      await page.keyboard.press('o')
    },
    see: (page, world) =>
      poll(() => page.evaluate('document.body.dataset.opened')).toBe(
        `test-editor://open?file=${world.root}/${NEWEST}&line=17&column=63`,
      ),
  },
  {
    control: 'link:line',
    does: 'opens the line of a finding',
    act: async (page) => {
      await watchLinks(page)
      await page.locator('.finding [data-link="line"]').first().click()
    },
    see: (page, world) =>
      poll(() => page.evaluate('document.body.dataset.opened')).toBe(
        `test-editor://open?file=${world.root}/${NEWEST}&line=17&column=63`,
      ),
  },
  {
    control: 'key:v',
    does: 'turns to the next source',
    from: '?panes=source',
    act: key('v'),
    see: (page) => poll(() => page.locator('.source').innerText()).toContain('<mjml'),
  },
  {
    control: 'key:b',
    does: 'turns to the other comparison',
    from: '?panes=changes',
    act: key('b'),
    see: (page) => poll(() => page.locator('.changes .against').innerText()).toContain('Thu 20 Dec 2029'),
  },
  {
    control: 'key:l',
    does: 'copies the link',
    act: async (page) => {
      await page.evaluate('navigator.clipboard.writeText = async (text) => { document.body.dataset.copied = text }')
      await page.keyboard.press('l')
    },
    see: (page) => poll(() => page.evaluate('document.body.dataset.copied')).toBe(page.url()),
  },
  {
    control: 'key:d',
    does: 'downloads the review',
    act: download('d'),
    see: (page) => poll(() => page.evaluate('document.body.dataset.download')).toBe(`${DATE}-review.html`),
  },
  {
    control: 'key:m',
    does: 'downloads the message',
    act: download('m'),
    see: (page) => poll(() => page.evaluate('document.body.dataset.download')).toBe(`${DATE}.eml`),
  },
  {
    control: 'button:edit.undo',
    does: 'takes back the last edit',
    from: '?entry=1&tab=entry',
    act: async (page) => {
      await saveOnce(page)
      await page.locator('#undo').click()
    },
    see: (_, world) => poll(() => world.read(NEWEST)).toBe(edition()),
  },
  {
    control: 'key:u',
    does: 'takes back the last edit',
    from: '?entry=1&tab=entry',
    act: async (page) => {
      await saveOnce(page)
      await page.locator('#panel-entry').focus()
      await page.keyboard.press('u')
    },
    see: (_, world) => poll(() => world.read(NEWEST)).toBe(edition()),
  },
  {
    control: 'key:U',
    does: 'does it again',
    from: '?entry=1&tab=entry',
    act: async (page, world) => {
      await saveOnce(page)
      await page.locator('#undo').click()
      await expect.poll(() => world.read(NEWEST)).toBe(edition())
      await page.locator('#panel-entry').focus()
      await page.keyboard.press('Shift+U')
    },
    see: onDisk('    kicker: Once\n'),
  },
  {
    control: 'button:edition.show',
    does: 'goes to an edition of the list',
    act: action('edition.show', '[value="2029-12-20"]'),
    see: (page) => expectInPanes(page, 'sheet.querySelector("h3")?.textContent', ['The middle story']),
  },
  {
    control: 'button:edition.show',
    does: 'goes to an edition of the calendar',
    act: async (page) => {
      await page.keyboard.press('c')
      await page.locator('#calendar [data-action="calendar.previous"]').click()
      await page.locator('#calendar [data-action="edition.show"][value="2029-12-20"]').click()
    },
    see: (page) => expectInPanes(page, 'sheet.querySelector("h3")?.textContent', ['The middle story']),
  },
  {
    control: 'button:entry.show',
    does: 'shows the form and the YAML of an entry of the list',
    act: action('entry.show', '[value="2"]'),
    see: async (page) => {
      await chosen('2')(page)
      await poll(() => page.locator('.yaml').innerText()).toContain('headline: "A crane: sold"')
    },
  },
  {
    control: 'button:finding.show',
    does: 'scrolls the email to the entry of a finding',
    from: '?panes=phone',
    act: action('finding.show', ':text("http")'),
    see: async (page) => {
      await chosen('3')(page)
      await expectInPanes(page, 'frame.contentWindow.scrollY > 300', [true])
    },
  },
  {
    control: 'button:source.show',
    does: 'shows the headers',
    from: '?panes=source',
    act: action('source.show', '[value="headers"]'),
    see: (page) => poll(() => page.locator('.source').innerText()).toContain('List-Unsubscribe-Post'),
  },
  {
    control: 'button:source.show',
    does: 'shows the parts',
    from: '?panes=source',
    act: action('source.show', '[value="parts"]'),
    see: (page) =>
      poll(() => page.locator('.parts').first().innerText()).toMatch(
        /multipart\/alternative[\s\S]*text\/plain[\s\S]*multipart\/related[\s\S]*image\/png/,
      ),
  },
  {
    control: 'button:source.show',
    does: 'shows the raw message',
    from: '?panes=source',
    act: action('source.show', '[value="message"]'),
    see: (page) =>
      poll(() => page.locator('.source').innerText()).toContain('List-Unsubscribe: <https://harbour.example/u/proof>'),
  },
  {
    control: 'button:changes.against',
    does: 'compares with the edition before',
    from: '?panes=changes',
    act: action('changes.against', '[value="previous"]'),
    see: (page) => poll(() => page.locator('.changes .against').innerText()).toContain('Thu 20 Dec 2029'),
  },
  {
    control: 'button:change.show',
    does: 'shows the entry that changed',
    from: '?panes=changes&against=previous',
    act: action('change.show', ':text("crane")'),
    see: chosen('2'),
  },
  {
    control: 'button:calendar.previous',
    does: 'turns the month back',
    act: async (page) => {
      await page.keyboard.press('c')
      await page.locator('[data-action="calendar.previous"]').click()
    },
    see: (page) => poll(() => page.locator('#calendar h3').innerText()).toBe('December 2029'),
  },
  {
    control: 'button:calendar.next',
    does: 'turns the month on',
    act: async (page) => {
      await page.keyboard.press('c')
      await page.locator('[data-action="calendar.next"]').click()
    },
    see: (page) => poll(() => page.locator('#calendar h3').innerText()).toBe('February 2030'),
  },
  {
    control: 'button:dialog.close',
    does: 'closes a dialog',
    act: async (page) => {
      await page.keyboard.press('?')
      await page.locator('#keys [data-action="dialog.close"]').click()
    },
    see: (page) => poll(() => page.locator('dialog[open]').count()).toBe(0),
  },
]

const saveOnce = async (page: Page): Promise<void> => {
  await type(page, 'kicker', 'Once')
  await page.locator('#undo').waitFor({ timeout: patience })
}

/** Links that would leave the page are noted instead. */
async function watchLinks(page: Page): Promise<void> {
  await page.evaluate(
    'addEventListener("click", (event) => { const link = event.target.closest("a[href]"); if (link && !event.defaultPrevented) { event.preventDefault(); document.body.dataset.opened = link.href } })',
  )
}

function download(name: string): Journey['act'] {
  return async (page) => {
    page.once(
      'download',
      (one) => void page.evaluate(`document.body.dataset.download = ${JSON.stringify(one.suggestedFilename())}`),
    )
    await page.keyboard.press(name)
  }
}
