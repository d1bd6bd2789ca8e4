import type { Edition } from '../edition/edition.ts'
import { type FrontPage, frontPage, inboxLines } from '../edition/group.ts'
import type { Publication } from '../edition/publication.ts'
import type { Pictures } from '../images/picture.ts'
import type { PictureFile } from '../images/picture-file.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { htmlEncoding, textEncoding } from './escape.ts'
import { type Expected, lossFindings } from './loss.ts'
import { type Marks, marksFor, withoutEntryMarks } from './marks.ts'
import { mjmlToHtml } from './mjml.ts'
import { directionOf } from './phrases.ts'
import { contentId, pictureUrl, type Scene } from './scene.ts'
import { cutAtSlots, type Slotted, type WantedSlot } from './slots.ts'
import { TemplateError, type Templates } from './templates.ts'
import { viewOf } from './view.ts'
import { wrapText } from './wrap-text.ts'

/**
 * Third step of the path: an edition (or what is left of it for one set of topics) -> everything its copies share.
 * Preview, check, build and send all come through here, so the preview cannot lie.
 */
export interface CompiledVariant {
  date: string
  subject: string
  preheader: string
  mjml: Slotted
  html: Slotted
  text: Slotted
  /** Pictures that travel in the message, with their Content-IDs; empty for `images: link`. */
  embedded: { picture: PictureFile; contentId: string }[]
  /** Pictures to be hosted, with their addresses; empty for `images: embed`. */
  linked: { picture: PictureFile; url: string }[]
  entries: number
  /** Ids, in the order they come out. */
  topics: string[]
  /** For the checks, when asked for: the HTML with a comment where each entry begins and ends. */
  marked?: { html: Slotted; pattern: RegExp }
}

/** What an edition is compiled from. */
export interface Material {
  edition: Edition
  publication: Publication
  pictures: Pictures
  logo: PictureFile | null
  templates: Templates
  /** The language of dates and built-in phrases; the publication's by default. */
  language?: string
  /** Keeps the marks of entries, so that what is found in the HTML can be said of an entry. */
  keepMarks?: boolean
}

/** Null when nothing can be shown at all; otherwise what can be shown, and findings for what cannot or was lost. */
export async function compile(material: Material): Promise<{ compiled: CompiledVariant | null; findings: Finding[] }> {
  const { edition, publication, templates } = material
  const page = frontPage(edition, publication)
  if (page === null) return { compiled: null, findings: [] }
  const scene: Scene & { keepMarks?: boolean } = {
    ...material,
    page,
    language: material.language ?? publication.language,
    shown: { entries: new Map(), logo: false },
  }
  const marks = marksFor(edition.entries, edition.date, edition.intro, publication)
  const wanted: WantedSlot[] = []
  try {
    const mjml = templates.render('html', viewOf(scene, htmlEncoding), helpers(marks, wanted, 'html'))
    const text = tidy(templates.render('text', viewOf(scene, textEncoding), helpers(marks, wanted, 'text')))
    const { html, problems } = await mjmlToHtml(mjml, directionOf(scene.language))
    const file = `templates/${templates.name}/email.mjml.hbs`
    const findings = problems.map((problem) =>
      finding('template-mjml', file, problem, 'Run `broadsheet build` and look at the line in dist/<date>/email.mjml.'),
    )
    if (html === '') return { compiled: null, findings }
    findings.push(...lossFindings(expectedOf(page, scene), html, text, marks, edition.file))
    return { compiled: variant(scene, { mjml, html, text }, marks, wanted), findings }
  } catch (caught) {
    if (!(caught instanceof TemplateError)) throw caught
    return { compiled: null, findings: [caught.toFinding()] }
  }
}

function variant(
  scene: Scene & { keepMarks?: boolean },
  output: { mjml: string; html: string; text: string },
  marks: Marks,
  wanted: WantedSlot[],
): CompiledVariant {
  const { edition, page, publication } = scene
  const files = usedFiles(scene)
  const embed = publication.images === 'embed'
  const filled = page.sections.map((section) => section.topic.id)
  return {
    date: edition.date,
    ...inboxLines(edition, page),
    mjml: cutAtSlots(withoutEntryMarks(output.mjml, marks, 'html'), marks, wanted, 'html'),
    html: cutAtSlots(withoutEntryMarks(output.html, marks, 'html'), marks, wanted, 'html'),
    text: cutAtSlots(withoutEntryMarks(output.text, marks, 'text'), marks, wanted, 'text'),
    embedded: embed ? files.map((picture) => ({ picture, contentId: contentId(picture, publication) })) : [],
    linked: embed ? [] : files.map((picture) => ({ picture, url: pictureUrl(picture, publication, edition.date) })),
    entries: 1 + page.sections.reduce((sum, section) => sum + section.entries.length, 0),
    topics: publication.topics
      .map((topic) => topic.id)
      .filter((id) => id === page.lead.topic.id || filled.includes(id)),
    ...(scene.keepMarks === true
      ? { marked: { html: cutAtSlots(output.html, marks, wanted, 'html'), pattern: marks.pattern } }
      : {}),
  }
}

function expectedOf(page: FrontPage, { shown }: Scene): Expected[] {
  const entries = [page.lead.entry, ...page.sections.flatMap((section) => section.entries)]
  return entries.map((entry) => ({ entry, picture: shown.entries.has(entry.position) }))
}

/** The files of the pictures that are shown, each once. */
function usedFiles({ pictures, logo, shown }: Scene): PictureFile[] {
  const files = [...shown.entries].flatMap(([position, sizes]) => {
    const picture = pictures.get(position)
    return picture?.kind === 'local' ? [...sizes].map((size) => picture[size]) : []
  })
  const all = logo !== null && shown.logo ? [logo, ...files] : files
  return [...new Map(all.map((file) => [file.name, file])).values()]
}

/** `{{slot "name" "reader"}}`, `{{#entry this}} … {{/entry}}`, and for text `{{wrap x indent="  "}}`. */
function helpers(marks: Marks, wanted: WantedSlot[], kind: 'html' | 'text'): Record<string, Handlebars.HelperDelegate> {
  const mark = (text: string) => (kind === 'html' ? `<!--${text}-->` : text)
  return {
    slot(name: unknown, fallback: unknown) {
      wanted.push({ name: String(name), fallback: typeof fallback === 'string' ? fallback : '' })
      return marks.slot(wanted.length - 1)
    },
    entry(this: unknown, entry: { position: number }, options: Handlebars.HelperOptions) {
      return mark(marks.begin(entry.position)) + options.fn(entry) + mark(marks.end(entry.position))
    },
    wrap(text: unknown, options: Handlebars.HelperOptions) {
      return wrapText(String(text ?? ''), String(options.hash['indent'] ?? ''))
    },
  }
}

/** At most one blank line in a row, none at the ends but a last line break. */
function tidy(text: string): string {
  return `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}
