import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { dotStuffed, endOfData } from './dot-stuffing.ts'
import type { TransportRequest } from './transport.ts'

/** What is needed of the connection. */
export interface Outlet {
  /** The socket as it is when the body is asked for: STARTTLS changes it. */
  socket(): Socket
  /** So many octets the system has taken at once, as far as is known. */
  room: number
}

/**
 * The message as Nodemailer is handed it. Nodemailer pipes a body once the server has said 354: this one then passes the
 * gate, and writes to the connection's socket itself, stuffed already, instead of through Nodemailer's stream.
 *
 * The message and what ends it are one write. Until the system has taken all of it, the end has not left: a connection that
 * is given up in the meantime is destroyed, and with it what has not been taken (smtp-connection.ts).
 */
export class GatedBody extends EventEmitter {
  /** The server said 354 and it was our turn: the gate has been asked. */
  asked = false
  began = false
  #handedOver = false
  #unsaid = false
  #invited = false
  #claimed = false
  #destroyed = false
  readonly #request: Pick<TransportRequest, 'raw' | 'needsNoStuffing' | 'onBegin'>
  readonly #outlet: Outlet
  readonly #follow: () => boolean

  /** `follow`: sends the next envelope behind the message, and says whether there was one. Called once. */
  constructor(
    request: Pick<TransportRequest, 'raw' | 'needsNoStuffing' | 'onBegin'>,
    outlet: Outlet,
    follow: () => boolean,
  ) {
    super()
    this.#request = request
    this.#outlet = outlet
    this.#follow = follow
  }

  /** The system has taken the end of the message, or may have; from then on only the server's reply can tell. */
  get handedOver(): boolean {
    return this.#handedOver || this.#unsaid
  }

  /** Nodemailer's word for "now". Where it would be piped to does not matter. */
  pipe(): void {
    this.#invited = true
    this.#ask()
  }

  /** Our own: whatever went over the connection before has its outcome. */
  claim(): void {
    this.#claimed = true
    this.#ask()
  }

  /** Nothing more is written. With an error, whoever sends is told. */
  destroy(error?: Error): void {
    if (this.#destroyed) return
    this.#destroyed = true
    if (error !== undefined) this.emit('error', error)
  }

  #ask(): void {
    if (!this.#invited || !this.#claimed || this.#destroyed) return
    this.asked = true
    this.#request.onBegin().then(
      (granted) => {
        if (granted) this.#write()
        else this.destroy(new Error('The lease was lost before the body began.'))
      },
      (reason) => this.destroy(reason),
    )
  }

  #write(): void {
    if (this.#destroyed) return
    this.began = true
    const outlet = this.#outlet
    const socket = outlet.socket()
    const { raw, needsNoStuffing } = this.#request
    const wire = needsNoStuffing === true ? raw : dotStuffed(raw)
    // What was taken at once before will be again, so that the next envelope may be in the same write.
    const together = wire.length <= outlet.room
    // Together, so that one call to the system takes all of it, when it has room.
    socket.cork()
    socket.write(wire)
    socket.write(endOfData(raw), 'latin1', (reason) => {
      // The connection reports what broke.
      if (reason) return
      this.#handedOver = true
      if (!together) this.#follow()
    })
    const followed = together && this.#follow()
    socket.uncork()
    if (socket.writableLength === 0) outlet.room = Math.max(outlet.room, wire.length)
    // It was not, and what is left may be of the next envelope alone.
    else if (followed) this.#handedOver = true
    // Over TLS what was taken at once is said to be only after the next look at what has come in (Node 24).
    if (!('encrypted' in socket)) return
    this.#unsaid = true
    setImmediate(() => {
      this.#unsaid = false
    })
  }
}
