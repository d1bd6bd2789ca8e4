/** What `send` was asked for. */
export interface SendOptions {
  live: boolean
  dryRun: boolean
  /** Addresses that get a proof; the audience is left alone. */
  to: readonly string[]
  connections: number
  requireEdition: boolean
  /** Sends a changed edition to who is left, though others have the earlier one. */
  amended: boolean
  /** First puts these back to be sent again. */
  retry?: 'rejected' | 'unknown' | undefined
  /** At most so many deliveries by this run; the rest is left for the next. */
  first: number | null
  /** Only who is due at their own time. */
  due: boolean
  /** As in 90m: how long the run stays for who becomes due; implies `due`. */
  wait: string | null
  /** A webhook that is told the result. */
  notify?: string | undefined
  /** At most so many a second. */
  rate: number | null
  /** Plans and puts the deliveries into the queue; workers make them. */
  enqueue: boolean
  /** Sends in spite of errors that harm nobody, for a reason that is kept. */
  force?: string | undefined
}
