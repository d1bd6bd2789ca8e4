import { entriesOf, type FrontPage, frontPage, inboxLines, onlyTopics, readingMinutes } from '../edition/group.ts'
import { type CompiledVariant, compile, factsOf, type Material } from './compile.ts'
import { cut, outlookJoined, printed, takeApart } from './cut.ts'
import { htmlEncoding, textEncoding } from './escape.ts'
import { NotCuttable, type Present, type Tracer } from './late.ts'
import { withoutEntryMarks } from './marks.ts'
import { counted, phrasesFor } from './phrases.ts'
import { type Rendering, renderLate, tidy } from './rendering.ts'
import type { Scene } from './scene.ts'
import { cutAtSlots } from './slots.ts'
import { TemplateError } from './templates.ts'

/**
 * Variants of one edition in one language, cut from one rendering for each entry that can lead (at most one more than
 * there are topics), never rendered per set of topics: thousands of sets cost what a few do. Before the first cut,
 * cuts are compared with direct renderings for each topic alone and for all but each; a template of which one rendering
 * cannot serve all (it counts its sections, say) shows there, and its variants are rendered one by one.
 */
export class VariantCutter {
  readonly #material: Required<Pick<Material, 'language'>> & Material
  /** By the position of the lead. */
  readonly #leads = new Map<number, Promise<LeadRendering>>()
  #sound: Promise<boolean> | null = null

  constructor(material: Material) {
    this.#material = { ...material, language: material.language ?? material.publication.language }
  }

  /** Null when nothing of these topics can be shown. */
  async variant(topics: readonly string[]): Promise<CompiledVariant | null> {
    this.#sound ??= this.#cutsAreSound()
    return (await this.#sound) ? this.cut(topics) : (await this.rendered(topics)).compiled
  }

  /** Rendered for these topics alone. */
  rendered(topics: readonly string[]): ReturnType<typeof compile> {
    const { edition } = this.#material
    return compile({ ...this.#material, edition: onlyTopics(edition, topics) })
  }

  /** Throws NotCuttable or a TemplateError where a template does not let itself be cut. */
  async cut(topics: readonly string[]): Promise<CompiledVariant | null> {
    const { publication, language } = this.#material
    const edition = onlyTopics(this.#material.edition, topics)
    const page = frontPage(edition, publication)
    if (page === null) return null
    const { entry } = page.lead
    const known = this.#leads.get(entry.position) ?? this.#renderLead(page)
    this.#leads.set(entry.position, known)
    const { scene, rendering, html, text } = await known
    const lines = inboxLines(edition, page)
    const phrases = phrasesFor(language)
    const sections = page.sections.map((section) => section.topic.id)
    const present: Present = {
      ...lines,
      sections,
      topics: new Set([page.lead.topic.id, ...sections]),
      stories: counted(entriesOf(page).length, phrases.stories, language),
      minutes: counted(readingMinutes(page), phrases.minutes, language),
    }
    const words = cut(text, rendering.tracers.text, present, textEncoding)
    return {
      ...factsOf(scene, page, lines),
      html: cut(html, rendering.tracers.html, present, htmlEncoding),
      text: cutAtSlots(tidy(printed(words)), rendering.marks, rendering.wanted, 'text'),
    }
  }

  /** With everything a variant with this lead can hold: the topics whose own first entry would not lead instead. */
  async #renderLead({ lead }: FrontPage): Promise<LeadRendering> {
    const { edition, publication, templates } = this.#material
    const wanted = publication.topics
      .map((topic) => topic.id)
      .filter((id) => {
        const both = frontPage(onlyTopics(edition, [lead.topic.id, id]), publication)
        return both?.lead.entry === lead.entry
      })
    const most = onlyTopics(edition, wanted)
    const page = frontPage(most, publication)
    if (page === null) throw new NotCuttable('there is nothing to show')
    const scene: Scene = { ...this.#material, edition: most, page, shown: { entries: new Map(), logo: false } }
    const rendering = await renderLate(scene, templates)
    const { marks } = rendering
    return {
      scene,
      rendering,
      html: takeApart(withoutEntryMarks(rendering.html, marks, 'html'), rendering, 'html'),
      text: takeApart(withoutEntryMarks(rendering.text, marks, 'text'), rendering, 'text'),
    }
  }

  async #cutsAreSound(): Promise<boolean> {
    const { edition, publication } = this.#material
    const filled = publication.topics
      .map((topic) => topic.id)
      .filter((id) => edition.entries.some((entry) => entry.topic === id))
    const sets = [...filled.map((id) => [id]), ...filled.map((id) => filled.filter((other) => other !== id))]
    try {
      for (const topics of sets) {
        if (topics.length === 0) continue
        const { compiled } = await this.rendered(topics)
        if (!sameVariant(await this.cut(topics), compiled)) return false
      }
      return true
    } catch (caught) {
      if (caught instanceof NotCuttable || caught instanceof TemplateError) return false
      throw caught
    }
  }
}

interface LeadRendering {
  scene: Scene
  rendering: Rendering & { tracers: { html: Tracer; text: Tracer } }
  html: ReturnType<typeof takeApart>
  text: ReturnType<typeof takeApart>
}

/** Whether two variants say the same, byte for byte, once MJML's neighbouring Outlook comments are joined. */
export function sameVariant(one: CompiledVariant | null, other: CompiledVariant | null): boolean {
  if (one === null || other === null) return one === other
  const said = ({ html, text, subject, preheader, entries, topics, embedded, linked }: CompiledVariant) =>
    JSON.stringify([
      outlookJoined(printed(html)),
      printed(text),
      [subject, preheader, entries, topics],
      embedded.map((one) => one.contentId),
      linked.map((one) => one.url),
    ])
  return said(one) === said(other)
}
