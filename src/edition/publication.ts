import { z } from 'zod'
import { choice, hiddenCharacter, link, pattern, pixels, text, verbatim } from './fields.ts'

/** `broadsheet.yaml`: the publication. This schema is the one source of its type, its validation and its JSON Schema. */
const zones = new Set(Intl.supportedValuesOf('timeZone'))
const isZone = (name: string): boolean => zones.has(name) || isKnownAlias(name)
const isLanguage = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1 && tag.toLowerCase() !== 'und'
  } catch {
    return false
  }
}

export const languageTag = (description: string) =>
  pattern(description, /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as en-GB, de or ar', isLanguage)
export const topicId = (description: string) =>
  pattern(description, /^[a-z0-9][a-z0-9-]*$/, 'a topic id: small letters, digits and hyphens')
const isVisible = (value: string): boolean => hiddenCharacter(value) === null
const color = (description: string) =>
  pattern(description, /^#[0-9a-fA-F]{6}$/, 'a colour such as "#9e2b25", in quotes')
const fontStack = (description: string) =>
  pattern(
    description,
    /^[A-Za-z0-9 ,'-]*\b(serif|sans-serif|monospace)$/,
    'a font stack that ends in serif, sans-serif or monospace, as in  Georgia, serif',
  )
const duration = (description: string) => pattern(description, /^\d+(m|h|d)$/, 'a duration such as 90m, 4h or 1d')
const mailbox = (description: string) =>
  pattern(
    description,
    /^(?:[^<>"\r\n]* <[^\s<>@"(),:;]+@[^\s<>@"(),:;]+>|[^\s<>@"(),:;]+@[^\s<>@"(),:;]+)$/,
    'an address such as digest@example.org, or The Digest <digest@example.org>',
    isVisible,
  )
/** Room for a plus sign and the token of 41 characters in the 64 octets of a local part. */
const tokenAddress = (description: string) =>
  pattern(
    description,
    /^(?=[^@]{1,21}@)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[^\s<>@"(),:;?&%#]+$/,
    'an address such as bounces@example.org, with at most 21 letters, digits and . _ + - before the @',
    isVisible,
  )

export const publicationSchema = z
  .strictObject({
    name: text('The name of the newsletter, as it stands in the masthead.'),
    id: pattern(
      'Part of List-Id, Message-ID and the keys of the ledger. Never change it.',
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'an id: small letters, digits and hyphens',
    ),
    from: mailbox('The sender, name and address.'),
    replyTo: mailbox('Where answers go.').optional(),
    postalAddress: text('A postal address; many countries require one in bulk mail.'),
    url: link('Where the archive and the unsubscribe page live.'),
    language: languageTag('BCP 47 tag: the language of dates and of the built-in phrases.'),
    timezone: pattern(
      'IANA zone for subscribers without one of their own.',
      /^[A-Za-z0-9_+\-/]+$/,
      'an IANA time zone such as Europe/London',
      isZone,
    ),
    deliverAt: pattern(
      'Wall-clock time of delivery where the subscriber is, in quotes.',
      /^([01]\d|2[0-3]):[0-5]\d$/,
      'a time such as "07:00"',
    ).optional(),
    deliverWithin: duration('How late a copy may still leave.').optional(),
    template: pattern(
      'broadsheet, bulletin, wire, or a folder under templates/.',
      /^[a-z0-9][a-z0-9-]*$/,
      "a template's name",
    ).optional(),
    theme: z
      .strictObject({
        accent: color('The colour of kickers, and of topics without one of their own.').optional(),
        paper: color('The colour text stands on.').optional(),
        ink: color('The colour of text.').optional(),
        width: pixels('The width of the email in pixels, 480 to 680.', 480, 680).optional(),
        fonts: z
          .strictObject({
            headline: fontStack('Headlines and the name.').optional(),
            text: fontStack('Summaries.').optional(),
            label: fontStack('Topics, captions, dates.').optional(),
          })
          .meta({ description: 'Font stacks that end in a generic family, as in  Georgia, serif.' })
          .optional(),
        logo: z
          .strictObject({
            src: text('A picture file, relative to the publication.'),
            width: pixels('Its width in the masthead, in pixels.', 24, 576),
          })
          .meta({ description: 'A picture in place of the name in the masthead; the name is its alt text.' })
          .optional(),
      })
      .meta({ description: 'Colours, fonts and measures of the built-in templates.' })
      .optional(),
    topics: z
      .array(
        z.strictObject({
          id: topicId('What entries and subscribers name the topic by.'),
          name: text('The heading in the email.'),
          names: z
            .record(z.string(), text('The heading in that language.'))
            .meta({ description: 'The heading in further languages:  { de: Welt }.' })
            .optional(),
          accent: color('The colour of this heading.').optional(),
        }),
      )
      .min(1)
      .meta({ description: 'The topics, in the order they come out.' }),
    subscribers: z
      .union([
        text('The audience: a CSV file.'),
        z.strictObject({
          query: verbatim(
            'One select statement for the database of SUBSCRIBERS_URL; its columns are named as in the CSV.',
          ),
        }),
      ])
      .meta({ description: 'The audience: a CSV file, or  { query: select … }  for a database.' })
      .optional(),
    images: choice(
      ['link', 'embed'],
      'link: pictures are fetched from `url`; embed: they travel in the message.',
    ).optional(),
    creditStyle: text('How a credit is set; {credit} stands for it.').optional(),
    publishOn: z
      .array(choice(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'A day of the week.'))
      .meta({ description: 'Days with an edition.' })
      .optional(),
    skipOn: z
      .array(isoDate('A date without an edition.'))
      .meta({ description: 'Dates without an edition.' })
      .optional(),
    whenLate: choice(['skip', 'next'], 'What happens to a copy that is too late.').optional(),
    bounceAddress: tokenAddress(
      'Where returned mail goes; each copy has its own, with a token after a plus sign.',
    ).optional(),
    unsubscribeAddress: tokenAddress(
      'An address that unsubscribes whoever writes to it; each copy has its own, with a token after a plus sign.',
    ).optional(),
    editor: text('The address of a line in your editor, with {file}, {line} and {column}.').optional(),
    alarm: pattern(
      'The share of rejected copies above which a run counts as failed.',
      /^\d+(\.\d+)?%$/,
      'a percentage such as 2%',
    ).optional(),
    languages: z
      .array(languageTag('A further language.'))
      .meta({ description: 'Further languages of the edition.' })
      .optional(),
  })
  .meta({ title: 'A Broadsheet publication (broadsheet.yaml)' })

export type PublicationFile = z.output<typeof publicationSchema>
export type Topic = PublicationFile['topics'][number]

/** A publication with its defaults filled in. */
export type Publication = Omit<PublicationFile, 'subscribers'> & {
  [Key in Exclude<keyof typeof publicationDefaults, 'subscribers'>]: NonNullable<PublicationFile[Key]>
} & {
  /** The audience's file; with a query, what messages call it. */
  subscribers: string
  /** The statement a database is asked for the audience; null for a file. */
  subscribersQuery: string | null
}

export const publicationDefaults = {
  deliverAt: '07:00',
  deliverWithin: '4h',
  template: 'broadsheet',
  images: 'link',
  creditStyle: '© {credit}',
  subscribers: 'subscribers.csv',
} as const

export function withDefaults(file: PublicationFile): Publication {
  const own = Object.fromEntries(Object.entries(file).filter(([, value]) => value !== undefined))
  const { subscribers = publicationDefaults.subscribers } = file
  const isFile = typeof subscribers === 'string'
  return {
    ...publicationDefaults,
    ...own,
    subscribers: isFile ? subscribers : 'subscribers (query)',
    subscribersQuery: isFile ? null : subscribers.query,
  } as Publication
}

/** A real calendar date, YYYY-MM-DD. */
export function isoDate(description: string) {
  return pattern(description, /^\d{4}-\d{2}-\d{2}$/, 'a date such as 2024-12-19', isCalendarDate)
}

export function isCalendarDate(value: string): boolean {
  const parsed = new Date(`${value}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value)
}

/** Links such as Asia/Calcutta or UTC, which `supportedValuesOf` leaves out. */
function isKnownAlias(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Z]/.test(name)
  } catch {
    return false
  }
}
