import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A reply, or none. */
export type Answer = string | 'drop' | 'silence'
export type Step = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot'

/** A mail server that misbehaves at one step of the conversation; real sockets, real protocol. `octets`: of bodies, so far. */
export async function troubledServer(
  at: Partial<Record<Step, Answer>>,
  dropAfterBytes = Number.POSITIVE_INFINITY,
  extensions: readonly string[] = ['8BITMIME'],
): Promise<{ port: number; bodies: string[]; octets(): number; stop(): Promise<void> }> {
  const bodies: string[] = []
  let octets = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let inBody = false
    let body = ''
    let buffer = ''
    const say = (answer: Answer): void => {
      if (answer === 'drop') socket.destroy()
      else if (answer !== 'silence') socket.write(`${answer}\r\n`)
    }
    say(at.greeting ?? '220 test')
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      buffer += chunk
      if (inBody) octets += chunk.length
      if (inBody && buffer.length > dropAfterBytes) {
        socket.destroy()
        return
      }
      for (;;) {
        const end = buffer.indexOf(inBody ? '\r\n.\r\n' : '\r\n')
        if (end < 0) return
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + (inBody ? 5 : 2))
        if (inBody) {
          body = line
          inBody = false
          bodies.push(body)
          say(at.dot ?? '250 kept as 1')
        } else if (/^EHLO/i.test(line))
          say(
            at.ehlo ??
              [
                '250-test',
                ...extensions.map((one, place) => `250${place < extensions.length - 1 ? '-' : ' '}${one}`),
              ].join('\r\n'),
          )
        else if (/^STARTTLS/i.test(line)) say(at.starttls ?? '454 not now')
        else if (/^AUTH/i.test(line)) say(at.auth ?? '235 ok')
        else if (/^MAIL/i.test(line)) say(at.mail ?? '250 ok')
        else if (/^RCPT/i.test(line)) say(at.rcpt ?? '250 ok')
        else if (/^DATA/i.test(line)) {
          inBody = at.data === undefined
          say(at.data ?? '354 go on')
        } else say('221 bye')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(stop)
  return { port: (server.address() as AddressInfo).port, bodies, octets: () => octets, stop }
}
