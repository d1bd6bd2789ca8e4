import type { DateTime } from 'luxon'
import type { Subscriber } from '../audience/subscriber.ts'
import { reportFields } from '../check/report.ts'
import { type Due, dueOf } from '../delivery/due.ts'
import { compose, type MessageTemplate } from '../delivery/message.ts'
import { listEditions } from '../edition/calendar.ts'
import { isCalendarDate, type Publication } from '../edition/publication.ts'
import { readPublication } from '../edition/read.ts'
import type { PictureFile } from '../images/picture-file.ts'
import { type Finding, sortFindings } from '../problems/finding.ts'
import { frame } from '../problems/frame.ts'
import type { CompiledEdition } from '../render/compile.ts'
import { compileFor, type PreparedEdition } from '../render/prepare.ts'
import { copyFor, inventedSubscriber, keyOf, type ReaderChoice } from './reader.ts'
import { type ShownEmail, showEmail } from './shown-email.ts'
import { type ShownEntry, showEntries } from './shown-entries.ts'

/** Whose copy it is, and when it leaves. */
export interface ShownReader {
  kind: ReaderChoice['kind']
  /** '' for everyone and for invented ones. */
  name: string
  /** Ids of what they chose; empty means all. */
  topics: string[]
  /** IANA zone and language tag their copy goes by. */
  timezone: string
  language: string
  due: Due | null
}

/** All there is to see of one edition, for one reader, at one moment; the page is told nothing else. */
export interface StudioState {
  /** Grows with every reading from disk, so that a page can tell the later of two. */
  version: number
  publication: string
  edition: string
  /** Every date in digests/, newest first. */
  editions: string[]
  status: 'draft' | 'ready' | null
  email: ShownEmail | null
  entries: ShownEntry[]
  topics: { id: string; name: string }[]
  languages: string[]
  reader: ShownReader
  /** Of the edition's files as they were read; an edit says which it was made for. '' when there is nothing to edit. */
  fingerprint: string
  /** True when the email is an earlier one, because what stands on disk now cannot be shown. */
  stale: boolean
  /** Why there is no email, or not today's; null when all is well. */
  note: string | null
  findings: (ReturnType<typeof reportFields> & { frame: string })[]
  /** From the first look at the disk to here. */
  milliseconds: number
}

/** Reads, renders, composes and checks one edition, exactly as `check` and `send` do. */
export type Examine = (date: string, publication: Publication) => Promise<Examined>

export interface Examined {
  prepared: PreparedEdition | null
  template: MessageTemplate<CompiledEdition> | null
  findings: Finding[]
}

/** What the readings need of the rest of the program. */
export interface Sources {
  root: string
  clock(): DateTime
  examine: Examine
  /** A subscriber of the audience by the handle the search gave; null when they are gone. */
  subscriber(handle: string): Promise<Subscriber | null>
  fingerprintOf(date: string): Promise<string>
}

/** Emails and pictures kept at a time: those of the last readers and editions somebody looked at. */
const MOST_KEPT = 12

/** Rereads editions from disk whenever asked, and remembers of each only the last email that could be shown. */
export class StudioEditions {
  readonly #sources: Sources
  readonly #shown = new Map<string, Shown>()
  /** Those of the last two readings: a page may still be fetching what it was told a moment ago. */
  readonly #pictures = new Map<string, Map<string, PictureFile>[]>()
  readonly #underWay = new Map<string, Promise<StudioState>>()
  #publication: Publication | null = null
  #version = 0

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** The reading that is under way, or a new one. For whoever is told of changes during it by other means. */
  readOnce(edition: string, choice: ReaderChoice): Promise<StudioState> {
    const key = `${edition} ${keyOf(choice)}`
    const known = this.#underWay.get(key)
    if (known !== undefined) return known
    const reading = this.read(edition, choice).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, reading)
    return reading
  }

  /** Never throws for what an editor can do to the files; the findings and the note say it. */
  async read(edition: string, choice: ReaderChoice): Promise<StudioState> {
    const started = performance.now()
    const version = ++this.#version
    const { dates, findings } = await listEditions(this.#sources.root)
    const known = dates.includes(edition)
    const fingerprint = known ? await this.#sources.fingerprintOf(edition) : ''
    const { publication, findings: inPublication } = await readPublication(this.#sources.root).catch(asMissing)
    findings.push(...inPublication)
    this.#publication = publication ?? this.#publication
    const subscriber =
      choice.kind === 'subscriber' ? await this.#sources.subscriber(choice.handle) : inventedSubscriber(choice)
    const shown =
      known && publication !== null
        ? await this.#show(edition, publication, subscriber ?? inventedSubscriber({ kind: 'everyone' }), findings)
        : NOTHING
    const key = `${edition} ${keyOf(choice)}`
    if (shown.email !== null) remember(this.#shown, key, shown)
    const last = shown.email === null && shown.skipped === null ? this.#shown.get(key) : undefined
    const { skipped, embargo, ...visible } = last ?? shown
    const lost = choice.kind === 'subscriber' && subscriber === null
    return {
      version,
      publication: this.#publication?.name ?? '',
      edition,
      editions: dates.toReversed(),
      ...visible,
      topics: (this.#publication?.topics ?? []).map(({ id, name }) => ({ id, name })),
      languages: this.#publication === null ? [] : languagesOf(this.#publication),
      reader: this.#readerOf(subscriber, choice, edition, embargo),
      fingerprint,
      stale: last !== undefined,
      note: lost
        ? 'This subscriber is not in the audience any more; this is the copy with all topics.'
        : shown.email !== null
          ? null
          : (skipped ?? noteFor(edition, known, last !== undefined)),
      findings: sortFindings(findings).map((one) => ({
        ...reportFields(one),
        frame: one.place === null || one.place.text === '' ? '' : frame(one.place),
      })),
      milliseconds: performance.now() - started,
    }
  }

  /** A picture of any edition shown so far, by its hashed name. */
  picture(name: string): PictureFile | null {
    for (const pictures of [...this.#pictures.values()].flat()) {
      const picture = pictures.get(name)
      if (picture !== undefined) return picture
    }
    return null
  }

  /** Adds to the findings. */
  async #show(date: string, publication: Publication, subscriber: Subscriber, findings: Finding[]): Promise<Shown> {
    const { root, clock, examine } = this.#sources
    const { prepared, template: whole, findings: inEdition } = await examine(date, publication)
    findings.push(...inEdition)
    if (prepared === null) return NOTHING
    const entries = await showEntries(root, prepared.edition)
    const read: Shown = { ...NOTHING, entries, status: prepared.edition.status, embargo: prepared.edition.embargo }
    if (whole === null) return read
    const copy = copyFor(subscriber, { date, topics: prepared.topics }, publication)
    if ('skipped' in copy) return { ...read, skipped: skippedBecause(copy.skipped) }
    const template = await templateFor(prepared, publication, whole, copy)
    if (template === null) return read
    const email = await showEmail(template, subscriber, clock())
    const { embedded, linked } = whole.compiled
    const pictures = [...embedded, ...linked, ...template.compiled.embedded, ...template.compiled.linked]
    const named = new Map(pictures.map(({ picture }) => [picture.name, picture]))
    remember(this.#pictures, date, [named, ...(this.#pictures.get(date) ?? [])].slice(0, 2))
    return { ...read, email }
  }

  #readerOf(
    subscriber: Subscriber | null,
    { kind }: ReaderChoice,
    edition: string,
    embargo: string | undefined,
  ): ShownReader {
    const publication = this.#publication
    const { name = '', topics = [], timezone, language } = subscriber ?? {}
    const due =
      publication === null || !isCalendarDate(edition)
        ? null
        : dueOf(subscriber ?? inventedSubscriber({ kind: 'everyone' }), edition, publication, embargo)
    return {
      kind: subscriber === null ? 'everyone' : kind,
      name: subscriber !== null && kind === 'subscriber' ? name || 'Somebody without a name' : '',
      topics,
      timezone: timezone ?? publication?.timezone ?? '',
      language: language ?? publication?.language ?? '',
      due,
    }
  }
}

interface Shown extends Pick<StudioState, 'email' | 'entries' | 'status'> {
  /** Why this reader gets no copy, when that is so. */
  skipped: string | null
  embargo: string | undefined
}

const NOTHING: Shown = { email: null, entries: [], status: null, skipped: null, embargo: undefined }

export const languagesOf = (publication: Publication): string[] => [
  ...new Set([publication.language, ...(publication.languages ?? [])]),
]

/** The copy of everybody is made already; any other is rendered as `send` would make it. */
async function templateFor(
  prepared: PreparedEdition,
  publication: Publication,
  whole: MessageTemplate<CompiledEdition>,
  { topics, language }: { topics: string[]; language: string },
): Promise<MessageTemplate<CompiledEdition> | null> {
  const all = topics.length === prepared.topics.length
  if (all && language === publication.language) return whole
  const { compiled } = await compileFor(prepared, all ? [] : topics, language, { keepMarks: true })
  return compiled === null ? null : compose(compiled, publication)
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > MOST_KEPT && oldest !== undefined) map.delete(oldest)
}

function skippedBecause(reason: string): string {
  return reason === 'inactive'
    ? 'This subscriber is not active and gets no copy.'
    : 'This reader chose none of the topics of this edition, and gets no copy.'
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
