import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { listenPublic } from '../../src/public/server.ts'

const slowly = (): Hono => {
  const app = new Hono()
  app.get('/', async (context) => {
    await sleep(100)
    return context.text('answered')
  })
  app.post('/', async (context) => context.text(await context.req.text()))
  app.onError((_error, context) => context.body(null, 400))
  return app
}

async function opened(url: string, sent: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const told = { text: '' }
  socket.setEncoding('utf8').on('data', (text: string) => {
    told.text += text
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  await once(socket, 'connect')
  if (sent !== '') socket.write(sent)
  await sleep(30)
  return { socket, told, closed }
}

describe('A server that is stopped', () => {
  it.each([
    ['sends nothing', ''],
    ['never ends its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['never ends its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'],
  ])('does not wait for a client that %s', async (_who, sent) => {
    const { url, close } = await listenPublic(slowly(), '127.0.0.1', 0, 200)
    const { closed } = await opened(url, sent)
    const from = performance.now()
    await close()
    await closed
    expect(performance.now() - from).toBeLessThan(2000)
  })

  it('answers what is under way, and lets nobody go on over the same connection', async () => {
    const { url, close } = await listenPublic(slowly(), '127.0.0.1', 0)
    const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
    const { socket, told, closed } = await opened(url, get)
    const from = performance.now()
    const stopped = close()
    // A second one over the connection that is alive, and a third.
    socket.write(get)
    socket.write(get)
    await Promise.all([stopped, closed])
    expect(told.text.match(/answered/g)).toHaveLength(2)
    expect(told.text).toMatch(/connection: close/i)
    expect(performance.now() - from).toBeLessThan(2000)
  })
})
