import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { action, type Journey, key, openDialog, poll } from './journey.ts'
import { expectInPanes, FIRST, NEWEST } from './studio-world.ts'

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

/** The panes, the tabs, and all that a button and a key both do. */
export const BAR: Journey[] = [
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
]
