import type { Edition } from '../edition/edition.ts'
import type { Publication } from '../edition/publication.ts'
import type { FindingCode } from '../problems/codes.ts'
import type { Place } from '../problems/finding.ts'
import type { Page, PageElement } from './page.ts'
import type { StyleSheets } from './style-sheet.ts'

/** The finished HTML of the heaviest copy, and what must be true of it. */
export interface FinishedEmail {
  /** As it leaves. */
  html: string
  /** The same with a comment at each entry's beginning and end. */
  marked: string
  /** What those comments look like: groups kind (b or z) and number. */
  mark: RegExp
  subject: string
  preheader: string
  /** BCP 47, and its direction. */
  language: string
  dir: 'ltr' | 'rtl'
  wayOut: string
  /** What is this reader's alone, and may stand in no picture's address. */
  personal: readonly string[]
  /** `templates/<name>/email.mjml.hbs`. */
  templateFile: string
  /** Where the publication's own template files hold a text, if they do. */
  inTemplate(text: string): Place | null
}

/**
 * Says something of an element: at the field of the entry it shows, else at the template that made it, at the first of
 * `texts` that stands there.
 */
export type SayOf = (
  code: FindingCode,
  element: PageElement | null,
  message: string,
  hint: string,
  texts?: readonly string[],
) => void

/** All that the rules about the HTML are given. */
export interface Examined {
  email: FinishedEmail
  page: Page
  sheets: StyleSheets
  publication: Publication
  edition: Edition
  say: SayOf
}
