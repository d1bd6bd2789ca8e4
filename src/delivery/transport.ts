import type { FilledMessage } from './message.ts'

/** What became of one delivery (design, section 6). The words say no more than we know. */
export type Outcome =
  /** The server answered 250; its reply is kept. */
  | { state: 'accepted'; reply: string }
  /** A transient answer, or trouble before the last byte had left: certainly not accepted, may be tried again. `slow`: the server asks everybody for patience (421, 452). */
  | { state: 'deferred'; reply: string; slow?: boolean }
  /** A permanent answer for this recipient. */
  | { state: 'rejected'; reply: string }
  /** The last byte had left and no answer came. Never repeated by itself. */
  | { state: 'unknown'; reply: string }

export interface TransportRequest extends Pick<FilledMessage, 'envelope' | 'raw' | 'needsNoStuffing'> {
  /** Names the copy in the outbox; a mail server never sees it. */
  id: string
  /**
   * Called after the server's 354 and before the first byte of the body: the moment to commit `sending`. When it says
   * false (the lease was lost), nothing of the body leaves.
   */
  onBegin(): Promise<boolean>
  /** Asked once, as the body leaves: what may go over the same connection next, if anything is ready. */
  next?(): Following | null
}

/**
 * What goes over a connection next. Its envelope may leave right behind the body before it (RFC 2920), its own body not
 * before the request itself is handed over, which happens whatever becomes of the run.
 */
export interface Following {
  request: TransportRequest
  /** The body before it gets no answer: it is not to wait for that. Called at most once, and never after it was handed over. */
  letGo(): void
}

/** `mayFollow`: asked before `next` is, as the body leaves. */
export type Transport = (request: TransportRequest, mayFollow?: () => boolean) => Promise<Outcome>

export interface OpenTransport {
  transport: Transport
  /** Makes a connection ahead of the first delivery, where there is one to make. Never throws. */
  warmUp(): Promise<void>
  /** Whether the envelope of a request has left already, behind another's body. */
  hasBegun?(request: TransportRequest): boolean
  close(): Promise<void>
}

/**
 * A refusal of the whole run (login, sender, TLS, no connection): it says nothing about the recipient, and trying the
 * next one would only repeat it.
 */
export class RunRefused extends Error {
  readonly hint: string

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'RunRefused'
    this.hint = hint
  }
}
