/**
 * A mail server that counts and forgets, in a process of its own, for everybody a benchmark compares: plain sockets, one
 * write for the answers to what came in one piece, PIPELINING as Postfix offers it. Started with `fork`.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What was taken since the last question. The time is from the first to the last, in milliseconds. */
export interface Taken {
  messages: number
  bytes: number
  milliseconds: number
  /** CPU of this process meanwhile, in milliseconds. */
  cpu: number
}

/** How long to wait before each answer, in milliseconds: a mail server far away. */
const delay = Number(process.argv[2] ?? 0)
const EHLO = '250-sink\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n'
const END = Buffer.from('\r\n.\r\n')

let taken: Taken = { messages: 0, bytes: 0, milliseconds: 0, cpu: 0 }
let firstAt = 0
let lastAt = 0
let cpu = process.cpuUsage()

function talk(socket: Socket): void {
  let inBody = false
  /** What is left over of a command line, or the last four octets of a body. */
  let rest: Buffer = Buffer.alloc(0)
  const say = (text: string): void => {
    if (delay === 0) socket.write(text)
    else setTimeout(() => socket.write(text), delay)
  }
  /** Answers what is in it, after what is to be said first; what is left of the last line. */
  const commands = (data: Buffer, first = ''): Buffer => {
    let answers = first
    let at = 0
    for (let end = data.indexOf('\r\n', at); end >= 0 && !inBody; end = data.indexOf('\r\n', at)) {
      const verb = data.toString('latin1', at, at + 4).toUpperCase()
      at = end + 2
      if (verb === 'DATA') {
        inBody = true
        answers += '354 go on\r\n'
      } else if (verb === 'EHLO') answers += EHLO
      else if (verb === 'QUIT') {
        socket.end(`${answers}221 bye\r\n`)
        return data.subarray(data.length)
      } else answers += '250 ok\r\n'
    }
    if (answers !== '') say(answers)
    return data.subarray(at)
  }
  /** Where the body ends in it, counted from its beginning; -1 when it goes on. */
  const endOf = (chunk: Buffer): number => {
    if (chunk.subarray(-5).equals(END)) return chunk.length
    const seam = Buffer.concat([rest, chunk.subarray(0, 4)]).indexOf(END)
    if (seam >= 0) return seam + END.length - rest.length
    // Few octets can stand behind it: the next envelope, whose body waits for an answer.
    const from = Math.max(0, chunk.length - 1000)
    const at = chunk.subarray(from).lastIndexOf(END)
    return at < 0 ? -1 : from + at + END.length
  }
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    taken.bytes += chunk.length
    if (!inBody) {
      rest = commands(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
      return
    }
    const end = endOf(chunk)
    if (end < 0) {
      rest = Buffer.concat([rest, chunk.subarray(-4)]).subarray(-4)
      return
    }
    inBody = false
    taken.messages += 1
    lastAt = performance.now()
    if (taken.messages === 1) firstAt = lastAt
    rest = commands(chunk.subarray(end), '250 2.0.0 Ok: queued as 4F1B2C3D4E\r\n')
  })
  say('220 sink\r\n')
}

const server = createServer(talk)
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu)
  process.send?.({ ...taken, milliseconds: lastAt - firstAt, cpu: (user + system) / 1000 })
  taken = { messages: 0, bytes: 0, milliseconds: 0, cpu: 0 }
  cpu = process.cpuUsage()
})
process.on('disconnect', () => process.exit())
