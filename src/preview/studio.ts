import type { FoundSubscriber } from '../audience/find-subscribers.ts'
import type { WeighedSet } from '../delivery/heaviest.ts'
import type { SkipReason } from '../delivery/plan.ts'
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

/** What differs between an edition and an earlier state of it, or the edition before. */
export type ShownChanges =
  | { unavailable: string }
  | {
      /** What it is compared with, in words. */
      against: string
      changes: (
        | { kind: 'added' | 'removed'; entry: number; headline: string }
        | { kind: 'moved'; entry: number; headline: string; from: number }
        | { kind: 'changed'; entry: number | null; headline: string; field: string; before: string; after: string }
      )[]
    }

/** What became of proofs; `refused` says why the server took nothing more. */
export interface ShownProofs {
  proofs: { address: string; state: string; reply: string }[]
  refused: string | null
}

/** The program behind the page. The server passes on what the page asks, and what it is answered. */
export interface Studio {
  editions: StudioEditions
  states(): Promise<ShownEditionState[]>
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
