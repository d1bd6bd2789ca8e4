import type { DateTime } from 'luxon'
import { reportFields } from '../check/report.ts'
import { fill, type MessageTemplate, recipientOutside, slotValuesOf } from '../delivery/message.ts'
import { listEditions } from '../edition/calendar.ts'
import { isCalendarDate, type Publication } from '../edition/publication.ts'
import { readPublication } from '../edition/read.ts'
import type { PictureFile } from '../images/picture-file.ts'
import { type Finding, sortFindings } from '../problems/finding.ts'
import { frame } from '../problems/frame.ts'
import type { CompiledEdition } from '../render/compile.ts'
import { escapeHtml } from '../render/escape.ts'
import { personalise } from '../render/personalise.ts'

/** The email as the page shows it: for a reader with all topics and no name, whose way out is inert. */
interface ShownEmail {
  subject: string
  preheader: string
  from: string
  status: 'draft' | 'ready'
  /** With the addresses of local pictures led to /pictures/; `source.html` is what really leaves. */
  html: string
  text: string
  source: { html: string; mjml: string; message: string }
  bytes: { html: number; text: number; message: number }
}

/** All there is to see of one edition at one moment; the page is told nothing else. */
export type PreviewState = { [Key in keyof ShownEmail]: ShownEmail[Key] | null } & {
  /** Grows with every reading from disk, so that a page can tell the later of two. */
  version: number
  publication: string
  edition: string
  /** Every date in digests/, newest first. */
  editions: string[]
  /** True when the email is an earlier one, because what stands on disk now cannot be shown. */
  stale: boolean
  /** Why there is no email, or not today's; null when all is well. */
  note: string | null
  findings: (ReturnType<typeof reportFields> & { frame: string })[]
  /** From the first look at the disk to here. */
  milliseconds: number
}

/** Reads, renders, composes and checks one edition, exactly as `check` and `send` do. */
export type Examine = (
  date: string,
  publication: Publication,
) => Promise<{ template: MessageTemplate<CompiledEdition> | null; status: 'draft' | 'ready'; findings: Finding[] }>

const NOTHING = {
  subject: null,
  preheader: null,
  from: null,
  status: null,
  html: null,
  text: null,
  source: null,
  bytes: null,
}

/** Rereads editions from disk whenever asked, and remembers of each only the last email that could be shown. */
export class PreviewedEditions {
  readonly #root: string
  readonly #now: DateTime
  readonly #examine: Examine
  readonly #emails = new Map<string, ShownEmail>()
  readonly #pictures = new Map<string, Map<string, PictureFile>>()
  readonly #underWay = new Map<string, Promise<PreviewState>>()
  #name = ''
  #version = 0

  constructor(root: string, now: DateTime, examine: Examine) {
    this.#root = root
    this.#now = now
    this.#examine = examine
  }

  /** The reading that is under way, or a new one. For whoever is told of changes during it by other means. */
  readOnce(edition: string): Promise<PreviewState> {
    const known = this.#underWay.get(edition)
    if (known !== undefined) return known
    const reading = this.read(edition).finally(() => this.#underWay.delete(edition))
    this.#underWay.set(edition, reading)
    return reading
  }

  /** Never throws for what an editor can do to the files; the findings and the note say it. */
  async read(edition: string): Promise<PreviewState> {
    const started = performance.now()
    const version = ++this.#version
    const { dates, findings } = await listEditions(this.#root)
    const known = dates.includes(edition)
    const email = known ? await this.#render(edition, findings) : null
    const shown = email ?? this.#emails.get(edition) ?? null
    return {
      ...(shown ?? NOTHING),
      version,
      publication: this.#name,
      edition,
      editions: dates.toReversed(),
      stale: email === null && shown !== null,
      note: email === null ? noteFor(edition, known, shown !== null) : null,
      findings: sortFindings(findings).map((one) => ({
        ...reportFields(one),
        frame: one.place === null || one.place.text === '' ? '' : frame(one.place),
      })),
      milliseconds: performance.now() - started,
    }
  }

  /** A picture of any edition shown so far, by its hashed name. */
  picture(name: string): PictureFile | null {
    for (const pictures of this.#pictures.values()) {
      const picture = pictures.get(name)
      if (picture !== undefined) return picture
    }
    return null
  }

  /** Adds to the findings; null when nothing of the edition can be shown. */
  async #render(date: string, findings: Finding[]): Promise<ShownEmail | null> {
    const { publication, findings: inPublication } = await readPublication(this.#root).catch(asMissing)
    findings.push(...inPublication)
    if (publication === null) return null
    this.#name = publication.name
    const { template, status, findings: inEdition } = await this.#examine(date, publication)
    findings.push(...inEdition)
    if (template === null) return null
    const { compiled } = template
    const nobody = recipientOutside(template, template.from.address, this.#now, 'preview', '')
    const values = slotValuesOf(nobody.subscriber, nobody.wayOut)
    const message = (await fill(template, nobody)).raw
    const html = personalise(compiled.html, values)
    const text = personalise(compiled.text, values)
    const email: ShownEmail = {
      subject: compiled.subject,
      preheader: compiled.preheader,
      from: template.from.name || template.from.address,
      status,
      html: withLocalPictures(html, compiled),
      text,
      source: { html, mjml: personalise(compiled.mjml, values), message: foldBase64(message.toString()) },
      bytes: { html: Buffer.byteLength(html), text: Buffer.byteLength(text), message: message.length },
    }
    this.#emails.set(date, email)
    const pictures = [...compiled.embedded, ...compiled.linked].map(({ picture }) => picture)
    this.#pictures.set(date, new Map(pictures.map((picture) => [picture.name, picture])))
    return email
  }
}

function noteFor(edition: string, known: boolean, shown: boolean): string {
  if (!known) return isCalendarDate(edition) ? `There is no edition for ${edition}.` : `"${edition}" is not a date.`
  return shown
    ? 'This is the email as it last was. What is on disk now cannot be shown; the findings say why.'
    : 'Nothing of this edition can be shown yet; the findings say why.'
}

/** broadsheet.yaml is away for a moment while some editors save it, and may really be gone. */
function asMissing(caught: NodeJS.ErrnoException): Awaited<ReturnType<typeof readPublication>> {
  if (caught.code !== 'ENOENT') throw caught
  return { publication: null, findings: [] }
}

/** The same page, its pictures taken from this server instead of the message or the web: where they are drawn, nowhere else. */
function withLocalPictures(html: string, { embedded, linked }: CompiledEdition): string {
  const names = new Map([
    ...embedded.map(({ picture, contentId }): [string, string] => [escapeHtml(`cid:${contentId}`), picture.name]),
    ...linked.map(({ picture, url }): [string, string] => [escapeHtml(url), picture.name]),
  ])
  return html.replace(
    /(\b(?:src|background)\s*=\s*["']?|\burl\(\s*(?:["']|&quot;|&#39;)?)([^\s"'()<>]+?)(?=["')\s>]|&quot;|&#39;)/gi,
    (whole, before: string, address: string) => {
      const name = names.get(address)
      return name === undefined ? whole : `${before}/pictures/${name}`
    },
  )
}

/** The message without the bulk of its pictures, which nobody reads. */
function foldBase64(message: string): string {
  const head = 'Content-Transfer-Encoding: base64\r\n\r\n'
  const [first = '', ...parts] = message.split(head)
  return [
    first,
    ...parts.map((part) => {
      const end = part.indexOf('\r\n--')
      const lines = part.slice(0, end).split('\r\n')
      return lines.length < 3 ? part : `${lines[0]}\r\n[${lines.length - 1} more lines]${part.slice(end)}`
    }),
  ].join(head)
}
