import type { DateTime } from 'luxon'
import { wayOutUrl } from '../audience/way-out.ts'
import { checkEdition } from '../check/check-edition.ts'
import type { FinishedEmail } from '../check/examined.ts'
import { remembered } from '../check/history-rules.ts'
import { messageFindings } from '../check/message-rules.ts'
import type { ComposedMessage } from '../check/message-shape.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import { domainOf } from '../delivery/headers.ts'
import {
  compose,
  fill,
  type MessageTemplate,
  type Recipient,
  recipientOutside,
  slotValuesOf,
} from '../delivery/message.ts'
import type { Edition } from '../edition/edition.ts'
import type { Publication } from '../edition/publication.ts'
import type { Finding } from '../problems/finding.ts'
import type { CompiledEdition } from '../render/compile.ts'
import { personalise } from '../render/personalise.ts'
import { directionOf } from '../render/phrases.ts'
import { compileFor, type PreparedEdition, prepareEdition } from '../render/prepare.ts'
import type { History } from './history.ts'

/** One edition, read, rendered, composed and checked. Check, build, preview and send all begin with this. */
export interface Examination {
  prepared: PreparedEdition | null
  /** For a reader of all topics in the publication's language; null when nothing can be shown. */
  template: MessageTemplate<CompiledEdition> | null
  /** Everything there is to say, waivers applied, in the order of the files. */
  findings: Finding[]
}

export interface ExamineOptions {
  now: DateTime
  history: History
  /** Signs the messages; null leaves it to a relay. */
  keys: DkimKeys | null
  /** Asks every link, when they are to be asked. */
  linkFindings?: (edition: Edition) => Promise<Finding[]>
}

export async function examine(
  root: string,
  date: string,
  publication: Publication,
  options: ExamineOptions,
): Promise<Examination> {
  const { prepared, findings: inReading } = await prepareEdition(root, date, publication)
  if (prepared === null) return { prepared, template: null, findings: inReading }
  const { edition, pictures } = prepared
  const emails: FinishedEmail[] = []
  const known = [...inReading]
  const elsewhere: Finding[] = []
  let template: MessageTemplate<CompiledEdition> | null = null
  for (const language of new Set([publication.language, ...(publication.languages ?? [])])) {
    const { compiled, findings } = await compileFor(prepared, [], language, { keepMarks: true })
    known.push(...findings)
    if (compiled === null) continue
    const composed = compose(compiled, publication, options.keys)
    template ??= composed
    const reader = heaviestReader(composed, options.now)
    emails.push(finishedEmail(compiled, prepared, language, reader))
    elsewhere.push(...messageFindings(await composedMessage(composed, prepared, language, reader), edition))
  }
  if (edition.status !== 'draft') await options.history.keep(remembered(edition))
  if (options.linkFindings !== undefined) elsewhere.push(...(await options.linkFindings(edition)))
  const before = await options.history.before(date, publication)
  const findings = checkEdition({
    edition,
    publication,
    pictures,
    known,
    emails,
    before,
    elsewhere,
    linksAsked: options.linkFindings !== undefined,
  })
  return { prepared, template, findings }
}

/** Nobody in particular, but with the longest name and way out that a reader is likely to have. */
function heaviestReader(template: MessageTemplate, now: DateTime): Recipient {
  const nobody = recipientOutside(template, `${'reader'.repeat(5)}@newsroom.example.org`, now, 'check', '')
  const id = 'readerreaderreader22'
  return {
    ...nobody,
    subscriber: {
      ...nobody.subscriber,
      id,
      name: 'Maximiliane Constantinopoulos-Featherstonehaugh de la Rochefoucauld',
    },
    wayOut: wayOutUrl(template.publication.url, `${id}.checkcheckcheckcheck12`),
  }
}

async function composedMessage(
  template: MessageTemplate,
  prepared: PreparedEdition,
  language: string,
  reader: Recipient,
): Promise<ComposedMessage> {
  const { compiled, publication, from, signing } = template
  return {
    raw: (await fill(template, reader)).raw,
    subject: compiled.subject,
    language,
    wayOut: reader.wayOut,
    name: reader.subscriber.name,
    postalAddress: publication.postalAddress,
    domain: domainOf(from.address),
    signed: signing !== null,
    textTemplate: `templates/${prepared.templates?.name ?? publication.template}/email.txt.hbs`,
  }
}

function finishedEmail(
  compiled: CompiledEdition,
  prepared: PreparedEdition,
  language: string,
  reader: Recipient,
): FinishedEmail {
  const values = slotValuesOf(reader.subscriber, reader.wayOut)
  const { marked = { html: compiled.html, pattern: /(?!)/g } } = compiled
  const templates = prepared.templates
  return {
    html: personalise(compiled.html, values),
    marked: personalise(marked.html, values),
    mark: marked.pattern,
    subject: compiled.subject,
    preheader: compiled.preheader,
    language,
    dir: directionOf(language),
    wayOut: reader.wayOut,
    personal: [reader.subscriber.id, reader.subscriber.email, encodeURIComponent(reader.subscriber.email)],
    templateFile: `templates/${templates?.name ?? prepared.publication.template}/email.mjml.hbs`,
    inTemplate: (text) => templates?.placeOf(text) ?? null,
  }
}
