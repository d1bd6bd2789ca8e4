import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { action, chosen, type Journey, onDisk, openDialog, poll, query, seen, told, type } from './journey.ts'
import { DATE, edition, expectInPanes, NEWEST, patience, type World } from './studio-world.ts'

const FIELDS: [field: string, words: string, line: string][] = [
  ['kicker', 'Must read', '    kicker: Must read\n'],
  ['headline', 'No: the ferry sails', '    headline: "No: the ferry sails"\n'],
  ['summary', 'All is well.', '    summary: All is well.\n'],
  ['caption', 'Clocks of the harbour', '      caption: Clocks of the harbour\n'],
  ['credit', 'B. Writer', '      credit: B. Writer\n'],
  ['alt', 'Clocks on a wall', '      alt: Clocks on a wall\n'],
]

/** Somebody else writes the headline while the editor is writing it here. */
async function makeConflict(page: Page, world: World): Promise<void> {
  await page.locator('#field-headline').fill('Mine')
  await world.write(NEWEST, edition('Theirs'))
  await expectInPanes(page, 'sheet.querySelector("h3")?.textContent', ['Theirs'])
  await page.locator('#field-headline').press('Enter')
  await page.locator('.conflict button').first().waitFor({ timeout: patience })
}

const openReaders = async (page: Page): Promise<void> => {
  await page.keyboard.press('r')
  await page.locator('#reader-found .line').first().waitFor()
}

async function dropPicture(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const bytes = await (await fetch(document.querySelector('iframe').contentDocument.images[0].src)).blob()
    const data = new DataTransfer()
    data.items.add(new File([bytes], 'New quay.png', { type: 'image/png' }))
    const sheet = document.querySelector('iframe').contentDocument
    const on = [...sheet.querySelectorAll('a')].find((one) => one.textContent.includes('market'))
    on.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }))
  })()`)
}

/** Writing, sending, thinking up readers, and setting widths. */
export const WORK: Journey[] = [
  {
    control: 'button:reader.everyone',
    does: 'goes back to everyone',
    from: '?topics=town',
    act: async (page) => {
      await openReaders(page)
      await page.locator('[data-action="reader.everyone"]').click()
    },
    see: (page) => poll(() => page.locator('#reader').innerText()).toBe('As everyone'),
  },
  {
    control: 'button:reader.choose',
    does: 'shows a subscriber’s copy',
    act: async (page) => {
      await openReaders(page)
      await page.locator('[data-action="reader.choose"]:has-text("Tenzing")').click()
    },
    see: async (page) => {
      await poll(() => page.locator('#reader').innerText()).toBe('As Tenzing, Kathmandu, Harbour')
      await poll(() => page.locator('#due').innerText()).toBe('07:00 there = 01:15 UTC')
      await expectInPanes(page, 'sheet.documentElement.lang + sheet.body.textContent.includes("market")', ['defalse'])
    },
  },
  {
    control: 'button:weight.read',
    does: 'shows the copy of a set of topics',
    from: '?tab=weight',
    act: action('weight.read', ':text-is("Town")'),
    see: (page) => poll(() => page.locator('#reader').innerText()).toBe('As a reader, London, Town'),
  },
  {
    control: 'button:conflict.keep',
    does: 'writes the editor’s words over the other’s',
    from: '?panes=light&entry=1&tab=entry',
    act: async (page, world) => {
      await makeConflict(page, world)
      await page.locator('[data-action="conflict.keep"]').click()
    },
    see: onDisk('    headline: Mine\n'),
  },
  {
    control: 'button:conflict.drop',
    does: 'takes the words of the file',
    from: '?panes=light&entry=1&tab=entry',
    act: async (page, world) => {
      await makeConflict(page, world)
      await page.locator('[data-action="conflict.drop"]').click()
    },
    see: async (page) => {
      await poll(() => page.locator('#field-headline').inputValue()).toBe('Theirs')
      await poll(() => page.locator('.conflict button').count()).toBe(0)
    },
  },
  {
    control: 'button:proof.send',
    does: 'sends a proof into the outbox and shows the result',
    act: async (page) => {
      await page.keyboard.press('s')
      await page.locator('#proof-to').fill('a@b.example, c@d.example')
      await page.locator('[data-action="proof.send"]').click()
    },
    see: async (page, world) => {
      await poll(() => page.locator('#proof-result').innerText()).toMatch(
        /a@b\.example accepted outbox[\s\S]*c@d\.example accepted/,
      )
      expect(await world.read(`outbox/${DATE}/proof-a@b.example.eml`)).toMatch(/^Subject: \[Proof \d\d:\d\d:\d\d\]/m)
    },
  },
  {
    control: 'change:proof.to',
    does: 'sends with Enter',
    act: async (page) => {
      await page.keyboard.press('s')
      await page.locator('#proof-to').fill('a@b.example')
      await page.keyboard.press('Enter')
    },
    see: (page) => poll(() => page.locator('#proof-result').innerText()).toContain('a@b.example accepted'),
  },
  {
    control: 'change:proof.threadless',
    does: 'lets proofs thread',
    act: async (page) => {
      await page.keyboard.press('s')
      await page.locator('#proof-threadless').uncheck()
      await page.locator('#proof-to').fill('a@b.example')
      await page.locator('[data-action="proof.send"]').click()
    },
    see: async (_, world) =>
      poll(() => world.read(`outbox/${DATE}/proof-a@b.example.eml`).catch(() => '')).toMatch(/^Subject: \[Proof\] /m),
  },
  {
    control: 'change:pane.width',
    does: 'sets a width by preset',
    from: '?panes=light',
    act: async (page) => {
      await page.locator('.pane:visible .width').selectOption('480')
    },
    see: async (page) => {
      await expectInPanes(page, 'frame.contentWindow.innerWidth', [480])
      expect(query(page).get('panes')).toBe('light:480')
    },
  },
  {
    control: 'drag:pane.width',
    does: 'sets a width by dragging',
    from: '?panes=phone',
    act: async (page) => {
      const box = await page.locator('.handle:visible').boundingBox()
      if (box === null) throw new Error('no handle')
      await page.mouse.move(box.x + 6, box.y + 200)
      await page.mouse.down()
      await page.mouse.move(box.x + 31, box.y + 200, { steps: 3 })
      await page.mouse.up()
    },
    see: (page) => expectInPanes(page, 'frame.contentWindow.innerWidth', [400]),
  },
  {
    control: 'drag:pane.width',
    does: 'sets a width by keys',
    from: '?panes=phone',
    act: async (page) => {
      await page.locator('.handle:visible').focus()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
    },
    see: (page) => expectInPanes(page, 'frame.contentWindow.innerWidth', [395]),
  },
  ...FIELDS.map(
    ([field, words, line]): Journey => ({
      control: `change:entry.${field}`,
      does: `writes the ${field} into the YAML, and nothing else`,
      from: '?entry=1&tab=entry',
      act: (page) => type(page, field, words),
      see: async (page, world) => {
        await onDisk(line)(page, world)
        const [now, was] = [await world.read(NEWEST), edition()].map((text) =>
          text.split('\n').filter((one) => !one.trim().startsWith(`${field}:`)),
        )
        expect(now).toEqual(was)
      },
    }),
  ),
  {
    control: 'change:entry.topic',
    does: 'gives an entry another topic',
    from: '?entry=1&tab=entry',
    act: async (page) => {
      await page.locator('#field-topic').selectOption('town')
    },
    see: async (_, world) => poll(() => world.read(NEWEST)).toBe(edition().replace('topic: harbour', 'topic: town')),
  },
  {
    control: 'change:entry.picture',
    does: 'stores and places a picture',
    from: '?panes=light&entry=2&tab=entry',
    act: async (page, world) => {
      await page.locator('#field-picture').setInputFiles(`${world.root}/digests/images/moustache.png`)
    },
    see: async (page, world) => {
      await onDisk('src: images/2030-01-02-')(page, world)
      await told('Written to')(page)
    },
  },
  {
    control: 'change:reader.search',
    does: 'finds subscribers by name',
    act: async (page) => {
      await openReaders(page)
      await page.locator('#reader-search').fill('grace')
    },
    see: async (page) => {
      await poll(() => page.locator('#reader-found .name').allInnerTexts()).toEqual(['Grace Hopper'])
      expect(await page.content()).not.toContain('grace@readers')
    },
  },
  {
    control: 'change:reader.topics',
    does: 'thinks up a reader of one topic',
    act: async (page) => {
      await openReaders(page)
      await page.locator('#reader-dialog .topics input[value="town"]').check()
    },
    see: (page) =>
      expectInPanes(page, 'sheet.querySelectorAll("h3, h2").length > 0 && !sheet.body.textContent.includes("ferry")', [
        true,
      ]),
  },
  {
    control: 'change:reader.zone',
    does: 'thinks up a reader elsewhere, and says what the clocks do',
    from: '?edition=2030-03-31',
    act: async (page, world) => {
      await world.write('digests/2030-03-31.yaml', edition())
      await openReaders(page)
      await page.locator('#reader-zone').selectOption('Europe/Paris')
    },
    see: (page) =>
      poll(() => page.locator('#due').innerText()).toContain('The clocks in Europe/Paris have gone forward'),
  },
  {
    control: 'change:reader.language',
    does: 'thinks up a reader of another language',
    act: async (page) => {
      await openReaders(page)
      await page.locator('#reader-language').selectOption('de')
    },
    see: (page) => expectInPanes(page, 'sheet.documentElement.lang', ['de']),
  },
  {
    control: 'change:palette.words',
    does: 'finds a command and runs it with Enter',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.locator('#palette-words').fill('calendar')
      await page.keyboard.press('Enter')
    },
    see: openDialog('calendar'),
  },
  {
    control: 'option:palette',
    does: 'runs a command that is pressed',
    act: async (page) => {
      await page.keyboard.press('Control+k')
      await page.locator('.option:has-text("Send a proof")').click()
    },
    see: openDialog('proof'),
  },
  {
    control: 'sheet:click',
    does: 'shows the form and the YAML of the entry that is pressed',
    from: '?panes=light',
    act: async (page) => {
      await page
        .frameLocator('.pane:visible iframe')
        .locator('h3:has-text("crane"), h2:has-text("crane"), a:has-text("crane")')
        .first()
        .click()
    },
    see: async (page) => {
      await chosen('2')(page)
      await seen('#field-headline')(page)
    },
  },
  {
    control: 'sheet:drop',
    does: 'places a picture dropped on an entry',
    from: '?panes=light',
    act: dropPicture,
    see: async (page, world) => {
      await onDisk('src: images/2030-01-02-')(page, world)
      await chosen('3')(page)
    },
  },
]
