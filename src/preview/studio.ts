import type { FoundSubscriber } from '../audience/find-subscribers.ts'
import type { WeighedSet } from '../delivery/heaviest.ts'
import type { SkipReason } from '../delivery/plan.ts'
import type { EditionChanges } from '../edition/compare-editions.ts'
import type { Edits } from './edits.ts'
import type { StudioEditions } from './state.ts'

/** An edition in the calendar. Accepted and unknown are the ledger's. */
export interface ShownEditionState {
  date: string
  state: 'draft' | 'ready' | 'sending' | 'done' | 'broken'
  entries: number
  accepted: number
  unknown: number
}

/** The sets of topics an edition goes out in, heaviest first. */
export interface ShownMatrix {
  sets: Pick<WeighedSet, 'topics' | 'language' | 'readers' | 'bytes'>[]
  /** Sets that were not weighed. */
  left: number
  skipped: Partial<Record<SkipReason, number>>
}

/** What differs between an edition and what it is compared with. */
export type ShownChanges =
  | { unavailable: string }
  | (EditionChanges & {
      /** The date, or the commit's short name; null when the edition is new there. */
      against: string | null
      /** Entries too broken to be compared, on either side. */
      unread: number
    })

/** What became of proofs; `refused` says why the server took nothing more. */
export interface ShownProofs {
  proofs: { address: string; state: string; reply: string }[]
  refused: string | null
}

/** The program behind the page. The server passes on what the page asks, and what it is answered. */
export interface Studio {
  editions: StudioEditions
  /** `note` says why the ledger could not be read, when it could not. */
  states(): Promise<{ editions: ShownEditionState[]; note: string | null }>
  subscribers(text: string): Promise<FoundSubscriber[]>
  matrix(date: string): Promise<ShownMatrix>
  changes(date: string, against: 'head' | 'previous'): Promise<ShownChanges>
  /** One HTML file with all of it, and how many errors it shows. */
  review(date: string): Promise<{ html: string; errors: number }>
  /** The message of everybody's copy; null when there is none. */
  message(date: string): Promise<Buffer | null>
  edits: Edits
  /** Where proofs go, in words that hold no secret. */
  proofsGo: string
  proof(date: string, to: string[], threadless: boolean): Promise<ShownProofs>
}
