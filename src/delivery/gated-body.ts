import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { dotStuffed, endOfData } from './dot-stuffing.ts'
import type { TransportRequest } from './transport.ts'

/**
 * The message as Nodemailer is handed it. Nodemailer pipes a body once the server has said 354: this one then passes the
 * gate, and writes to the connection's socket itself, stuffed already, instead of through Nodemailer's stream.
 *
 * The message and what ends it are one write. Until the system has taken all of it, the end has not left: a connection that
 * is given up in the meantime is destroyed, and with it what has not been taken (smtp.ts).
 */
export class GatedBody extends EventEmitter {
  /** The server said 354. */
  asked = false
  began = false
  /** The system has taken the end of the message; from here on only the server's reply can tell. */
  handedOver = false
  #destroyed = false
  readonly #request: Pick<TransportRequest, 'raw' | 'needsNoStuffing' | 'onBegin'>
  readonly #socket: () => Socket

  /** `socket`: the connection's, as it is when the body is asked for (STARTTLS changes it). */
  constructor(request: Pick<TransportRequest, 'raw' | 'needsNoStuffing' | 'onBegin'>, socket: () => Socket) {
    super()
    this.#request = request
    this.#socket = socket
  }

  /** Nodemailer's word for "now". Where it would be piped to does not matter. */
  pipe(): void {
    this.asked = true
    this.#request.onBegin().then(
      (granted) => {
        if (granted) this.#write()
        else this.destroy(new Error('The lease was lost before the body began.'))
      },
      (reason) => this.destroy(reason),
    )
  }

  /** Nothing more is written. With an error, whoever sends is told. */
  destroy(error?: Error): void {
    if (this.#destroyed) return
    this.#destroyed = true
    if (error !== undefined) this.emit('error', error)
  }

  #write(): void {
    if (this.#destroyed) return
    this.began = true
    const socket = this.#socket()
    const { raw, needsNoStuffing } = this.#request
    const wire = needsNoStuffing === true ? raw : dotStuffed(raw)
    // Together, so that one call to the system takes both, when it has room.
    socket.cork()
    socket.write(wire)
    socket.write(endOfData(raw), 'latin1', (reason) => {
      // The connection reports what broke.
      if (!reason) this.handedOver = true
    })
    socket.uncork()
  }
}
