import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { dotStuffed, endOfData } from './dot-stuffing.ts'
import type { TransportRequest } from './transport.ts'

/**
 * The message as Nodemailer is handed it. Nodemailer pipes a body once the server has said 354: this one then passes the
 * gate, and writes to the connection's socket itself, stuffed already, instead of through Nodemailer's stream.
 *
 * It writes twice. What ends the message (its last line and the dot) is handed to the socket only when all before it has
 * been taken by the system: until then the server cannot have had the whole, whatever becomes of the line.
 */
export class GatedBody extends EventEmitter {
  /** The server said 354. */
  asked = false
  began = false
  /** The end of the message was handed to the socket; from here on only the server's reply can tell. */
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
    const held = Math.max(0, wire.length - HELD_BACK)
    const end = Buffer.concat([wire.subarray(held), Buffer.from(endOfData(raw))])
    socket.write(wire.subarray(0, held), (reason) => {
      // The connection reports what broke.
      if (reason || this.#destroyed) return
      this.handedOver = true
      socket.write(end)
    })
  }
}

/** Octets of the message that leave with its end. */
const HELD_BACK = 64
