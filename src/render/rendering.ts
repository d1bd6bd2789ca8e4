import type Handlebars from 'handlebars'
import { htmlEncoding, textEncoding } from './escape.ts'
import { Late, Tracer } from './late.ts'
import { type Marks, marksFor } from './marks.ts'
import { mjmlToHtml } from './mjml.ts'
import { directionOf } from './phrases.ts'
import type { Scene } from './scene.ts'
import type { WantedSlot } from './slots.ts'
import type { Templates } from './templates.ts'
import { type View, viewOf } from './view.ts'
import { lateView } from './view-late.ts'
import { wrapText } from './wrap-text.ts'

/** What Handlebars and MJML made of a scene, marks still in it. */
export interface Rendering {
  mjml: string
  html: string
  /** Not tidied yet, see `tidy`. */
  text: string
  marks: Marks
  wanted: WantedSlot[]
  /** What MJML had to say. */
  problems: string[]
}

/** Renders a scene once. Throws a TemplateError. */
export async function render(scene: Scene, templates: Templates): Promise<Rendering> {
  const marks = marksOf(scene)
  const wanted: WantedSlot[] = []
  const mjml = templates.render('html', viewOf(scene, htmlEncoding), helpers(marks, wanted, 'html', null))
  const text = templates.render('text', viewOf(scene, textEncoding), helpers(marks, wanted, 'text', null))
  return { mjml, text, marks, wanted, ...(await mjmlToHtml(mjml, directionOf(scene.language))) }
}

/** The same for all variants that share the scene's lead: what differs among them is left to be cut. */
export async function renderLate(
  scene: Scene,
  templates: Templates,
): Promise<Rendering & { tracers: { html: Tracer; text: Tracer } }> {
  const marks = marksOf(scene)
  const wanted: WantedSlot[] = []
  const tracers = { html: new Tracer(marks, 'html'), text: new Tracer(marks, 'text') }
  const viewFor = (kind: 'html' | 'text', view: View) => lateView(view, tracers[kind], scene.page.lead.topic.id)
  const mjml = templates.render(
    'html',
    viewFor('html', viewOf(scene, htmlEncoding)),
    helpers(marks, wanted, 'html', tracers.html),
  )
  const text = templates.render(
    'text',
    viewFor('text', viewOf(scene, textEncoding)),
    helpers(marks, wanted, 'text', tracers.text),
  )
  return { mjml, text, marks, wanted, tracers, ...(await mjmlToHtml(mjml, directionOf(scene.language))) }
}

const marksOf = ({ edition, publication }: Scene): Marks =>
  marksFor(edition.entries, edition.date, edition.intro, publication)

/** `{{slot "name" "reader"}}`, `{{#entry this}} … {{/entry}}`, and for text `{{wrap x indent="  "}}`. */
function helpers(
  marks: Marks,
  wanted: WantedSlot[],
  kind: 'html' | 'text',
  tracer: Tracer | null,
): Record<string, Handlebars.HelperDelegate> {
  const mark = (text: string) => (kind === 'html' ? `<!--${text}-->` : text)
  return {
    ...tracer?.helpers,
    slot(name: unknown, fallback: unknown) {
      wanted.push({ name: String(name), fallback: typeof fallback === 'string' ? fallback : '' })
      return marks.slot(wanted.length - 1)
    },
    entry(this: unknown, entry: { position: number }, options: Handlebars.HelperOptions) {
      return mark(marks.begin(entry.position)) + options.fn(entry) + mark(marks.end(entry.position))
    },
    wrap(text: unknown, options: Handlebars.HelperOptions) {
      const wrapped = (value: unknown) => wrapText(String(value ?? ''), String(options.hash['indent'] ?? ''))
      return text instanceof Late && tracer !== null
        ? tracer.late((present) => wrapped(text.of(present)))
        : wrapped(text)
    },
  }
}

/** Plain text with at most one blank line in a row, none at the ends but a last line break. */
export function tidy(text: string): string {
  return `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}
