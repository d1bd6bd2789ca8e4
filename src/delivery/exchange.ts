import type { Readable } from 'node:stream'
import { RunTrouble } from './back-off.ts'
import { GatedBody } from './gated-body.ts'
import { type Conversation, LATER, type SmtpError } from './smtp-connection.ts'
import { type Outcome, RunRefused, type TransportRequest } from './transport.ts'

/** What came of an exchange. */
export interface Verdict {
  outcome: Outcome
  /** Whether the connection can go on. */
  reusable: boolean
  /** False when it says nothing about this delivery: the connection had gone before anything was asked. */
  answered: boolean
}

/**
 * One message over one connection: its envelope leaves at once, its body when `verdict` is asked for and the server has said
 * 354, and with the body the envelope of the exchange behind it.
 */
export class Exchange {
  readonly connection: Conversation
  readonly request: TransportRequest
  /** The one whose envelope left with this body, if any. */
  behind: Exchange | null = null
  /** Until when the one behind waits for this one's answer. */
  patience: NodeJS.Timeout | undefined
  /** It has waited long enough: the connection ends with this exchange. */
  isStuck = false
  readonly #body: GatedBody
  readonly #reply: Promise<string>
  #fail: (reason: Error) => void = () => {}
  #isOver = false

  /** `follow`: begins the exchange behind this one, where there is something to send. */
  constructor(connection: Conversation, request: TransportRequest, follow: (ahead: Exchange) => Exchange | null) {
    this.connection = connection
    this.request = request
    this.#body = new GatedBody(request, connection, () => {
      // Over TLS the answer may be read before the system is known to have taken the body; by then the connection is another's.
      if (this.#isOver || !connection.extensions.includes('PIPELINING')) return false
      // From the next envelope on, Nodemailer tells the one behind of what breaks.
      connection.ahead = this
      this.behind = follow(this)
      return this.behind !== null
    })
    this.#reply = new Promise((resolve, reject) => {
      this.#fail = reject
      connection.send(
        { from: request.envelope.from, to: [request.envelope.to], size: request.raw.length },
        // All that is asked of a message that is piped.
        this.#body as unknown as Readable,
        (reason, info) => {
          this.#isOver = true
          if (reason) reject(reason)
          else resolve(info?.response ?? '')
        },
      )
    })
    // It is thrown where it is waited for, and one behind another may fail long before.
    this.#reply.catch(() => {})
  }

  /** The connection is lost. */
  fail(reason: Error): void {
    this.#isOver = true
    this.#fail(reason)
  }

  /** Sends the body and waits for the answer. Throws what concerns the whole run. */
  async verdict(): Promise<Verdict> {
    this.#body.claim()
    try {
      return { outcome: { state: 'accepted', reply: await this.#reply }, reusable: true, answered: true }
    } catch (caught) {
      const error = caught as SmtpError
      const reply = error.response ?? error.message
      const code = error.responseCode
      const { from } = this.request.envelope
      if (error.command === 'MAIL FROM' && code !== undefined && code < 500)
        throw new RunTrouble(`The mail server puts the sender ${from} off: ${reply}`, LATER, caught)
      if (error.command === 'MAIL FROM' && code !== undefined) {
        throw new RunRefused(
          `The mail server refused the sender ${from}: ${reply}`,
          'Check `from` in broadsheet.yaml, and whether this login may send for it.',
          caught,
        )
      }
      if (code === 421 && !this.#body.began) throw new RunTrouble(`The mail server is closing: ${reply}`, LATER, caught)
      const state = stateOf(code, this.#body)
      const slow = code === 421 || code === 452
      const answered = code !== undefined || this.#body.asked
      return { outcome: state === 'deferred' ? { state, reply, slow } : { state, reply }, reusable: false, answered }
    }
  }
}

/** Which failures are certain (a reply, or the last byte had not left) and which one is not. */
function stateOf(code: number | undefined, body: GatedBody): 'rejected' | 'deferred' | 'unknown' {
  if (code !== undefined && code >= 500) return 'rejected'
  if (code !== undefined && code >= 400) return 'deferred'
  return body.began && body.handedOver ? 'unknown' : 'deferred'
}
