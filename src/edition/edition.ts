import { z } from 'zod'
import { codes } from '../problems/codes.ts'
import type { Place } from '../problems/finding.ts'
import { choice, flag, link, pattern, pixels, prose, text } from './fields.ts'
import { isoDate, languageTag, topicId } from './publication.ts'

/** An edition and its entries. These schemas are the one source of types, validation and the published JSON Schema. */
const waivable = Object.entries(codes).flatMap(([code, facts]) => (facts.waivable ? [code] : []))

const ignore = z
  .record(z.string(), text('Why the finding does not matter here.'))
  .meta({
    description: 'Findings waived, each with the reason:  { code: reason }.',
    propertyNames: { enum: waivable },
  })
  .optional()

const imageSchema = z
  .strictObject({
    src: text('A file, relative to digests/, or an https address.'),
    alt: text('What a reader who cannot see the picture needs.').optional(),
    caption: text('What the picture shows.').optional(),
    credit: text('Who made the picture, as in Stefan Rousseau/PA Wire.').optional(),
    width: pixels('Its width in pixels, for an https picture.', 1, 20000).optional(),
    height: pixels('Its height in pixels, for an https picture.', 1, 20000).optional(),
    decorative: flag('true for a picture that needs no caption.').optional(),
  })
  .meta({ description: 'The picture of the entry. It needs alt and credit, and a caption unless it is decorative.' })

export const entrySchema = z
  .strictObject({
    topic: topicId('The id of a topic in broadsheet.yaml.'),
    kicker: text('A short label over the headline.').optional(),
    headline: text('The title, which is also the link.'),
    url: link('The page of the article.'),
    source: text('Who published the article.').optional(),
    byline: z.array(text('A name.')).meta({ description: 'Who wrote the article.' }).optional(),
    published: isoDate('When the article appeared.').optional(),
    summary: prose(
      'Two or three sentences of your own. Inline Markdown: **bold**, *italic*, [link](https://example.org).',
    ),
    image: imageSchema.optional(),
    lead: flag('true for the entry that leads.').optional(),
    lang: languageTag('The language of this entry, when it is not the language of the publication.').optional(),
    ignore,
  })
  .meta({ title: 'An entry of a Broadsheet edition' })

const editionFields = {
  subject: text('The subject line; the lead headline when left out.').optional(),
  preheader: text('The line an inbox shows after the subject; the next headlines when left out.').optional(),
  intro: prose('A word of greeting over the first entry. Inline Markdown as in summaries.').optional(),
  status: choice(['draft', 'ready'], 'draft holds the edition back.').optional(),
  embargo: pattern(
    'Not before this instant, with its offset.',
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/,
    'an instant such as 2024-12-19T06:00Z',
    (value) => !Number.isNaN(Date.parse(value)),
  ).optional(),
  ignore,
}

/** `digests/<date>.yaml`. */
export const editionSchema = z
  .strictObject({
    ...editionFields,
    entries: z.array(entrySchema).meta({ description: 'The entries; the first leads unless one says lead: true.' }),
  })
  .meta({ title: 'A Broadsheet edition (digests/<date>.yaml)' })

/** `digests/<date>/edition.yaml` of the folder form, whose entries are the other files. */
export const editionHeadSchema = z
  .strictObject(editionFields)
  .meta({ title: 'The head of a Broadsheet edition in folder form (edition.yaml)' })

export type EntryFile = z.output<typeof entrySchema>

/** One article as it stands in an edition. */
export interface Entry extends EntryFile {
  /** 1-based, in the file's order; what findings call the entry by. */
  position: number
  /** Where its fields stand: `headline`, `image.credit`, … and '' for the entry itself. */
  places: Map<string, Place>
}

/** One date's digest, read and checked. */
export interface Edition {
  /** YYYY-MM-DD, from the file's name. */
  date: string
  /** The file, or the folder's edition.yaml, relative to the publication's root. */
  file: string
  subject?: string | undefined
  preheader?: string | undefined
  intro?: string | undefined
  status: 'draft' | 'ready'
  embargo?: string | undefined
  ignore: Record<string, string>
  /** Where its own fields stand: `subject`, `ignore.url-http`, … */
  places: Map<string, Place>
  /** In the file's order; those too broken to be shown are left out, and named by findings. */
  entries: Entry[]
}

export type Image = NonNullable<EntryFile['image']>

export function placeOfEntry(entry: Entry, field = ''): Place | undefined {
  return entry.places.get(field) ?? entry.places.get('')
}

/** The entry that leads: the one that says so, else the first. */
export function leadOf(entries: readonly Entry[]): Entry | undefined {
  return entries.find((entry) => entry.lead === true) ?? entries[0]
}
