import { type AddressInfo, createServer } from 'node:net'

/** A mail server on loopback that takes everything and keeps nothing but the count. */
export interface NullSink {
  port: number
  taken: number
  /** Messages a second between the first and the last one since `reset`. */
  perSecond(): number
  reset(): void
  close(): void
}

export async function nullSink(): Promise<NullSink> {
  let firstAt = 0
  let lastAt = 0
  const server = createServer((socket) => {
    let inBody = false
    let tail = ''
    socket.on('error', () => {})
    socket.write('220 sink\r\n')
    socket.setEncoding('latin1').on('data', (text: string) => {
      let rest = tail + text
      tail = ''
      for (;;) {
        const mark = inBody ? '\r\n.\r\n' : '\r\n'
        const end = rest.indexOf(mark)
        if (end < 0) {
          tail = inBody ? rest.slice(-4) : rest
          return
        }
        const line = inBody ? '' : rest.slice(0, end)
        rest = rest.slice(end + mark.length)
        if (inBody) {
          inBody = false
          sink.taken += 1
          lastAt = performance.now()
          if (firstAt === 0) firstAt = lastAt
          socket.write('250 taken\r\n')
        } else if (/^DATA/i.test(line)) {
          inBody = true
          socket.write('354 go on\r\n')
        } else socket.write('250 ok\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sink: NullSink = {
    port: (server.address() as AddressInfo).port,
    taken: 0,
    perSecond: () => (sink.taken - 1) / ((lastAt - firstAt) / 1000),
    reset() {
      sink.taken = 0
      firstAt = 0
    },
    close: () => server.close(),
  }
  return sink
}
