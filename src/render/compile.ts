import type { Edition } from '../edition/edition.ts'
import { entriesOf, type FrontPage, frontPage, inboxLines } from '../edition/group.ts'
import type { Publication } from '../edition/publication.ts'
import type { Pictures } from '../images/picture.ts'
import type { PictureFile } from '../images/picture-file.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { type Expected, lossFindings } from './loss.ts'
import { withoutEntryMarks } from './marks.ts'
import { type Rendering, render, tidy } from './rendering.ts'
import { contentId, pictureUrl, type Scene } from './scene.ts'
import { cutAtSlots, type Slotted } from './slots.ts'
import { TemplateError, type Templates } from './templates.ts'

/**
 * Third step of the path: an edition (or what is left of it for one set of topics) -> everything its copies share.
 * Preview, check, build and send all come through here, so the preview cannot lie.
 */
export interface CompiledVariant {
  date: string
  subject: string
  preheader: string
  html: Slotted
  text: Slotted
  /** Pictures that travel in the message, with their Content-IDs; empty for `images: link`. */
  embedded: { picture: PictureFile; contentId: string }[]
  /** Pictures to be hosted, with their addresses; empty for `images: embed`. */
  linked: { picture: PictureFile; url: string }[]
  entries: number
  /** Ids, in the order they come out. */
  topics: string[]
}

/** What `compile` gives: a variant, with what `build` and the checks look at. */
export interface CompiledEdition extends CompiledVariant {
  mjml: Slotted
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
export async function compile(material: Material): Promise<{ compiled: CompiledEdition | null; findings: Finding[] }> {
  const { edition, publication, templates } = material
  const page = frontPage(edition, publication)
  if (page === null) return { compiled: null, findings: [] }
  const scene: Scene & { keepMarks?: boolean } = {
    ...material,
    page,
    language: material.language ?? publication.language,
    shown: { entries: new Map(), logo: false },
  }
  try {
    const rendering = await render(scene, templates)
    const { html, text, marks, problems } = rendering
    const file = `templates/${templates.name}/email.mjml.hbs`
    const findings = problems.map((problem) =>
      finding('template-mjml', file, problem, 'Run `broadsheet build` and look at the line in dist/<date>/email.mjml.'),
    )
    if (html === '') return { compiled: null, findings }
    findings.push(...lossFindings(expectedOf(page, scene), html, text, marks, edition.file))
    return { compiled: whole(scene, rendering), findings }
  } catch (caught) {
    if (!(caught instanceof TemplateError)) throw caught
    return { compiled: null, findings: [caught.toFinding()] }
  }
}

function whole(
  scene: Scene & { keepMarks?: boolean },
  { mjml, html, text, marks, wanted }: Rendering,
): CompiledEdition {
  return {
    ...factsOf(scene, scene.page, inboxLines(scene.edition, scene.page)),
    mjml: cutAtSlots(withoutEntryMarks(mjml, marks, 'html'), marks, wanted, 'html'),
    html: cutAtSlots(withoutEntryMarks(html, marks, 'html'), marks, wanted, 'html'),
    text: cutAtSlots(tidy(withoutEntryMarks(text, marks, 'text')), marks, wanted, 'text'),
    ...(scene.keepMarks === true
      ? { marked: { html: cutAtSlots(html, marks, wanted, 'html'), pattern: marks.pattern } }
      : {}),
  }
}

/** All of a variant but its words, given what a scene showed and which page of it the variant has. */
export function factsOf(
  scene: Scene,
  page: FrontPage,
  lines: { subject: string; preheader: string },
): Omit<CompiledVariant, 'html' | 'text'> {
  const { edition, publication } = scene
  const files = usedFiles(scene, page)
  const embed = publication.images === 'embed'
  const filled = page.sections.map((section) => section.topic.id)
  return {
    date: edition.date,
    ...lines,
    embedded: embed ? files.map((picture) => ({ picture, contentId: contentId(picture, publication) })) : [],
    linked: embed ? [] : files.map((picture) => ({ picture, url: pictureUrl(picture, publication, edition.date) })),
    entries: 1 + page.sections.reduce((sum, section) => sum + section.entries.length, 0),
    topics: publication.topics
      .map((topic) => topic.id)
      .filter((id) => id === page.lead.topic.id || filled.includes(id)),
  }
}

function expectedOf(page: FrontPage, { shown }: Scene): Expected[] {
  return entriesOf(page).map((entry) => ({ entry, picture: shown.entries.has(entry.position) }))
}

/** The files of the pictures that a page shows, each once. */
function usedFiles({ pictures, logo, shown }: Scene, page: FrontPage): PictureFile[] {
  const positions = new Set(entriesOf(page).map((entry) => entry.position))
  const files = [...shown.entries].flatMap(([position, sizes]) => {
    const picture = positions.has(position) ? pictures.get(position) : undefined
    return picture?.kind === 'local' ? [...sizes].map((size) => picture[size]) : []
  })
  const all = logo !== null && shown.logo ? [logo, ...files] : files
  return [...new Map(all.map((file) => [file.name, file])).values()]
}
