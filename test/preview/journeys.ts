import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { DATE, edition, expectInPanes, FIRST, inPanes, NEWEST, painted, patience, type World } from './studio-world.ts'

/**
 * A way through the studio by one control: a button (by its action), a key, a field, a handle or a link. Each fails when
 * what listens to that control is taken away; test/preview/deaf.ts does so.
 */
export interface Journey {
  control: string
  does: string
  /** The view it begins with. */
  from?: string
  act(page: Page, world: World): Promise<void>
  see(page: Page, world: World): Promise<void>
}

const press = (selector: string) => (page: Page) => page.locator(selector).first().click()
const action = (id: string, more = '') => press(`[data-action="${id}"]${more}:visible`)
const key = (name: string) => (page: Page) => page.keyboard.press(name)
const query = (page: Page) => new URL(page.url()).searchParams
const poll = (read: () => Promise<unknown> | unknown) =>
  expect.poll(async () => read(), { interval: 20, timeout: patience })
const seen = (selector: string) => (page: Page) =>
  page.locator(selector).first().waitFor({ state: 'visible', timeout: patience })
const told = (text: string) => (page: Page) => poll(() => page.locator('#told').innerText()).toContain(text)
const onDisk = (text: string) => async (_: Page, world: World) => poll(() => world.read(NEWEST)).toContain(text)
const chosen = (id: string) => (page: Page) => poll(() => query(page).get('entry')).toBe(id)

/** Each pane, with what is only to be seen in it. */
const PANES: [kind: string, number: number, see: Journey['see']][] = [
  ['light', 1, (page) => expectInPanes(page, BRIGHT, [true])],
  ['dark', 2, (page) => expectInPanes(page, BRIGHT, [false])],
  [
    'inverted',
    3,
    (page) =>
      expectInPanes(page, 'frame.contentWindow.getComputedStyle(sheet.documentElement).filter.startsWith("invert")', [
        true,
      ]),
  ],
  [
    'images-off',
    4,
    (page) =>
      expectInPanes(
        page,
        'sheet.images.length > 0 && [...sheet.images].every((one) => one.complete && one.naturalWidth === 0 && one.alt !== "")',
        [true],
      ),
  ],
  ['phone', 5, (page) => expectInPanes(page, 'frame.contentWindow.innerWidth', [375])],
  ['text', 6, (page) => poll(() => page.locator('.plain:visible').innerText()).toContain(FIRST)],
  ['source', 7, (page) => poll(() => page.locator('.source:visible').innerText()).toContain('cid:clocks-')],
  [
    'inbox',
    8,
    (page) => poll(() => page.locator('.message:visible .subject').allInnerTexts()).toEqual([FIRST, FIRST, FIRST]),
  ],
  [
    'changes',
    9,
    (page) => poll(() => page.locator('.changes:visible').innerText()).toMatch(/Nothing has changed|Compared with/),
  ],
]
const BRIGHT =
  'sheet.querySelector(".paper") !== null && frame.contentWindow.getComputedStyle(sheet.querySelector(".paper")).backgroundColor.match(/\\d+/)[0] > 128'

const TABS: [tab: string, key: string, words: string][] = [
  ['findings', 'f', 'image-credit-missing'],
  ['entry', 'y', 'Press an entry'],
  ['weight', 'w', 'This copy'],
]

const openDialog = (id: string) => (page: Page) => poll(() => page.locator(`#${id}`).isVisible()).toBe(true)

/** What both a button and a key do. */
const BOTH: { button: string; key: string; does: string; from?: string; see: Journey['see'] }[] = [
  {
    button: 'edition.previous',
    key: '[',
    does: 'goes to the edition before',
    see: (page) => poll(() => page.locator('#edition').innerText()).toBe('Thu 20 Dec 2029'),
  },
  {
    button: 'edition.next',
    key: ']',
    does: 'goes to the edition after',
    from: '?edition=2024-12-19',
    see: (page) => poll(() => page.locator('#edition').innerText()).toBe('Thu 20 Dec 2029'),
  },
  { button: 'calendar.open', key: 'c', does: 'opens the calendar', see: openDialog('calendar') },
  { button: 'reader.open', key: 'r', does: 'opens the readers', see: openDialog('reader-dialog') },
  { button: 'palette.open', key: 'Mod+k', does: 'opens the palette', see: openDialog('palette') },
  { button: 'proof.open', key: 's', does: 'opens the proof', see: openDialog('proof') },
  {
    button: 'phone.open',
    key: 'q',
    does: 'opens the way to the phone',
    see: async (page) => {
      await openDialog('phone')(page)
      await poll(() => page.locator('#phone').innerText()).toContain('--host')
    },
  },
  { button: 'keys.open', key: '?', does: 'lists the keys', see: openDialog('keys') },
  {
    button: 'entry.up',
    key: 'Alt+ArrowUp',
    does: 'moves an entry up',
    from: '?entry=2&tab=entry',
    see: (_, world) =>
      poll(async () => headlines(await world.read(NEWEST))).toEqual([
        '"A crane: sold"',
        FIRST,
        'The market moves to the square',
      ]),
  },
  {
    button: 'entry.down',
    key: 'Alt+ArrowDown',
    does: 'moves an entry down',
    from: '?entry=1&tab=entry',
    see: (_, world) =>
      poll(async () => headlines(await world.read(NEWEST))).toEqual([
        '"A crane: sold"',
        FIRST,
        'The market moves to the square',
      ]),
  },
]

const headlines = (yaml: string): string[] => [...yaml.matchAll(/headline: (.*)/g)].map(([, words = '']) => words)

/** Writes a word into a field and leaves it with Enter. */
async function type(page: Page, field: string, words: string): Promise<void> {
  await page.locator(`#field-${field}`).fill(words)
  await page.locator(`#field-${field}`).press(field === 'summary' ? 'Control+Enter' : 'Enter')
}

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

const saveOnce = async (page: Page): Promise<void> => {
  await type(page, 'kicker', 'Once')
  await page.locator('#undo').waitFor({ timeout: patience })
}

export const JOURNEYS: Journey[] = [
  ...PANES.flatMap(([kind, number, see]): Journey[] => [
    {
      control: `button:pane.${kind}`,
      does: `shows the pane ${kind}`,
      from: '?panes=',
      act: action(`pane.${kind}`),
      see,
    },
    { control: `key:${number}`, does: `shows the pane ${kind}`, from: '?panes=', act: key(String(number)), see },
  ]),
  ...TABS.flatMap(([tab, letter, words]): Journey[] => {
    const from = tab === 'findings' ? '?tab=weight' : ''
    const see = (page: Page) =>
      poll(() => page.locator(`#panel-${tab}:not([hidden])`).allInnerTexts()).toEqual([expect.stringContaining(words)])
    return [
      { control: `button:tab.${tab}`, does: `shows ${tab}`, from, act: action(`tab.${tab}`), see },
      { control: `key:${letter}`, does: `shows ${tab}`, from, act: key(letter), see },
    ]
  }),
  ...BOTH.flatMap(({ button, key: name, does, from = '', see }): Journey[] => [
    { control: `button:${button}`, does, from, act: action(button), see },
    { control: `key:${name}`, does, from, act: key(name.replace('Mod', 'Control')), see },
  ]),
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
      await poll(() => page.locator('#due').innerText()).toBe('07:00 in Kathmandu = 01:15 UTC')
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
    control: 'button:dialog.close',
    does: 'closes a dialog',
    act: async (page) => {
      await page.keyboard.press('?')
      await page.locator('#keys [data-action="dialog.close"]').click()
    },
    see: (page) => poll(() => page.locator('dialog[open]').count()).toBe(0),
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

export { inPanes, painted }
