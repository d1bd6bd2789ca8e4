import type { Edition } from '../edition/edition.ts'
import { onlyTopics } from '../edition/group.ts'
import type { Publication } from '../edition/publication.ts'
import { readEdition } from '../edition/read.ts'
import { type Pictures, readLogo, readPictures } from '../images/picture.ts'
import type { PictureFile } from '../images/picture-file.ts'
import type { Finding } from '../problems/finding.ts'
import { type CompiledEdition, compile } from './compile.ts'
import { loadTemplates, type Templates } from './templates.ts'
import { themeOf } from './theme.ts'
import { VariantCutter } from './variant-cutter.ts'

/** An edition with all that rendering it takes, read from disk once. */
export interface PreparedEdition {
  edition: Edition
  publication: Publication
  pictures: Pictures
  logo: PictureFile | null
  templates: Templates | null
  /** Ids of the topics that have entries, in the publication's order. */
  topics: string[]
  /** What reading had to say; rendering adds its own. */
  findings: Finding[]
}

/** Second step of the path. Null edition when there is nothing to render; the findings say why. */
export async function prepareEdition(
  root: string,
  date: string,
  publication: Publication,
): Promise<{ prepared: PreparedEdition | null; findings: Finding[] }> {
  const [{ edition, findings }, { templates, findings: inTemplates }] = await Promise.all([
    readEdition(root, date, publication),
    loadTemplates(root, publication.template),
  ])
  const known = [...findings, ...inTemplates]
  if (edition === null) return { prepared: null, findings: known }
  const theme = themeOf(publication)
  const slots = { wide: theme.column, thumb: theme.thumb, paper: theme.light.paper }
  const [{ pictures, findings: inPictures }, { logo, findings: inLogo }] = await Promise.all([
    readPictures(root, edition, slots),
    readLogo(root, publication.theme?.logo, theme.light.paper),
  ])
  const all = [...known, ...inPictures, ...inLogo]
  const topics = publication.topics
    .map((topic) => topic.id)
    .filter((id) => edition.entries.some((entry) => entry.topic === id))
  return { prepared: { edition, publication, pictures, logo, templates, topics, findings: all }, findings: all }
}

/** The variant for a set of topics (all of them by default) and a language (the publication's by default). */
export async function compileFor(
  prepared: PreparedEdition,
  topics: readonly string[] = [],
  language: string = prepared.publication.language,
  { keepMarks = false }: { keepMarks?: boolean } = {},
): Promise<{ compiled: CompiledEdition | null; findings: Finding[] }> {
  if (prepared.templates === null) return { compiled: null, findings: [] }
  return compile({
    ...prepared,
    templates: prepared.templates,
    edition: onlyTopics(prepared.edition, topics),
    language,
    keepMarks,
  })
}

/** What cuts the variants of one language; null without templates. */
export function cutterFor(prepared: PreparedEdition, language: string): VariantCutter | null {
  const { templates } = prepared
  return templates === null ? null : new VariantCutter({ ...prepared, templates, language })
}
