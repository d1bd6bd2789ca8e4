import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import Handlebars from 'handlebars'
import type { Publication } from '../edition/publication.ts'
import { UserError } from '../problems/user-error.ts'
import { directionOf } from '../render/phrases.ts'
import { themeOf, topicColors } from '../render/theme.ts'
import { wordsFor } from './words/words.ts'

/** From src/ and from build/ alike. */
const BUILT_IN = path.join(import.meta.dirname, '..', '..', 'templates')

export type PageName = 'way-out' | 'preferences' | 'sign-up' | 'own-data' | 'notice'
export type MailName = 'confirm' | 'own-data'

/** A page as it is sent: its HTML, and the policy under which a browser shows it. */
export interface RenderedPage {
  html: string
  policy: string
}

/** The templates of the public pages and mails, with the publication's look. Anything handed in is escaped. */
export interface PageTemplates {
  page(name: PageName, language: string, view: { title: string } & Record<string, unknown>): RenderedPage
  /** The MJML and the text of a mail. */
  mail(name: MailName, language: string, view: Record<string, string>): { mjml: string; text: string }
}

/**
 * Reads templates/pages and templates/mails, a publication’s own over the built-in ones: what is
 * unreadable is said when the server starts, as a UserError.
 */
export async function loadPageTemplates(root: string, publication: Publication): Promise<PageTemplates> {
  const engine = Handlebars.create()
  const files = await filesOf(root)
  const compile = (name: string, noEscape = false): Handlebars.TemplateDelegate => {
    try {
      Handlebars.parse(files.get(name) ?? '')
      return engine.compile(files.get(name) ?? '', { strict: true, preventIndent: true, noEscape })
    } catch (caught) {
      throw new UserError(
        'bad-template',
        `templates/${name} cannot be read: ${(caught as Error).message.split('\n').at(-1)}.`,
        'Mend it (a brace of CSS after one of Handlebars wants a space: {{{…}}} }), or remove it to use the built-in one.',
        { cause: caught },
      )
    }
  }
  const theme = { ...themeOf(publication), margin: 32 }
  const topics = publication.topics.map((topic) => ({ id: topic.id, ...topicColors(topic, theme) }))
  const shared = (language: string) => {
    const say = wordsFor(language)
    const direction = directionOf(language)
    const common = {
      publication,
      theme,
      topics,
      lang: language,
      dir: direction,
      start: direction === 'rtl' ? 'right' : 'left',
    }
    const named = language !== publication.language
    const of = {
      nameLang: named ? publication.language : undefined,
      nameDir: named ? directionOf(publication.language) : undefined,
    }
    const helpers = { say: (word: Parameters<typeof say>[0]) => say(word, publication.name) }
    return { common: { ...common, ...of }, helpers }
  }
  const partials = { page: compile('pages/page.hbs'), style: compile('pages/style.hbs') }
  const names: PageName[] = ['way-out', 'preferences', 'sign-up', 'own-data', 'notice']
  const pages = new Map(names.map((name) => [name, compile(`pages/${name}.hbs`)]))
  const mails = new Map(
    (['confirm', 'own-data'] as const).flatMap((name) =>
      (['mjml', 'txt'] as const).map((kind) => [
        `${name}.${kind}`,
        compile(`mails/${name}.${kind}.hbs`, kind === 'txt'),
      ]),
    ),
  )
  const letters = { mjml: compile('mails/letter.mjml.hbs'), txt: compile('mails/letter.txt.hbs', true) }
  return {
    page(name, language, view) {
      const { common, helpers } = shared(language)
      const html = filled(`pages/${name}.hbs`, () =>
        pages.get(name)?.({ ...common, topicStyles: topics, ...view }, { partials, helpers }),
      )
      return { html, policy: policyFor(html) }
    },
    mail(name, language, view) {
      const { common, helpers } = shared(language)
      const made = (kind: 'mjml' | 'txt'): string =>
        filled(`mails/${name}.${kind}.hbs`, () =>
          mails.get(`${name}.${kind}`)?.({ ...common, ...view }, { partials: { letter: letters[kind] }, helpers }),
        )
      return { mjml: made('mjml'), text: made('txt') }
    },
  }
}

async function filesOf(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const folder of [BUILT_IN, path.join(root, 'templates')])
    for (const part of ['pages', 'mails'])
      for (const name of await readdir(path.join(folder, part)).catch(() => []))
        if (name.endsWith('.hbs')) files.set(`${part}/${name}`, await readFile(path.join(folder, part, name), 'utf8'))
  return files
}

function filled(name: string, render: () => string | undefined): string {
  try {
    return (render() ?? '').trim()
  } catch (caught) {
    throw new UserError(
      'bad-template',
      `templates/${name} cannot be filled: ${(caught as Error).message.split('\n')[0]}.`,
      'Mend it, or remove it to use the built-in one.',
      { cause: caught },
    )
  }
}

/** Nothing but the page's own style sheet, and forms that come back here: no script, no picture, no frame around it. */
function policyFor(html: string): string {
  const styles = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(
    ([, css = '']) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  )
  return `default-src 'none'; style-src ${styles.join(' ') || "'none'"}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
}
