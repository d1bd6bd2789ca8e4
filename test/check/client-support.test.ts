import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DateTime } from 'luxon'
import { expect, it } from 'vitest'
import { clientFacts } from '../../scripts/client-facts.ts'
import { featuresOf } from '../../src/check/client-features.ts'
import { readPage } from '../../src/check/page.ts'
import { examine } from '../../src/commands/examine.ts'
import { History } from '../../src/commands/history.ts'
import { readPublication } from '../../src/edition/read.ts'
import { repository } from '../support/run-cli.ts'
import { aGoodPublication, GOOD_DATE } from './good-edition.ts'

it('the facts about mail clients are those of caniemail, and the baseline is what the built-in templates use', {
  timeout: 60_000,
}, async () => {
  expect(await readFile(path.join(repository, 'src/check/client-facts.json'), 'utf8')).toBe(await clientFacts())
})

it('a feature names the clients without it, those with a part of it, and how old the test is', async () => {
  const footer = await readFile(path.join(repository, 'templates/partials/footer.mjml.hbs'), 'utf8')
  const bad = footer.replace(
    '{{publication.postalAddress}}',
    '{{publication.postalAddress}} <span style="background-clip:text">Quay</span>',
  )
  const root = await aGoodPublication({ 'templates/partials/footer.mjml.hbs': bad })
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const { findings } = await examine(root, GOOD_DATE, publication, {
    now: DateTime.utc(2026, 11, 20),
    history: new History(root),
    keys: null,
  })
  expect(findings).toHaveLength(1)
  expect(findings[0]?.message).toMatch(
    /^background-clip does not work in .*Outlook \(Windows\).*\. Last tested \d+ years ago \(20\d\d-\d\d\)\.$/,
  )
})

it('features are found in elements, attributes, inline styles and style sheets', () => {
  const html = `<!doctype html><html><head><style>
    @media (hover) { .a:hover::before { width: calc(1px + 2rem); inset: 0 } }
    .b > .c { margin-inline-start: 1em }
  </style></head><body><img src="a.gif" srcset="b.png 2x" loading="lazy"><p style="background:linear-gradient(red,blue)">x</p></body></html>`
  const found = [...featuresOf(readPage(html, /(?!)/)).keys()]
  for (const name of [
    'css-at-media',
    'css-at-media-hover',
    'css-pseudo-class-hover',
    'css-pseudo-element-before',
    'css-unit-calc',
    'css-unit-rem',
    'css-inset',
    'css-margin-inline-start-end',
    'css-unit-em',
    'image-gif',
    'html-srcset',
    'html-loading-attribute',
    'css-linear-gradient',
    'css-background',
  ])
    expect(found).toContain(name)
  expect(found).not.toContain('css-display-flex')
})
