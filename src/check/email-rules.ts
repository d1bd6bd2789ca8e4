import { type Edition, placeOfEntry } from '../edition/edition.ts'
import type { Publication } from '../edition/publication.ts'
import { type Finding, finding } from '../problems/finding.ts'
import { clientFindings } from './client-support.ts'
import { lookFindings } from './email-look.ts'
import { markupFindings } from './email-markup.ts'
import { partFindings } from './email-parts.ts'
import { promiseFindings } from './email-promises.ts'
import type { Examined, FinishedEmail, SayOf } from './examined.ts'
import { readPage } from './page.ts'
import { readStyleSheets } from './style-sheet.ts'

const FIELD_OF: Record<string, string> = { img: 'image.src', a: 'url', h3: 'headline' }

/** The email layer: the HTML a reader gets, parsed as a browser parses it. Each thing is said once. */
export function emailFindings(email: FinishedEmail, edition: Edition, publication: Publication): Finding[] {
  const findings = new Map<string, Finding>()
  const page = readPage(email.marked, email.mark)
  const say: SayOf = (code, element, message, hint, texts = []) => {
    const entry = edition.entries.find((one) => one.position === element?.entry)
    const inTemplate = texts.map((text) => email.inTemplate(text)).find((place) => place !== null)
    const inEntry = entry === undefined ? undefined : placeOfEntry(entry, FIELD_OF[element?.tag ?? ''] ?? '')
    // The template made the tag, whatever words stand in it: its own line is where it is mended.
    const at = inTemplate ?? inEntry ?? email.templateFile
    const one = finding(code, at, message, hint, inTemplate === undefined ? (entry?.position ?? null) : null)
    const key = `${code} ${one.file}:${one.line}:${one.entry} ${inTemplate === undefined ? message : ''}`
    if (!findings.has(key)) findings.set(key, one)
  }
  const examined: Examined = { email, page, sheets: readStyleSheets(page.sheets), publication, edition, say }
  markupFindings(examined)
  partFindings(examined)
  lookFindings(examined)
  promiseFindings(examined)
  clientFindings(examined)
  return [...findings.values()]
}
