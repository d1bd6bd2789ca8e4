import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { inlineText, parseProse } from '../../src/edition/inline.ts'
import { readEdition, readPublication } from '../../src/edition/read.ts'
import { personalise } from '../../src/render/personalise.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'

const DATE = '2026-11-20'
const PUBLICATION = `name: The Post
id: post
from: The Post <post@example.org>
postalAddress: 1 Quay
url: https://example.org
language: en-GB
timezone: Europe/London
topics: [{ id: world, name: World }, { id: tools, name: Tools }]
`
let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'broadsheet-survival-'))
  await mkdir(path.join(root, 'digests'))
  await writeFile(path.join(root, 'broadsheet.yaml'), PUBLICATION)
})
afterAll(() => rm(root, { recursive: true, force: true }))

const HIDDEN = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\ufeff]/u
const markup = fc.constantFrom(
  '{{x}}',
  '{{{',
  '[[x]]',
  '<b>',
  '</mj-text>',
  ']]>',
  '-->',
  '<!--',
  '$&',
  '$1',
  '&amp;',
  '&#x41;',
  '"',
  "'",
  '\\',
  '%%',
  'https://example.org/?a=b&c',
  '👩‍👩‍👧',
  'مرحبا',
  '日本語',
  'e\u0301',
  '# x',
  ': y',
  '- z',
  '*',
  '_',
  '`',
  '<script>',
  '{{slot "name"}}',
  '=3D',
)
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
  { weight: 2, arbitrary: markup },
)
/** Printable text of any script, with a letter in it so that it is never nothing but space. */
const printable = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((parts) => `x${parts.join(' ')}`.replace(new RegExp(HIDDEN, 'gu'), '').toWellFormed())
const anEntry = fc.record({
  kicker: printable,
  headline: printable,
  summary: printable,
  source: printable,
  alt: printable,
  caption: printable,
  credit: printable,
})

const squeezed = (text: string): string => text.replace(/[ \t\n\r\f]+/g, '')

function shownIn(html: string): { words: string; alts: string[] } {
  const found = { words: '', alts: [] as string[] }
  const walk = (node: DefaultTreeAdapterMap['node']): void => {
    if (node.nodeName === '#text') found.words += squeezed((node as DefaultTreeAdapterMap['textNode']).value)
    if ('attrs' in node) found.alts.push(...node.attrs.filter((one) => one.name === 'alt').map((one) => one.value))
    if ('childNodes' in node) for (const child of node.childNodes) walk(child)
  }
  walk(parse(html))
  return found
}

// 120 editions of three entries with seven fields each: 2,520 texts a run.
it('any printable text in any field arrives in the HTML and in the plain text as it was typed', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(anEntry, anEntry, anEntry), async (fields) => {
      const entries = fields.map(({ alt, caption, credit, ...text }, index) => ({
        ...text,
        topic: index === 1 ? 'tools' : 'world',
        url: `https://example.org/${index}`,
        image: { src: 'https://pictures.example.org/a.png', width: 600, height: 400, alt, caption, credit },
      }))
      await writeFile(path.join(root, `digests/${DATE}.yaml`), stringify({ entries }))
      const { publication } = await readPublication(root)
      if (publication === null) throw new Error('no publication')
      const { prepared, findings } = await prepareEdition(root, DATE, publication)
      // Markdown links made up by chance may be refused; everything else is taken as it is.
      fc.pre(!findings.some((one) => one.code.startsWith('url-')))
      expect(findings.filter((one) => one.severity === 'error')).toEqual([])
      const { compiled, findings: inRendering } =
        prepared === null ? { compiled: null, findings: [] } : await compileFor(prepared)
      expect(inRendering).toEqual([])
      if (compiled === null) throw new Error('nothing compiled')
      const html = shownIn(personalise(compiled.html, new Map()))
      const text = squeezed(personalise(compiled.text, new Map()))
      for (const { summary, alt, ...rest } of fields) {
        const words = parseProse(summary.replace(/[ \n]+/g, ' ').trim())
          .map(inlineText)
          .join('')
        // Blank space at either end of a field, of any script, is dropped on reading.
        for (const value of [...Object.values(rest), words].map((one) => one.trim())) {
          expect(html.words).toContain(squeezed(value))
          if (!/\]\(/.test(summary)) expect(text).toContain(squeezed(value))
        }
        expect(html.alts.map(squeezed)).toContain(squeezed(alt.trim()))
      }
    }),
    { numRuns: 120 },
  )
})

const hidden = fc.oneof(
  fc.constantFrom(
    '\u0000',
    '\u0007',
    '\u001b',
    '\u007f',
    '\u0085',
    '\u009f',
    '\u200e',
    '\u200f',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\u061c',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '\uffff',
    '\ud800',
    '\udfff',
    '\t',
  ),
)

it('any text with a character no reader can see is refused at its line, and never ends in an exception', {
  timeout: 120_000,
}, async () => {
  const fieldNames = ['kicker', 'headline', 'summary', 'source'] as const
  await fc.assert(
    fc.asyncProperty(
      printable,
      hidden,
      printable,
      fc.constantFrom(...fieldNames),
      async (before, sign, after, field) => {
        const texts: Record<string, string> = {
          kicker: 'one',
          headline: 'two',
          summary: 'three',
          source: 'four',
          [field]: `${before}${sign}${after}`,
        }
        // JSON is YAML; it escapes what a file of text cannot hold.
        const lines = Object.entries(texts).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)
        await writeFile(
          path.join(root, `digests/${DATE}.yaml`),
          `entries:\n  - topic: world\n    url: https://example.org\n${lines.join('\n')}\n`,
        )
        const { publication } = await readPublication(root)
        if (publication === null) throw new Error('no publication')
        const { findings } = await readEdition(root, DATE, publication)
        const line = 4 + fieldNames.indexOf(field)
        expect(findings.filter((one) => one.severity === 'error').map((one) => one.line)).toContain(line)
      },
    ),
    { numRuns: 1000 },
  )
})
