import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A reply, or none. */
export type Answer = string | 'drop' | 'silence'
export type Step = 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot'

/** By how often the step has come, from 1, over all connections. */
type Script = Answer | ((turn: number) => Answer | Promise<Answer>)

/**
 * A mail server that misbehaves at steps of the conversation; real sockets, real protocol. `octets`: of bodies, so far.
 * `heard`: what was sent to it and what it said to a body, in order; `pieces`: in how many reads of a socket.
 */
export async function troubledServer(
  at: Partial<Record<Step, Script>>,
  dropAfterBytes = Number.POSITIVE_INFINITY,
  extensions: readonly string[] = ['8BITMIME'],
): Promise<{
  port: number
  bodies: string[]
  heard: string[]
  pieces(): number
  octets(): number
  stop(): Promise<void>
}> {
  const bodies: string[] = []
  const heard: string[] = []
  const turns: Partial<Record<Step, number>> = {}
  let pieces = 0
  let octets = 0
  const sockets = new Set<Socket>()
  const answerTo = (step: Step, usual: string): Answer | Promise<Answer> => {
    const turn = (turns[step] ?? 0) + 1
    turns[step] = turn
    const script = at[step] ?? usual
    return typeof script === 'function' ? script(turn) : script
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let inBody = false
    let hasRecipient = false
    let buffer = ''
    /** Answers keep their order: nothing is looked at before the last is given. */
    let thinking = false
    const say = (answer: Answer): void => {
      if (answer === 'drop') socket.destroy()
      else if (answer !== 'silence') socket.write(`${answer}\r\n`)
    }
    const take = (line: string): Answer | Promise<Answer> => {
      heard.push(line)
      if (/^EHLO/i.test(line)) {
        const lines = ['test', ...extensions]
        return answerTo('ehlo', lines.map((one, i) => `250${i < lines.length - 1 ? '-' : ' '}${one}`).join('\r\n'))
      }
      if (/^STARTTLS/i.test(line)) return answerTo('starttls', '454 not now')
      if (/^AUTH/i.test(line)) return answerTo('auth', '235 ok')
      if (/^MAIL/i.test(line)) {
        // Two messages at a time over one connection: whoever does that is told apart from all other trouble.
        if (hasRecipient) throw new Error(`a message within a message: ${heard.slice(-6).join(', ')}`)
        return answerTo('mail', '250 ok')
      }
      if (/^RCPT/i.test(line)) return answerTo('rcpt', '250 ok')
      return /^DATA/i.test(line) ? answerTo('data', hasRecipient ? '354 go on' : '503 no recipient') : '221 bye'
    }
    const answered = (line: string, answer: Answer): void => {
      if (/^RCPT/i.test(line)) hasRecipient = answer === '250 ok'
      if (/^DATA/i.test(line)) inBody = answer === '354 go on'
      say(answer)
    }
    const takeBody = (body: string): Answer | Promise<Answer> => {
      inBody = false
      hasRecipient = false
      bodies.push(body)
      heard.push('.')
      return answerTo('dot', '250 kept as 1')
    }
    const goOn = (): void => {
      while (!thinking && !socket.destroyed) {
        const mark = inBody ? '\r\n.\r\n' : '\r\n'
        const end = buffer.indexOf(mark)
        if (end < 0) return
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + mark.length)
        const asked = inBody ? '' : line
        const answer = inBody ? takeBody(line) : take(line)
        if (typeof answer === 'string') {
          answered(asked, answer)
          continue
        }
        thinking = true
        void answer.then((late) => {
          thinking = false
          answered(asked, late)
          goOn()
        })
      }
    }
    say(answerTo('greeting', '220 test') as Answer)
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      buffer += chunk
      pieces += 1
      if (inBody) octets += chunk.length
      if (inBody && buffer.length > dropAfterBytes) socket.destroy()
      else goOn()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(stop)
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    heard,
    pieces: () => pieces,
    octets: () => octets,
    stop,
  }
}
