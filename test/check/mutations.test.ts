import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { checkEdition } from '../../src/check/check-edition.ts'
import { emailFindings } from '../../src/check/email-rules.ts'
import type { FinishedEmail } from '../../src/check/examined.ts'
import { examine } from '../../src/commands/examine.ts'
import { History } from '../../src/commands/history.ts'
import { readPublication } from '../../src/edition/read.ts'
import type { FindingCode } from '../../src/problems/codes.ts'
import { personalise } from '../../src/render/personalise.ts'
import { directionOf } from '../../src/render/phrases.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { repository } from '../support/run-cli.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION, GOOD_PUBLICATION } from './good-edition.ts'

/** One damage: what stands there, what it becomes, and what must be said of it; at the first changed line, or at `at`. */
interface Mutation {
  from: string
  to: string
  code: FindingCode
  /** A text on the line that must be named, where that is not the first that changed; '' for no line at all. */
  at?: string
}

const NOW = DateTime.fromISO(`${GOOD_DATE}T06:00:00Z`)

async function said(files: Record<string, string>): Promise<string[]> {
  const root = await aGoodPublication(files)
  const { publication, findings } = await readPublication(root)
  if (publication === null) return findings.map((one) => `${one.file}:${one.line} ${one.code}`)
  const examined = await examine(root, GOOD_DATE, publication, { now: NOW, history: new History(root), keys: null })
  return [...findings, ...examined.findings].map((one) => `${one.file}:${one.line} ${one.code}`)
}

function expected(file: string, good: string, bad: string, { code, at }: Mutation): string[] {
  const lines = bad.split('\n')
  const changed = lines.findIndex((line, index) => line !== good.split('\n')[index])
  const line = at === undefined ? changed : lines.findIndex((one) => one.includes(at))
  return [`${file}:${at === '' ? null : line + 1} ${code}`]
}

function damaged(good: string, { from, to }: Mutation): string {
  expect(good).toContain(from)
  return good.replace(from, () => to)
}

const words = (count: number): string =>
  `${Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'boats' : 'land')).join(' ')}.`

const ferry = 'headline: The ferry gets a new berth at last'
const market =
  'summary: The stalls stand under the old railway roof from Monday on. Rents stay as they were until the spring.'
const inEdition: Mutation[] = [
  { from: ferry, to: 'headline: The ferry  gets a new berth at last', code: 'double-space' },
  { from: 'caption: The beam rests', to: 'caption: The cafe\u0301 rests', code: 'not-normalised' },
  {
    from: 'headline: A letter arrives after sixty years\n    url: https://news.example.org/letter\n    summary: It was posted in the summer of 1966 and lay behind a sorting desk. The sender is alive, and delighted.',
    to: 'headline: رسالة تصل بعد ستين عامًا\n    url: https://news.example.org/letter\n    summary: كُتبت الرسالة في الصيف وبقيت خلف مكتب الفرز زمنًا طويلًا.',
    code: 'lang-missing',
  },
  { from: ferry, to: `headline: ${'The ferry gets a new berth at last '.repeat(3).trim()}`, code: 'headline-long' },
  { from: ferry, to: `${ferry}.`, code: 'headline-full-stop' },
  { from: ferry, to: 'headline: THE FERRY GETS A NEW BERTH AT LAST', code: 'shouting' },
  { from: ferry, to: 'headline: TODO the ferry gets a new berth', code: 'placeholder' },
  { from: ferry, to: 'headline: The **ferry** gets a new berth at last', code: 'markdown-left' },
  { from: ferry, to: 'headline: The <b>ferry</b> gets a new berth at last', code: 'html-left' },
  { from: ferry, to: 'headline: The ferry gets -- a new berth at last', code: 'dash-run' },
  { from: ferry, to: `headline: The "ferry" gets a “new” berth at last`, code: 'quotes-mixed' },
  { from: ferry, to: 'headline: Read more', code: 'link-text-generic', at: 'url: https://news.example.org/ferry' },
  { from: 'kicker: Decided', to: 'kicker: Decided by the board this week', code: 'kicker-long' },
  { from: market, to: 'summary: Under cover now.', code: 'summary-short' },
  { from: market, to: `summary: ${words(70)}`, code: 'summary-long' },
  { from: market, to: `summary: ${words(130)}`, code: 'summary-too-long' },
  { from: 'until the spring.', to: 'until the', code: 'summary-cut' },
  { from: 'until the spring.', to: 'until the spring…', code: 'summary-cut' },
  { from: 'He lit the lamp', to: 'He <i>lit</i> the lamp', code: 'html-left' },
  { from: 'He lit the lamp', to: 'He **lit the lamp', code: 'markdown-left' },
  { from: 'He lit the lamp', to: 'Lorem ipsum he lit the lamp', code: 'placeholder' },
  { from: '[public slipway]', to: '[here]', code: 'link-text-generic', at: 'summary: >-' },
  { from: '[public slipway]', to: '[other.example.com]', code: 'link-text-misleads', at: 'summary: >-' },
  {
    from: 'url: https://news.example.org/market',
    to: 'url: https://news.example.org/market?access_token=a1b2',
    code: 'url-secret',
  },
  {
    from: 'url: https://news.example.org/market',
    to: 'url: https://news.exаmple.org/market',
    code: 'url-mixed-script',
  },
  { from: 'url: https://news.example.org/market', to: 'url: http://news.example.org/market', code: 'url-http' },
  { from: 'url: https://news.example.org/market', to: 'url: javascript:alert(1)', code: 'url-scheme' },
  {
    from: 'url: https://news.example.org/market',
    to: 'url: https://jo:pw@news.example.org/market',
    code: 'url-userinfo',
  },
  { from: 'url: https://news.example.org/market', to: 'url: https://192.0.2.1/market', code: 'url-ip-host' },
  {
    from: 'url: https://news.example.org/market',
    to: 'url: https://news.example.org/mar\u200bket',
    code: 'url-invisible',
  },
  { from: 'url: https://news.example.org/market', to: 'url: news.example.org/market', code: 'url-invalid' },
  {
    from: 'url: https://news.example.org/market',
    to: 'url: https://news.example.org/letter',
    code: 'repeated-url',
    at: 'x',
  },
  {
    from: 'headline: A letter arrives after sixty years',
    to: 'headline: The market moves under cover',
    code: 'repeated-headline',
  },
  { from: 'src: images/lighthouse.png', to: 'src: images/clocks.png', code: 'repeated-image' },
  {
    from: 'src: images/lighthouse.png',
    to: 'src: https://pictures.example.org/a.webp\n      width: 600\n      height: 400',
    code: 'image-type',
  },
  { from: 'src: images/lighthouse.png', to: 'src: images/gone.png', code: 'image-missing' },
  { from: 'src: images/lighthouse.png', to: 'src: ../../secret.png', code: 'image-outside' },
  { from: '      credit: B. Drawer\n', to: '', code: 'image-credit-missing', at: 'caption: The beam rests' },
  {
    from: '      alt: A lighthouse throws its beam over a fleet of paper boats\n',
    to: '',
    code: 'image-alt-missing',
    at: 'src: images/lighthouse.png',
  },
  {
    from: '      caption: The beam rests on one boat of many\n',
    to: '',
    code: 'image-caption-missing',
    at: 'src: images/lighthouse.png',
  },
  { from: 'alt: A lighthouse throws', to: 'alt: Image of a lighthouse that throws', code: 'alt-image-of' },
  {
    from: 'alt: A lighthouse throws its beam over a fleet of paper boats',
    to: 'alt: IMG_2041.jpg',
    code: 'alt-file-name',
  },
  {
    from: 'alt: A lighthouse throws its beam over a fleet of paper boats',
    to: 'alt: The beam rests on one boat of many',
    code: 'alt-repeats',
  },
  { from: 'fleet of paper boats', to: `fleet of ${'paper '.repeat(25)}boats`, code: 'alt-long' },
  {
    from: 'caption: The beam rests on one boat of many',
    to: 'caption: Lighthouse keeper looks back on forty winters',
    code: 'caption-repeats',
  },
  {
    from: 'The beam rests on one boat of many',
    to: `The beam rests on ${'one boat and '.repeat(16)}many`,
    code: 'caption-long',
  },
  { from: 'credit: A. Writer/Gazette', to: 'credit: A. Writer / Gazette', code: 'credit-form' },
  { from: 'credit: A. Writer/Gazette', to: 'credit: © A. Writer', code: 'credit-form' },
  { from: 'published: 2026-11-19', to: 'published: 2026-11-21', code: 'published-after' },
  { from: 'published: 2026-11-19', to: 'published: 2026-01-19', code: 'published-old' },
  {
    from: 'subject: The ferry gets a new berth at the north quay',
    to: 'subject: The ferry gets a new berth at the north quay after two long years of talks',
    code: 'subject-long',
  },
  { from: 'subject: The ferry', to: 'subject: "Re: The ferry', code: 'subject-reply' },
  {
    from: 'subject: The ferry gets a new berth at the north quay',
    to: 'subject: THE FERRY GETS A NEW BERTH',
    code: 'shouting',
  },
  {
    from: 'subject: The ferry gets a new berth at the north quay',
    to: 'subject: The ferry gets a new berth!!',
    code: 'subject-noisy',
  },
  {
    from: 'subject: The ferry gets a new berth at the north quay',
    to: 'subject: Astonishing astronauts orbit Jupiter',
    code: 'subject-elsewhere',
  },
  {
    from: 'preheader: The market moves under cover, and the lighthouse keeper looks back on forty winters',
    to: 'preheader: The market moves',
    code: 'preheader-length',
  },
  {
    from: 'preheader: The market moves under cover, and the lighthouse keeper looks back on forty winters',
    to: 'preheader: The ferry gets a new berth at the north quay',
    code: 'preheader-repeats',
  },
  {
    from: 'intro: Good morning.',
    to: 'intro: Good morning. [Click here](https://news.example.org/x) now.',
    code: 'link-text-generic',
  },
  {
    from: '  - topic: town\n    headline: The market',
    to: '  - topic: twon\n    headline: The market',
    code: 'unknown-topic',
  },
  { from: '    source: Harbour Gazette', to: '    sauce: Harbour Gazette', code: 'unknown-key' },
  { from: '    url: https://news.example.org/market\n', to: '', code: 'key-missing', at: '- topic: town' },
  { from: 'headline: The market moves under cover', to: 'headline: The market moves # under cover', code: 'text-cut' },
  { from: 'headline: The market moves', to: 'headline: The market: it moves', code: 'yaml-colon' },
  {
    from: '    headline: The market moves under cover',
    to: '\theadline: The market moves under cover',
    code: 'yaml-tab',
  },
  {
    from: '    headline: The market moves under cover',
    to: '    headline: The market moves under cover\n    headline: Once more',
    code: 'yaml-duplicate-key',
  },
  { from: 'A letter arrives after', to: 'A letter\u202e arrives after', code: 'control-character' },
  { from: 'delighted.\n', to: 'delighted.\n    ignore: { headline-long: it is not }\n', code: 'ignore-unused' },
  { from: 'delighted.\n', to: 'delighted.\n    ignore: { url-scheme: we trust it }\n', code: 'ignore-forbidden' },
  { from: 'delighted.\n', to: 'delighted.\n    ignore: { headline-longer: a slip }\n', code: 'ignore-unknown' },
]

describe('a good edition', () => {
  it('has nothing wrong with it', async () => {
    expect(await said({})).toEqual([])
  })

  it.each(inEdition)('damaged in its YAML gives $code and nothing else: $to', async (mutation) => {
    const file = `digests/${GOOD_DATE}.yaml`
    const bad =
      mutation.code === 'subject-reply'
        ? `${damaged(GOOD_EDITION, mutation).replace('north quay\n', 'north quay"\n')}`
        : damaged(GOOD_EDITION, mutation)
    const want =
      mutation.code === 'repeated-url'
        ? [`${file}:${bad.split('\n').findLastIndex((line) => line.includes('/letter')) + 1} repeated-url`]
        : expected(file, GOOD_EDITION, bad, mutation)
    expect(await said({ [file]: bad })).toEqual(want)
  })

  it('whose page, headline or picture stood in an edition before is told which', async () => {
    const file = `digests/${GOOD_DATE}.yaml`
    const line = (text: string): number => GOOD_EDITION.split('\n').findIndex((one) => one.includes(text)) + 1
    const earlier = (entry: string): Record<string, string> => ({
      'digests/2026-11-18.yaml': `entries:\n  - topic: town\n${entry}    summary: The stalls stand under a roof.\n`,
    })
    const other = '    headline: Something else\n'
    expect(await said(earlier(`${other}    url: https://www.news.example.org/market/?utm_source=x\n`))).toEqual([
      `${file}:${line('org/market')} ran-before-url`,
    ])
    expect(await said(earlier('    headline: The market moves under cover\n    url: https://example.org\n'))).toEqual([
      `${file}:${line('headline: The market')} ran-before-headline`,
    ])
    expect(
      await said(
        earlier(
          `${other}    url: https://example.org\n    image: { src: images/clocks.png, alt: Clocks, caption: Three, credit: B. Drawer }\n`,
        ),
      ),
    ).toEqual([`${file}:${line('images/clocks.png')} ran-before-image`])
  })

  it('with eleven entries under a topic, or forty-one in all, is told so once each', async () => {
    const more = (count: number): string =>
      Array.from(
        { length: count },
        (_, index) =>
          `  - topic: town\n    headline: Story ${index}\n    url: https://example.org/${index}\n    summary: The stalls stand under the old roof.\n`,
      ).join('')
    const codesOf = async (count: number): Promise<string[]> =>
      (await said({ [`digests/${GOOD_DATE}.yaml`]: GOOD_EDITION + more(count) })).map((one) => one.split(' ')[1] ?? '')
    expect(await codesOf(9)).toEqual(['topic-crowded'])
    expect((await codesOf(37)).sort()).toEqual(['edition-long', 'topic-crowded'])
  })
})

/** Damages of the publication's own copy of a built-in template file. */
const inTemplates: Record<string, Mutation[]> = {
  'partials/page.mjml.hbs': [
    { from: '<mjml lang="{{lang}}" dir="{{dir}}">', to: '<mjml>', code: 'email-language' },
    { from: '<mjml lang="{{lang}}"', to: '<mjml lang="und"', code: 'email-language' },
    { from: '<mjml lang="{{lang}}"', to: '<mjml lang="fr"', code: 'email-language' },
    { from: '{{preheader}}</div>', to: 'Something else</div>', code: 'email-preheader', at: '<mj-body' },
    { from: 'max-height:0;overflow:hidden;mso-hide:all', to: 'margin:0" class="m', code: 'email-preheader' },
    { from: 'mso-hide:all"', to: 'mso-hide:all;color:#f3eee6"', code: 'email-preheader' },
    {
      from: '</mj-body>',
      to: '<mj-raw><div lang="en" dir="ltr"><video src="https://x.example/a.mp4"></video></div></mj-raw>\n</mj-body>',
      code: 'email-forbidden',
      at: '<video',
    },
    {
      from: '</mj-body>',
      to: '<mj-raw><div class="m" lang="en" dir="ltr" style="display:flex">Quay</div></mj-raw>\n</mj-body>',
      code: 'email-layout',
      at: 'display:flex',
    },
    {
      from: '</mj-body>',
      to: '<mj-raw><div class="m" lang="en" dir="ltr" style="min-width:500px">Quay</div></mj-raw>\n</mj-body>',
      code: 'email-wide',
      at: 'min-width',
    },
  ],
  'partials/head.mjml.hbs': [
    { from: 'h1,h2,h3,p{margin:0}', to: '.name:has(img){margin:0}\nh1,h2,h3,p{margin:0}', code: 'client-support' },
    {
      from: 'h1,h2,h3,p{margin:0}',
      to: '@font-face{font-family:Own;src:url(https://x.example/own.woff2)}\nh1,h2,h3,p{margin:0}',
      code: 'client-support',
    },
    {
      from: '<meta name="x-apple',
      to: '<meta name="viewport" content="width=device-width, user-scalable=no">\n<meta name="x-apple',
      code: 'email-zoom',
    },
    { from: '<mj-title>{{subject}}</mj-title>', to: '<mj-title>News</mj-title>', code: 'email-title' },
    {
      from: '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">\n',
      to: '',
      code: 'email-meta',
      at: '<mj-head',
    },
    { from: '<meta name="color-scheme" content="light dark">\n', to: '', code: 'email-style-dark', at: '<mj-head' },
    {
      from: 'h1,h2,h3,p{margin:0}',
      to: `h1,h2,h3,p{margin:0}\n${'.unused-name-of-a-class{color:#000}\n'.repeat(500)}`,
      code: 'email-style-size',
      at: '<mj-style',
    },
    {
      from: '@media(prefers-color-scheme:dark){\n',
      to: '@media(prefers-color-scheme:dark){\n@media(max-width:300px){.x{margin:0}}\n',
      code: 'email-style-nested',
    },
    {
      from: 'h1,h2,h3,p{margin:0}',
      to: "@import url('https://x.example/a.css');\nh1,h2,h3,p{margin:0}",
      code: 'email-forbidden',
    },
  ],
  'partials/footer.mjml.hbs': [
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span style="box-shadow:0 0 4px #000000">Quay</span>',
      code: 'client-support',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <ruby>港<rt>port</rt></ruby>',
      code: 'client-support',
    },
    {
      from: '<a href="{{slot "wayOut"}}" style="color:{{theme.light.muted}}">{{phrases.unsubscribe}}</a>',
      to: '',
      code: 'email-way-out',
      at: '',
    },
    { from: '<br>\n{{publication.postalAddress}}', to: '', code: 'email-address', at: '' },
    { from: '{{publication.postalAddress}}', to: '{{publication.postalAddress}} \\{{name}}', code: 'email-leftover' },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <img src="https://x.example/p.gif" width="1" height="1" alt="">',
      code: 'email-tracking',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <img src="https://x.example/{{slot "id"}}.png" width="20" height="20" alt="A mark">',
      code: 'email-tracking',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <img src="https://x.example/a.webp" width="20" height="20" alt="A mark">',
      code: 'email-image-type',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <img src="https://x.example/a.png" alt="A mark">',
      code: 'email-image',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <img src="https://x.example/a.png" width="20" height="20">',
      code: 'email-image',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <a href="https://x.example" style="color:{{theme.light.muted}}">click here</a>',
      code: 'email-link-generic',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <a href="https://x.example"></a>',
      code: 'email-link',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <a href="https://x.example" style="color:{{theme.light.muted}}">bank.example.com</a>',
      code: 'email-link-misleads',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span style="color:#bbbbbb">Pale</span>',
      code: 'email-contrast',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span style="font-size:11px">Small</span>',
      code: 'email-text-small',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span style="font-family:Comic Sans MS">Comic</span>',
      code: 'email-font',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span onclick="x()">Quay</span>',
      code: 'email-forbidden',
    },
    { from: '{{publication.postalAddress}}', to: '{{publication.postalAddress}} \u0007bell', code: 'email-character' },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <table><tr><td>Quay</td></tr></table>',
      code: 'email-table-role',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <span>never closed',
      code: 'email-nesting',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <!--[if mso]>Word -->',
      code: 'email-outlook',
    },
    {
      from: '{{publication.postalAddress}}',
      to: '{{publication.postalAddress}} <p style="line-height:14px;font-size:15px">A long line of words that runs on and on, and is set too close to the next one.</p>',
      code: 'email-line-height',
    },
  ],
  'partials/heading.mjml.hbs': [{ from: '<h2 ', to: '<h1 ', code: 'email-headings' }],
}

const files = Object.entries(inTemplates).flatMap(([file, mutations]) =>
  mutations.map((mutation) => ({ file, mutation, code: mutation.code, to: mutation.to.slice(0, 60) })),
)

describe('a good template', () => {
  it.each(files)('damaged in $file gives $code and nothing else: $to', async ({ file, mutation }) => {
    const good = await readFile(path.join(repository, 'templates', file), 'utf8')
    const bad = file.includes('heading') ? damaged(good, mutation).replace('</h2>', '</h1>') : damaged(good, mutation)
    const name = `templates/${file}`
    const want =
      mutation.at === ''
        ? [`templates/broadsheet/email.mjml.hbs:null ${mutation.code}`]
        : expected(name, good, bad, mutation)
    expect(await said({ [name]: bad })).toEqual(want)
  })
})

/** Damages of the finished HTML that no template of ours can make, but a new MJML or a mailing service might. */
describe('a finished email', () => {
  async function saidOf(change: (html: string) => string, yaml = GOOD_PUBLICATION): Promise<string[]> {
    const root = await aGoodPublication({ 'broadsheet.yaml': yaml })
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
    if (prepared === null) throw new Error('no edition')
    const { compiled } = await compileFor(prepared, [], publication.language, { keepMarks: true })
    if (compiled?.marked === undefined) throw new Error('nothing compiled')
    const values = new Map([['wayOut', 'https://harbour.example/u/x']])
    const email: FinishedEmail = {
      html: change(personalise(compiled.html, values)),
      marked: change(personalise(compiled.marked.html, values)),
      mark: compiled.marked.pattern,
      subject: compiled.subject,
      preheader: compiled.preheader,
      language: publication.language,
      dir: directionOf(publication.language),
      wayOut: 'https://harbour.example/u/x',
      personal: ['reader-1'],
      templateFile: 'templates/broadsheet/email.mjml.hbs',
      inTemplate: () => null,
    }
    return emailFindings(email, prepared.edition, publication).map((one) => `${one.code} ${one.line}`)
  }
  const arabic = GOOD_PUBLICATION.replace('language: en-GB', 'language: ar')

  it('as it is has nothing wrong with it, in either direction', async () => {
    expect(await saidOf((html) => html)).toEqual([])
    expect(await saidOf((html) => html, arabic)).toEqual([])
  })

  it('that does not say it is an email is told so', async () => {
    expect(await saidOf((html) => html.replace(/aria-roledescription="email"/, ''))).toEqual(['email-label null'])
  })

  it('set left to right where it should not be is told so', async () => {
    expect(await saidOf((html) => html.replace('direction:rtl', 'direction:ltr'), arabic)).toEqual([
      'email-direction null',
    ])
  })

  it('that grows too large is warned at 80,000 bytes and refused at 102,400', async () => {
    const padded = (bytes: number) => (html: string) =>
      html.replace('</body>', `<!--${'x'.repeat(bytes - Buffer.byteLength(html) - 7)}--></body>`)
    expect(await saidOf(padded(79_999))).toEqual([])
    expect(await saidOf(padded(80_000))).toEqual(['email-large null'])
    expect(await saidOf(padded(102_399))).toEqual(['email-large null'])
    expect(await saidOf(padded(102_400))).toEqual(['email-too-large null'])
  })

  it('that lost an alt text in an entry is told at the entry', async () => {
    const line = GOOD_EDITION.split('\n').findIndex((one) => one.includes('images/clocks.png')) + 1
    expect(await saidOf((html) => html.replace(/ alt="Three clocks[^"]*"/, ''))).toEqual([`email-image ${line}`])
  })
})

describe('pictures', () => {
  it('of more than a megabyte together are warned of', async () => {
    const root = await aGoodPublication()
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    const { prepared } = await prepareEdition(root, GOOD_DATE, publication)
    if (prepared === null) throw new Error('no edition')
    const heavy = new Map(
      [...prepared.pictures].map(([position, picture]) => [
        position,
        picture.kind === 'local' ? { ...picture, wide: { ...picture.wide, bytes: new Uint8Array(600_000) } } : picture,
      ]),
    )
    const subject = { ...prepared, known: [], emails: [], before: [], elsewhere: [], linksAsked: false }
    expect(checkEdition(subject)).toEqual([])
    expect(checkEdition({ ...subject, pictures: heavy }).map((one) => one.code)).toEqual(['image-total-heavy'])
  })
})

describe('a good publication', () => {
  const inPublication: Mutation[] = [
    { from: 'accent: "#9e2b25"', to: 'accent: "#e0a0a0"', code: 'theme-contrast' },
    { from: 'template: broadsheet', to: 'template: broadsheat', code: 'template-missing', at: '' },
    { from: 'language: en-GB', to: 'langauge: en-GB\nlanguage: en-GB', code: 'unknown-key' },
    { from: 'id: town', to: 'id: port', code: 'topic-twice' },
  ]
  it.each(inPublication)('damaged gives $code: $to', async (mutation) => {
    const bad = damaged(GOOD_PUBLICATION, mutation)
    const got = (await said({ 'broadsheet.yaml': bad })).filter((one) => one.startsWith('broadsheet.yaml'))
    expect(got).toEqual(expected('broadsheet.yaml', GOOD_PUBLICATION, bad, mutation))
  })
})
