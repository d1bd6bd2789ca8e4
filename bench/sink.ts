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
  const commands = (data: Buffer): Buffer => {
    let answers = ''
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
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    taken.bytes += chunk.length
    if (!inBody) rest = commands(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
    else {
      // Nobody here sends anything after the end of a message before it is answered.
      const tail = chunk.length >= 5 ? chunk.subarray(-5) : Buffer.concat([rest, chunk]).subarray(-5)
      rest = Buffer.from(tail)
    }
    if (!inBody || !rest.equals(END)) return
    inBody = false
    rest = rest.subarray(5)
    taken.messages += 1
    lastAt = performance.now()
    if (taken.messages === 1) firstAt = lastAt
    say('250 2.0.0 Ok: queued as 4F1B2C3D4E\r\n')
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
