import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** Where a sender may be killed; all but the first are moments of the conversation with the server. */
export type Phase = 'plan' | 'connect' | 'RCPT' | '354' | 'mid-body' | 'after the dot' | 'after the 250'

/** Octets a server looks at together. */
const PIECE = 4096

/**
 * SMTP as plain as can be; every second connection is offered PIPELINING, so that both ways of a copy are met. `onPhase`
 * returning true means: the sender is being killed, say nothing more to it.
 */
export class CountingServer {
  onPhase: (phase: Phase) => boolean = () => false
  /** Milliseconds before each body is answered. */
  slowness = 0
  readonly #accepted: Map<string, number>
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #connections = 0

  constructor(accepted: Map<string, number>) {
    this.#accepted = accepted
    this.#server = createServer((socket) => this.#serve(socket))
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.dropAll()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {})
    let inBody = false
    let buffer = ''
    let recipient = ''
    let silent = false
    /** Answers keep their order: what comes behind a body waits for its answer. */
    let thinking = false
    const extensions = this.#connections++ % 2 === 0 ? '250-counting\r\n250 PIPELINING' : '250 counting'
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    const dead = (phase: Phase): boolean => {
      silent ||= this.onPhase(phase)
      return silent
    }
    if (!dead('connect')) say('220 counting ESMTP')
    const take = (text: string): void => {
      buffer += text
      for (;;) {
        if (thinking || (silent && !inBody)) return
        if (inBody) {
          const end = buffer.indexOf('\r\n.\r\n')
          if (end < 0) {
            if (buffer.length > 200) dead('mid-body')
            return
          }
          buffer = buffer.slice(end + 5)
          inBody = false
          if (silent) return
          // From the dot on the server is responsible, whatever becomes of its answer.
          this.#accepted.set(recipient, (this.#accepted.get(recipient) ?? 0) + 1)
          if (dead('after the dot')) return
          const answer = (): void => {
            say('250 taken')
            dead('after the 250')
          }
          if (this.slowness === 0) {
            answer()
            continue
          }
          thinking = true
          setTimeout(() => {
            thinking = false
            answer()
            take('')
          }, this.slowness)
          return
        }
        const end = buffer.indexOf('\r\n')
        if (end < 0) return
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        if (/^EHLO/i.test(line)) say(extensions)
        else if (/^MAIL/i.test(line)) say('250 ok')
        else if (/^RCPT/i.test(line)) {
          recipient = /<([^>]*)>/.exec(line)?.[1] ?? ''
          if (dead('RCPT')) return
          say('250 ok')
        } else if (/^DATA/i.test(line)) {
          if (dead('354')) return
          inBody = true
          say('354 go on')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else say('250 ok')
      }
    }
    socket.setEncoding('latin1').on('data', (text: string) => {
      // As a server would whose buffer is small: a body that came at once is in the middle for a while all the same.
      for (let at = 0; at < text.length; at += PIECE) take(text.slice(at, at + PIECE))
    })
  }
}
