import { stat } from 'node:fs/promises'
import { readConfig } from '../config.ts'
import { editionStamp } from '../edition/edition-files.ts'
import type { Publication } from '../edition/publication.ts'
import { readEdition } from '../edition/read.ts'
import type { State } from '../ledger/ledger.ts'
import { isError } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import { existingLedger, type Place, realFile } from './real-database.ts'

/** Where an edition stands, for a calendar. */
export interface EditionState {
  date: string
  /** Sending and done as the ledger has it, everything else as the file says; broken when nothing of it could be shown. */
  state: 'draft' | 'ready' | 'sending' | 'done' | 'broken'
  entries: number
  /** Errors in the file itself; rendering may find more. */
  errors: number
  /** Deliveries: accepted by a mail server, and those of which nobody knows. */
  accepted: number
  unknown: number
}

type FromFile = Pick<EditionState, 'state' | 'entries' | 'errors'>
type FromLedger = Pick<EditionState, 'accepted' | 'unknown'> & { state: 'sending' | 'done' | null }

/** The states of editions, read when asked for, and again when a file or the ledger has changed. */
export class EditionStates {
  readonly #place: Place
  readonly #files = new Map<string, { stamp: string; found: FromFile }>()
  #publication = ''
  #ledger: { stamp: string; found: Map<string, FromLedger> } = { stamp: '', found: new Map() }

  /** The ledger is looked into when there is one, and never made. */
  constructor(place: Place) {
    this.#place = place
  }

  /** In the order asked for. `note` says why the ledger could not be read, when it could not. */
  async of(
    publication: Publication,
    dates: readonly string[],
  ): Promise<{ editions: EditionState[]; note: string | null }> {
    const { found, note } = await this.#fromLedger(publication, dates)
    const editions: EditionState[] = []
    for (const date of dates) {
      const file = await this.#fromFile(publication, date)
      const { state = null, accepted = 0, unknown = 0 } = found.get(date) ?? {}
      editions.push({ date, ...file, accepted, unknown, state: state ?? file.state })
    }
    return { editions, note }
  }

  async #fromFile(publication: Publication, date: string): Promise<FromFile> {
    const told = JSON.stringify(publication)
    if (told !== this.#publication) this.#files.clear()
    this.#publication = told
    const stamp = await editionStamp(this.#place.root, date)
    const known = this.#files.get(date)
    if (known?.stamp === stamp) return known.found
    const { edition, findings } = await readEdition(this.#place.root, date, publication)
    const isEmpty = edition === null || (edition.entries.length === 0 && edition.status === 'ready')
    const found: FromFile = {
      state: isEmpty ? 'broken' : edition.status,
      entries: edition?.entries.length ?? 0,
      errors: findings.filter(isError).length,
    }
    this.#files.set(date, { stamp, found })
    return found
  }

  async #fromLedger(
    { id }: Publication,
    dates: readonly string[],
  ): Promise<{ found: Map<string, FromLedger>; note: string | null }> {
    const stamp = await this.#ledgerStamp()
    if (stamp !== this.#ledger.stamp) this.#ledger = { stamp, found: new Map() }
    const { found } = this.#ledger
    const asked = dates.filter((date) => !found.has(date))
    if (asked.length === 0) return { found, note: null }
    try {
      const ledger = await existingLedger(this.#place, true)
      if (ledger === null) return { found, note: null }
      try {
        const begun = new Set(await ledger.editions(id))
        for (const date of asked) {
          const counts = begun.has(date) ? await ledger.counts({ publication: id, edition: date }) : []
          found.set(date, summedUp(counts))
        }
      } finally {
        await ledger.close()
      }
    } catch (caught) {
      if (!(caught instanceof UserError)) throw caught
      return { found, note: `${caught.message} ${caught.hint}` }
    }
    // Closing may tidy the file up. While somebody sends, nothing is remembered.
    const sending = [...found.values()].some((one) => one.state === 'sending')
    this.#ledger = { stamp: sending ? '' : await this.#ledgerStamp(), found }
    return { found, note: null }
  }

  /** What the ledger's file looks like; of a database that is asked over the network, which few seconds these are. */
  async #ledgerStamp(): Promise<string> {
    const { root, environment } = this.#place
    if (readConfig(environment).databaseUrl !== null)
      return `${Math.floor(performance.now() / ASKED_AGAIN_MILLISECONDS)}`
    const stats = await Promise.all(
      [realFile(root), `${realFile(root)}-wal`].map((file) => stat(file).catch(() => null)),
    )
    return `${stats.map((one) => `${one?.mtimeMs}/${one?.size}`).join(' ')}`
  }
}

const ASKED_AGAIN_MILLISECONDS = 5000

const STILL_TO_COME: readonly State[] = ['planned', 'leased', 'sending']
const SETTLED: readonly State[] = ['accepted', 'bounced', 'rejected', 'unknown']

function summedUp(counts: readonly { state: State; count: number }[]): FromLedger {
  const sum = (states: readonly State[]): number =>
    counts.reduce((total, { state, count }) => total + (states.includes(state) ? count : 0), 0)
  const state = sum(STILL_TO_COME) > 0 ? 'sending' : sum(SETTLED) > 0 ? 'done' : null
  return { state, accepted: sum(['accepted']), unknown: sum(['unknown']) }
}
