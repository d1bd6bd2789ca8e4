import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPublication } from '../../src/edition/read.ts'
import { type PreparedEdition, prepareEdition } from '../../src/render/prepare.ts'
import { sameVariant, VariantCutter } from '../../src/render/variant-cutter.ts'
import { repository } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'

const TOPICS = ['world', 'business', 'culture', 'science', 'sport', 'weather']
const SETS = Array.from({ length: 64 }, (_, bits) => TOPICS.filter((_topic, at) => (bits & (1 << at)) !== 0))
const DATE = '2026-11-20'

interface Story {
  topic: string
  more?: string
}

const picture = (name: string) =>
  `    image: { src: images/${name}, alt: A view of it, caption: The harbour at seven, credit: Ana Ruiz }\n`

/** Two of each topic, topic by topic; the first of all leads, with a picture. */
const ORDERLY: Story[] = TOPICS.flatMap((topic, at) => [
  { topic, more: at % 2 === 0 ? picture('a.png') : '    kicker: Must read\n' },
  { topic, more: `    source: The Paper\n    byline: [A. Writer, B. Writer]\n` },
])
/** A lead out of the middle, topics with one entry, others spread over the file. */
const SCATTERED: Story[] = [
  { topic: 'sport', more: picture('b.png') },
  { topic: 'world' },
  { topic: 'science', more: `    lead: true\n${picture('a.png')}` },
  { topic: 'weather', more: picture('b.png') },
  { topic: 'business', more: '    lang: ar\n' },
  { topic: 'science' },
  { topic: 'world', more: '    lang: de\n    published: 2026-11-19\n' },
  { topic: 'culture' },
  { topic: 'sport' },
]
/** Topics in the opposite order of the publication's. */
const BACKWARDS: Story[] = [...TOPICS].reverse().flatMap((topic) => [{ topic, more: picture('b.png') }, { topic }])

const yamlOf = (head: string, stories: readonly Story[]) =>
  `${head}entries:\n${stories
    .map(
      ({ topic, more = '' }, at) =>
        `  - topic: ${topic}\n    headline: "Story ${at + 1} & what <it> means for \\"us\\""\n    url: https://news.example/${at + 1}\n    summary: "Of **${topic}**: [what it says](https://news.example/more/${at + 1}) and *more*."\n${more}`,
    )
    .join('')}`

const EDITIONS = {
  'an orderly edition': yamlOf('intro: Good morning, all.\n', ORDERLY),
  'a scattered one with its own subject': yamlOf(
    'subject: The day in science\npreheader: And a word on sport\n',
    SCATTERED,
  ),
  'one against the order of topics': yamlOf('', BACKWARDS),
}

async function prepared(template: string, language: string, edition: string, files: Record<string, string> = {}) {
  const root = await emptyFolder()
  await mkdir(path.join(root, 'digests/images'), { recursive: true })
  const pictures = path.join(repository, 'digests/images')
  await cp(path.join(pictures, 'lighthouse.png'), path.join(root, 'digests/images/a.png'))
  await cp(path.join(pictures, 'letters.png'), path.join(root, 'digests/images/b.png'))
  await writeFile(
    path.join(root, 'broadsheet.yaml'),
    `name: The Morning Digest
id: morning-digest
from: The Morning Digest <digest@morning.example>
postalAddress: 1 Printing House Lane, London
url: https://morning.example
language: ${language}
timezone: Europe/London
template: ${template}
topics:
${TOPICS.map((id) => `  - { id: ${id}, name: ${id[0]?.toUpperCase()}${id.slice(1)} }`).join('\n')}
`,
  )
  await writeFile(path.join(root, `digests/${DATE}.yaml`), edition)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const result = await prepareEdition(root, DATE, publication)
  expect(result.findings.filter((one) => one.severity === 'error')).toEqual([])
  return cutterOf(result.prepared)
}

function cutterOf(edition: PreparedEdition | null): VariantCutter {
  if (edition?.templates == null) throw new Error('nothing prepared')
  return new VariantCutter({ ...edition, templates: edition.templates })
}

describe('a variant cut from one rendering says what rendering its topics alone says, byte for byte', () => {
  for (const template of ['broadsheet', 'bulletin', 'wire'])
    for (const language of ['en-GB', 'ar'])
      for (const [name, yaml] of Object.entries(EDITIONS))
        it(`${template}, ${language}, ${name}`, { timeout: 60_000 }, async () => {
          const cutter = await prepared(template, language, yaml)
          const different: string[] = []
          for (const topics of SETS.slice(1)) {
            const { compiled } = await cutter.rendered(topics)
            const variant = await cutter.cut(topics)
            expect(compiled).not.toBeNull()
            if (!sameVariant(variant, compiled)) different.push(topics.join(' '))
          }
          expect(different).toEqual([])
        })
})

const page = (rows: string) =>
  `{{#> page}}{{#entry lead}}{{> item}}{{/entry}}{{/page}}`.replace('{{/page}}', `${rows}{{/page}}`)

describe('a template of the publication’s own', () => {
  it('may ask which section is first, last and where, and whether there are any', { timeout: 60_000 }, async () => {
    const cutter = await prepared('own', 'en-GB', EDITIONS['a scattered one with its own subject'], {
      'templates/own/email.mjml.hbs': page(
        `{{#if sections}}<tr><td>More:</td></tr>{{/if}}{{#each sections as |section at|}}{{#if @first}}<tr><td>First</td></tr>{{else}}<tr><td>No. {{@index}}, {{at}}</td></tr>{{/if}}{{#each entries}}{{#entry this}}{{> item}}{{/entry}}{{/each}}{{#unless @last}}<tr><td>&middot;</td></tr>{{/unless}}{{else}}<tr><td>That is all.</td></tr>{{/each}}`,
      ),
      'templates/own/email.txt.hbs': `{{wrap preheader}}\n{{#entry lead}}\n{{> entry}}\n{{/entry}}\n{{#each sections}}\n{{#each entries}}\n{{#entry this}}\n{{> entry}}\n{{/entry}}\n{{/each}}\n{{/each}}\n{{> footer}}\n`,
    })
    for (const topics of SETS.slice(1)) {
      expect(sameVariant(await cutter.cut(topics), (await cutter.rendered(topics)).compiled), topics.join(' ')).toBe(
        true,
      )
    }
  })

  it('in MJML sections of its own is cut, Outlook’s comments joined', { timeout: 60_000 }, async () => {
    const cutter = await prepared('own', 'en-GB', EDITIONS['an orderly edition'], {
      'templates/own/email.mjml.hbs': `<mjml lang="{{lang}}" dir="{{dir}}"><mj-body>{{#entry lead}}<mj-section><mj-column><mj-text>{{> story}}</mj-text></mj-column></mj-section>{{/entry}}{{#each sections}}{{#each entries}}{{#entry this}}<mj-section><mj-column><mj-text>{{> story}}</mj-text></mj-column></mj-section>{{/entry}}{{/each}}{{/each}}</mj-body></mjml>`,
      'templates/own/email.txt.hbs': '{{> page}}',
    })
    for (const topics of SETS.slice(1)) {
      expect(sameVariant(await cutter.cut(topics), (await cutter.rendered(topics)).compiled), topics.join(' ')).toBe(
        true,
      )
    }
  })

  it('that counts its sections is rendered for each set, and right all the same', { timeout: 60_000 }, async () => {
    const cutter = await prepared('own', 'en-GB', EDITIONS['an orderly edition'], {
      'templates/own/email.mjml.hbs': page(
        `<tr><td>{{sections.length}} sections</td></tr>{{#each sections}}{{#each entries}}{{#entry this}}{{> item}}{{/entry}}{{/each}}{{/each}}`,
      ),
      'templates/own/email.txt.hbs': '{{> page}}',
    })
    await expect(cutter.cut(['world', 'sport'])).rejects.toThrow(/length or a place of a list/)
    const variant = await cutter.variant(['world', 'sport'])
    expect(sameVariant(variant, (await cutter.rendered(['world', 'sport'])).compiled)).toBe(true)
    expect(JSON.stringify(variant?.html)).toContain('2 sections')
  })

  it('whose cut would be another is noticed before anything is cut', { timeout: 60_000 }, async () => {
    // `lookup` goes around the helpers that know what is late.
    const cutter = await prepared('own', 'en-GB', EDITIONS['an orderly edition'], {
      'templates/own/email.mjml.hbs': page(
        `<tr><td>{{#each sections}}{{#with @first}}<b>first</b>{{/with}}{{#each entries}}{{#entry this}}{{> item}}{{/entry}}{{/each}}{{/each}}</td></tr>`,
      ),
      'templates/own/email.txt.hbs': '{{> page}}',
    })
    expect(
      sameVariant(await cutter.cut(['world', 'sport']), (await cutter.rendered(['world', 'sport'])).compiled),
    ).toBe(false)
    const variant = await cutter.variant(['world', 'sport'])
    expect(sameVariant(variant, (await cutter.rendered(['world', 'sport'])).compiled)).toBe(true)
  })
})

it('nothing of the topics asked for is no variant', async () => {
  const cutter = await prepared('wire', 'en-GB', yamlOf('', [{ topic: 'world' }]))
  expect(await cutter.cut(['sport'])).toBeNull()
  expect(await cutter.variant(['sport'])).toBeNull()
})
