import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import Handlebars from 'handlebars'
import { type Finding, finding, type Place } from '../problems/finding.ts'
import { placeAt, sourceFrom } from '../yaml/source.ts'

/** The templates that come with Broadsheet; a publication overrides any of them by a file of the same path. */
const BUILT_IN = path.join(import.meta.dirname, '..', '..', 'templates')

/** A template with its partials, ready to render. */
export interface Templates {
  name: string
  /** Where the publication's own files of it hold a text, or null: what built-in files say is no editor's business. */
  placeOf(text: string): Place | null
  render(kind: 'html' | 'text', view: object, helpers: Record<string, Handlebars.HelperDelegate>): string
}

/** A template that cannot be read or rendered; names file and line. */
export class TemplateError extends Error {
  readonly place: Place
  readonly hint: string

  constructor(message: string, place: Place, hint: string) {
    super(message)
    this.name = 'TemplateError'
    this.place = place
    this.hint = hint
  }

  toFinding(): Finding {
    return finding('template-error', this.place, this.message, this.hint)
  }
}

interface TemplateFile {
  /** Relative to the templates folder, as in partials/entry.mjml.hbs. */
  name: string
  text: string
  builtIn: boolean
}

const KINDS = { html: '.mjml.hbs', text: '.txt.hbs' } as const

/** Loads a template and all partials. Findings name a template that does not exist or cannot be parsed. */
export async function loadTemplates(
  root: string,
  name: string,
): Promise<{ templates: Templates | null; findings: Finding[] }> {
  const own = path.join(root, 'templates')
  const found = new Map<string, TemplateFile>()
  for (const folder of [BUILT_IN, own]) {
    for (const part of ['partials', name]) {
      for (const file of await readdir(path.join(folder, part)).catch(() => [])) {
        if (!/\.(mjml|txt)\.hbs$/.test(file)) continue
        const relative = `${part}/${file}`
        found.set(relative, {
          name: relative,
          text: await readFile(path.join(folder, relative), 'utf8'),
          builtIn: folder === BUILT_IN,
        })
      }
    }
  }
  const stamp = JSON.stringify([root, name, ...[...found.values()].map((file) => [file.name, file.text])])
  if (stamp === lastLoaded?.stamp) return { templates: lastLoaded.templates, findings: [] }
  const findings: Finding[] = []
  const engine = Handlebars.create()
  const compiled = { html: null, text: null } as Record<'html' | 'text', Handlebars.TemplateDelegate | null>
  const partials = { html: {}, text: {} } as Record<'html' | 'text', Record<string, Handlebars.TemplateDelegate>>
  const mains = { html: found.get(`${name}/email${KINDS.html}`), text: found.get(`${name}/email${KINDS.text}`) }
  for (const kind of ['html', 'text'] as const) {
    const main = mains[kind]
    if (main === undefined) {
      // Neither file: the name is wrong, and that is said once.
      if (kind === 'text' && mains.html === undefined) continue
      const names = [...new Set((await readdir(BUILT_IN)).concat(await readdir(own).catch(() => [])))].filter(
        (one) => !['partials', 'pages', 'mails'].includes(one),
      )
      findings.push(
        finding(
          'template-missing',
          'broadsheet.yaml',
          mains.html === undefined && mains.text === undefined
            ? `There is no template "${name}".`
            : `There is no templates/${name}/email${KINDS[kind]}.`,
          `Templates there are: ${names.join(', ')}.`,
        ),
      )
      continue
    }
    for (const file of [
      main,
      ...[...found.values()].filter((one) => one.name.startsWith('partials/') && one.name.endsWith(KINDS[kind])),
    ]) {
      try {
        engine.parse(file.text)
      } catch (caught) {
        findings.push(parseFinding(file, caught as Error))
        continue
      }
      const render = named(
        engine.compile(file.text, {
          strict: true,
          preventIndent: true,
          noEscape: kind === 'text',
          explicitPartialContext: false,
        }),
        file,
      )
      if (file === main) compiled[kind] = render
      else partials[kind][path.basename(file.name, KINDS[kind])] = render
    }
  }
  const { html, text } = compiled
  if (html === null || text === null || findings.length > 0) return { templates: null, findings }
  const render: Templates['render'] = (kind, view, helpers) =>
    (kind === 'html' ? html : text)(view, { helpers, partials: partials[kind] })
  const ownFiles = [...found.values()].filter((file) => !file.builtIn && file.name.endsWith(KINDS.html))
  const placeOfText: Templates['placeOf'] = (text) => {
    const file = text === '' ? undefined : ownFiles.find((one) => one.text.includes(text))
    return file === undefined ? null : { ...placeOf(file, file.text.indexOf(text)), width: text.length }
  }
  const templates = { name, render, placeOf: placeOfText }
  lastLoaded = { stamp, templates }
  return { templates, findings }
}

/** Compiling takes Handlebars 10 ms; a thousand editions, and every save in the preview, use the same files. */
let lastLoaded: { stamp: string; templates: Templates } | null = null

/** The same template, whose errors say which file and line they come from; the innermost file wins. */
function named(render: Handlebars.TemplateDelegate, file: TemplateFile): Handlebars.TemplateDelegate {
  return (context, options) => {
    try {
      return render(context, options)
    } catch (caught) {
      if (caught instanceof TemplateError || !(caught instanceof Error)) throw caught
      throw runtimeError(file, caught)
    }
  }
}

function runtimeError(file: TemplateFile, caught: Error & { lineNumber?: number; column?: number }): TemplateError {
  const partial = /The partial (\S+) could not be found/.exec(caught.message)?.[1]
  if (partial !== undefined) {
    const at = Math.max(0, file.text.search(new RegExp(`\\{\\{#?>\\s*${partial.replace(/[^\w-]/g, '.')}`)))
    return new TemplateError(
      `There is no partial "${partial}".`,
      at < 0 ? placeOfLine(file, 1) : placeOf(file, at),
      `Add templates/partials/${partial}.mjml.hbs (or .txt.hbs), or correct the name.`,
    )
  }
  const missing = /^"(.+?)" not defined/.exec(caught.message)?.[1]
  const message =
    missing === undefined
      ? caught.message.split('\n')[0]
      : `The template asks for "${missing}", which does not exist here.`
  return new TemplateError(
    message ?? 'The template failed.',
    placeOfLine(file, caught.lineNumber ?? 1, caught.column),
    'docs/templates.md lists what a template can use.',
  )
}

function parseFinding(file: TemplateFile, caught: Error): Finding {
  const line = Number(/on line (\d+)/.exec(caught.message)?.[1] ?? /- (\d+):\d+$/.exec(caught.message)?.[1] ?? 1)
  const reason = caught.message.split('\n')
  const message = `Handlebars cannot read the template: ${(reason.length > 1 ? reason.at(-1) : reason[0])?.trim()}.`
  return new TemplateError(
    message,
    placeOfLine(file, line),
    'Every {{#block}} needs its {{/block}}, and every {{ its }}.',
  ).toFinding()
}

function placeOf(file: TemplateFile, offset: number): Place {
  return placeAt(sourceFrom(file.text, `templates/${file.name}`), offset)
}

function placeOfLine(file: TemplateFile, line: number, column = 0): Place {
  const source = sourceFrom(file.text, `templates/${file.name}`)
  return placeAt(source, (source.lineStarts[line - 1] ?? 0) + column)
}
