// A mail server that takes everything, keeps nothing, and counts who got how many copies: s<number>@readers.example.
//   node scripts/null-sink.ts <subscribers> <file> [milliseconds before each answer]
// Prints its port; on SIGTERM writes a byte for each subscriber, their copies, to the file.
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const [subscribers = '0', file = '', delay = '0'] = process.argv.slice(2)
const copies = new Uint8Array(Number(subscribers))
const wait = Number(delay)

const server = createServer((socket) => {
  socket.setNoDelay(true).on('error', () => {})
  serve(socket)
})

function serve(socket: Socket): void {
  const say = (line: string): void => {
    if (wait === 0) socket.write(line)
    else setTimeout(() => socket.write(line), wait)
  }
  let buffer: Buffer = Buffer.alloc(0)
  let inBody = false
  let number = -1
  say('220 null ESMTP\r\n')
  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    for (;;) {
      if (inBody) {
        const end = buffer.indexOf('\r\n.\r\n')
        if (end < 0) {
          buffer = buffer.subarray(Math.max(0, buffer.length - 4))
          return
        }
        buffer = buffer.subarray(end + 5)
        inBody = false
        // From the dot on the copy is there, whatever becomes of the answer.
        if (number >= 0) copies[number] = (copies[number] ?? 0) + 1
        say('250 taken\r\n')
        continue
      }
      const end = buffer.indexOf('\r\n')
      if (end < 0) return
      const line = buffer.toString('latin1', 0, end)
      buffer = buffer.subarray(end + 2)
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'RCPT') number = Number(/<s(\d+)@/.exec(line)?.[1] ?? -1)
      if (verb === 'DATA') {
        inBody = true
        say('354 go on\r\n')
      } else if (verb === 'QUIT') socket.end('221 bye\r\n')
      else say(verb === 'EHLO' ? '250-null\r\n250 PIPELINING\r\n' : '250 ok\r\n')
    }
  })
}

server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
// Whoever started it has ended.
process.stdin.resume().on('end', () => process.exit(1))
process.on('SIGTERM', () => {
  writeFileSync(file, copies)
  process.exit(0)
})
