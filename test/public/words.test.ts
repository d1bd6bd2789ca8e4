import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSite } from '../../scripts/public-site.ts'
import { loadPageTemplates } from '../../src/public/page-templates.ts'
import { arabic } from '../../src/public/words/ar.ts'
import { german } from '../../src/public/words/de.ts'
import { english, type Words } from '../../src/public/words/en.ts'
import { spanish } from '../../src/public/words/es.ts'
import { french } from '../../src/public/words/fr.ts'
import { japanese } from '../../src/public/words/ja.ts'
import { ADA } from '../support/public-site.ts'
import { aBroadsheetYaml, aPublication, writeFiles } from '../support/publication.ts'
import { repository } from '../support/run-cli.ts'

const places = (text: string): string => [...new Set(text.match(/\{\d\}/g) ?? [])].sort().join()

describe('the words of the pages', () => {
  it.each(Object.entries({ german, french, spanish, arabic, japanese }))(
    'in %s name what the English ones name, and leave nothing untranslated',
    (_language, words) => {
      for (const key of Object.keys(english) as (keyof Words)[]) {
        // A language may leave the publication's name out; a name that is never given may not stand in it.
        expect(places(english[key]), `${key}: ${words[key]}`).toContain(places(words[key]))
        if (english[key].length > 12) expect(words[key]).not.toBe(english[key])
      }
    },
  )

  it('are all used', async () => {
    const files = ['way-out', 'preferences', 'own-data', 'sign-up', 'app', 'choices-form', 'post-office', 'site']
    const code = await Promise.all(
      files.map((name) => readFile(path.join(repository, `src/public/${name}.ts`), 'utf8')),
    )
    const pages = ['page', 'way-out', 'preferences', 'sign-up', 'own-data', 'notice']
    const templates = await Promise.all(
      pages.map((name) => readFile(path.join(repository, `templates/pages/${name}.hbs`), 'utf8')),
    )
    const all = [...code, ...templates].join('\n')
    expect(Object.keys(english).filter((word) => !all.includes(`'${word}'`) && !all.includes(`"${word}"`))).toEqual([])
  })
})

describe('a publication', () => {
  it('has pages and mails of its own where it brings templates, and the built-in ones everywhere else', async () => {
    const root = await aPublication({
      files: {
        'subscribers.csv': `email\n${ADA}\n`,
        'templates/pages/style.hbs': 'body{background:{{{theme.light.accent}}} }',
        'templates/mails/confirm.txt.hbs': 'Press here, {{publication.name}}: {{link}}',
      },
    })
    const site = await openSite(root)
    onTestFinished(() => site.close())
    const answer = await site.app.request(site.wayOut(ADA))
    const page = await answer.text()
    expect(page).toContain('<style>\nbody{background:#9e2b25 }')
    expect(page).toContain('Unsubscribe from The Test Digest')
    const said = { subject: '', title: '', intro: '', button: '', ends: '', ignore: '' }
    const mail = site.templates.mail('confirm', 'en-GB', { ...said, link: 'https://x.example' })
    expect(mail.text).toBe('Press here, The Test Digest: https://x.example')
  })

  it('is told which of its templates cannot be read', async () => {
    const root = await aPublication({ yaml: aBroadsheetYaml(), files: { 'subscribers.csv': 'email\n' } })
    const site = await openSite(root)
    onTestFinished(() => site.close())
    await writeFiles(root, { 'templates/pages/way-out.hbs': '{{#if}}' })
    await expect(loadPageTemplates(root, site.publication)).rejects.toThrow(
      'templates/pages/way-out.hbs cannot be read',
    )
  })
})
