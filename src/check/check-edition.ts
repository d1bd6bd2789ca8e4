import type { Edition } from '../edition/edition.ts'
import type { Publication } from '../edition/publication.ts'
import { waived } from '../edition/waive.ts'
import type { Pictures } from '../images/picture.ts'
import { codes, type FindingCode } from '../problems/codes.ts'
import { type Finding, finding, sortFindings } from '../problems/finding.ts'
import { contentFindings } from './content-rules.ts'
import { emailFindings } from './email-rules.ts'
import type { FinishedEmail } from './examined.ts'
import { historyFindings, type Remembered } from './history-rules.ts'

/** All there is to check of one edition. What could not be made, for errors before it, is left out. */
export interface Subject {
  edition: Edition
  publication: Publication
  pictures: Pictures
  /** What reading and rendering had to say already. */
  known: readonly Finding[]
  /** The heaviest copy in each language the edition is sent in. */
  emails: readonly FinishedEmail[]
  /** Editions before this one. */
  before: readonly Remembered[]
  /** Of the composed message, and of links when they were asked for. */
  elsewhere: readonly Finding[]
  /** Whether links were asked for, so that a waiver of theirs can be told to be unused. */
  linksAsked: boolean
}

/**
 * The gate (design, section 2: severity): content, email, message and history of one edition, with what the editor
 * waived taken out and waivers that waive nothing put in. In the order of the files.
 */
export function checkEdition(subject: Subject): Finding[] {
  const { edition, publication, known, emails, before, elsewhere, linksAsked } = subject
  const found = [
    ...known,
    ...contentFindings(edition, publication),
    ...weight(subject),
    ...emails.flatMap((email) => emailFindings(email, edition, publication)),
    ...elsewhere,
    ...historyFindings(edition, before),
  ]
  const looked = (code: FindingCode): boolean => layerOf(code) !== 'links' || linksAsked
  return sortFindings(onceEach(waived(found, edition, looked)))
}

/** Which part of the check a code belongs to: what needs the network is only asked for by name. */
export function layerOf(code: FindingCode): 'links' | 'offline' {
  return /^link-(?!text)/.test(code) && Object.hasOwn(codes, code) ? 'links' : 'offline'
}

const HEAVY = 1_000_000

function weight({ edition, pictures }: Subject): Finding[] {
  let bytes = 0
  for (const picture of pictures.values()) if (picture.kind === 'local') bytes += picture.wide.bytes.length
  return bytes <= HEAVY
    ? []
    : [
        finding(
          'image-total-heavy',
          edition.file,
          `The pictures weigh ${(bytes / 1e6).toFixed(1)} MB together.`,
          'Leave one out, or set the edition in the template wire.',
        ),
      ]
}

/** The same thing said of two languages, or by two layers, is said once. */
function onceEach(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(
      findings.map((one) => [`${one.code} ${one.file}:${one.line}:${one.column} ${one.message}`, one]),
    ).values(),
  ]
}
