import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { violations } from '../../scripts/look.ts'
import { emailFindings } from '../../src/check/email-rules.ts'
import type { FinishedEmail } from '../../src/check/examined.ts'
import { readPublication } from '../../src/edition/read.ts'
import { personalise } from '../../src/render/personalise.ts'
import { directionOf } from '../../src/render/phrases.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { aGoodPublication, GOOD_DATE, GOOD_PUBLICATION } from './good-edition.ts'

/** What axe calls a thing, and what we call it. */
const SAME: Record<string, string> = {
  'color-contrast': 'email-contrast',
  'image-alt': 'email-image',
  'link-name': 'email-link',
  'document-title': 'email-title',
  'html-has-lang': 'email-language',
  'html-lang-valid': 'email-language',
  'heading-order': 'email-headings',
  'empty-heading': 'email-headings',
  'page-has-heading-one': 'email-headings',
  'meta-viewport': 'email-zoom',
}

/** Damages of a finished page. `only` names the one side that objects, with the reason why. */
const FIXTURES: { name: string; change: (html: string) => string; only?: 'ours' | 'axe'; why?: string }[] = [
  { name: 'nothing wrong', change: (html) => html },
  {
    name: 'pale text',
    change: (html) => html.replace('<h2 ', '<p style="color:#aaaaaa;background:#ffffff">Pale words</p><h2 '),
  },
  {
    name: 'text just too pale (4.47)',
    change: (html) => html.replace('<h2 ', '<p style="color:#777777;background:#ffffff">Nearly</p><h2 '),
  },
  {
    name: 'text just dark enough (4.54)',
    change: (html) =>
      html.replace('<h2 ', '<p style="color:#767676!important;background:#ffffff!important">Just</p><h2 '),
  },
  {
    name: 'large pale text that may be paler (3.5)',
    change: (html) =>
      html.replace(
        '<h2 ',
        '<p style="font-size:24px;color:#888888!important;background:#ffffff!important">Large</p><h2 ',
      ),
  },
  {
    name: 'bold text of 19 px that may be paler',
    change: (html) =>
      html.replace(
        '<h2 ',
        '<p style="font:bold 19px/24px Arial;color:#888888!important;background:#ffffff!important">Bold</p><h2 ',
      ),
  },
  {
    name: 'bold text of 18 px that may not',
    change: (html) =>
      html.replace(
        '<h2 ',
        '<p style="font:bold 18px/24px Arial;color:#888888!important;background:#ffffff!important">Bold</p><h2 ',
      ),
  },
  {
    name: 'half transparent text',
    change: (html) =>
      html.replace('<h2 ', '<p style="color:#000000!important;background:rgba(0,0,0,.7)!important">On grey</p><h2 '),
  },
  {
    name: 'white on a colour given as an attribute',
    change: (html) =>
      html.replace(
        '<h2 ',
        '<table role="presentation"><tr><td bgcolor="#cccccc" style="color:#ffffff!important">White</td></tr></table><h2 ',
      ),
  },
  {
    name: 'text pale in the dark only',
    change: (html) =>
      html.replace(
        '</head>',
        '<style>@media(prefers-color-scheme:dark){.paper .k{color:#444444!important}}</style></head>',
      ),
  },
  { name: 'a picture without alt', change: (html) => html.replace(/ alt="Three clocks[^"]*"/, '') },
  { name: 'a link without words', change: (html) => html.replace('<h2 ', '<a href="https://x.example"></a><h2 ') },
  {
    name: 'a linked picture without alt text',
    change: (html) =>
      html.replace(
        '<h2 ',
        '<a href="https://x.example"><img src="https://x.example/a.png" width="20" height="20" alt=""></a><h2 ',
      ),
  },
  { name: 'no title', change: (html) => html.replace(/<title>[^<]*<\/title>/, '<title></title>') },
  {
    name: 'another title than the subject',
    change: (html) => html.replace(/<title>[^<]*/, '<title>News'),
    only: 'ours',
    why: 'axe asks for any title; the web view needs the subject',
  },
  { name: 'no language', change: (html) => html.replace(/<html([^>]*) lang="[^"]*"/, '<html$1') },
  {
    name: 'the language und',
    change: (html) => html.replace(/<html([^>]*) lang="[^"]*"/, '<html$1 lang="und"'),
    only: 'ours',
    why: 'axe takes `und` for a language',
  },
  { name: 'a heading level skipped', change: (html) => html.replace('<h2 ', '<h4>Skipped</h4><h2 ') },
  { name: 'an empty heading', change: (html) => html.replace('<h2 ', '<h3></h3><h2 ') },
  { name: 'no first heading', change: (html) => html.replace('<h1 ', '<p ').replace('</h1>', '</p>') },
  {
    name: 'two first headings',
    change: (html) => html.replace('<h2 ', '<h1>Again</h1><h2 '),
    only: 'ours',
    why: 'axe allows any number of h1',
  },
  {
    name: 'zoom forbidden',
    change: (html) =>
      html.replace('</head>', '<meta name="viewport" content="width=device-width, user-scalable=no"></head>'),
  },
]

/** Fixtures that nobody should object to; every other one must be objected to. */
const HARMLESS = [
  'nothing wrong',
  'text just dark enough (4.54)',
  'large pale text that may be paler (3.5)',
  'bold text of 19 px that may be paler',
]

let browser: Browser
/** One for all of them; each document is a new one. */
let tab: Page
beforeAll(async () => {
  browser = await launchChromium()
  tab = await browser.newPage({ viewport: { width: 680, height: 900 } })
  await tab.route('**', (route) => route.abort())
})
afterAll(() => browser.close())

const codesOf = (found: readonly string[]): string[] => [...new Set(found)].sort()
const compared = new Set(Object.values(SAME))

interface AnEmail {
  page(html: string): FinishedEmail
  html: string
  check(html: string): string[]
}

/** Made once for each template: what is damaged is the finished HTML. */
const made = new Map<string, Promise<AnEmail>>()

function anEmail(template: string): Promise<AnEmail> {
  const email = made.get(template) ?? makeEmail(template)
  made.set(template, email)
  return email
}

async function makeEmail(template: string): Promise<AnEmail> {
  const root = await aGoodPublication({
    'broadsheet.yaml': GOOD_PUBLICATION.replace('template: broadsheet', `template: ${template}`),
  })
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
  if (prepared === null) throw new Error('no edition')
  const { compiled } = await compileFor(prepared, [], publication.language, { keepMarks: true })
  if (compiled?.marked === undefined) throw new Error('nothing compiled')
  const wayOut = 'https://harbour.example/u/x'
  const html = personalise(compiled.marked.html, new Map([['wayOut', wayOut]]))
  const page = (changed: string): FinishedEmail => ({
    html: changed,
    marked: changed,
    mark: compiled.marked?.pattern ?? /(?!)/g,
    subject: compiled.subject,
    preheader: compiled.preheader,
    language: publication.language,
    dir: directionOf(publication.language),
    wayOut,
    personal: [],
    templateFile: 'templates/email.mjml.hbs',
    inTemplate: () => null,
  })
  return {
    page,
    html,
    check: (changed) => emailFindings(page(changed), prepared.edition, publication).map((one) => one.code),
  }
}

async function axe(html: string): Promise<string[]> {
  const found: string[] = []
  await tab.setContent(html, { waitUntil: 'load' })
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme })
    found.push(...(await violations(tab)).map((one) => SAME[one.rule] ?? `axe:${one.rule}`))
  }
  return codesOf(found)
}

describe('the check and axe-core in Chromium, in light and dark', () => {
  it.each(FIXTURES)('agree about $name', { timeout: 60_000 }, async ({ name, change, only, why }) => {
    const email = await anEmail('broadsheet')
    const html = change(email.html)
    const ours = codesOf(email.check(html).filter((code) => compared.has(code)))
    const theirs = await axe(html)
    expect([...ours, ...theirs].length === 0).toBe(HARMLESS.includes(name))
    if (only === undefined) expect(ours).toEqual(theirs)
    else {
      expect(why).toMatch(/\w/)
      expect(only === 'ours' ? [ours.length, theirs] : [theirs.length, ours]).toEqual([1, []])
    }
  })

  it('find nothing in the other built-in templates either', { timeout: 60_000 }, async () => {
    for (const template of ['bulletin', 'wire']) {
      const email = await anEmail(template)
      expect({ template, ours: email.check(email.html), axe: await axe(email.html) }).toEqual({
        template,
        ours: [],
        axe: [],
      })
    }
  })
})
