import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { GatedBody } from '../../src/delivery/gated-body.ts'

/** Takes what it is given when it is told to. */
function aSocket(atOnce: boolean) {
  const written: string[] = []
  let taken: (reason?: Error | null) => void = () => {}
  const socket = new Writable({
    writev(chunks, callback) {
      written.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      if (atOnce) callback()
      else taken = callback
    },
  })
  socket.on('error', () => {})
  return { socket: socket as unknown as Socket, written, taken: (reason?: Error) => taken(reason) }
}

const raw = Buffer.from('Subject: x\r\n\r\nbody\r\n')

/** The body has passed its gate. */
async function written(socket: Socket, room: number, next: string | null) {
  const outlet = { socket: () => socket, room }
  const body = new GatedBody({ raw, onBegin: async () => true }, outlet, () => {
    if (next !== null) socket.write(next)
    return next !== null
  })
  body.on('error', () => {})
  body.pipe()
  body.claim()
  await new Promise((resolve) => setImmediate(resolve))
  return { body, outlet }
}

describe('a body behind its gate', () => {
  it('waits for the server and for its turn, whichever comes last', async () => {
    const { socket } = aSocket(true)
    let asked = 0
    const onBegin = async (): Promise<boolean> => {
      asked += 1
      return true
    }
    for (const order of [['pipe', 'claim'] as const, ['claim', 'pipe'] as const]) {
      asked = 0
      const body = new GatedBody({ raw, onBegin }, { socket: () => socket, room: 0 }, () => false)
      body[order[0]]()
      expect(asked).toBe(0)
      body[order[1]]()
      expect(asked).toBe(1)
    }
  })

  it('asks nothing once it is given up', () => {
    const { socket } = aSocket(true)
    let asked = 0
    const onBegin = async (): Promise<boolean> => {
      asked += 1
      return true
    }
    const body = new GatedBody({ raw, onBegin }, { socket: () => socket, room: 0 }, () => false)
    body.pipe()
    body.destroy()
    body.claim()
    expect(asked).toBe(0)
    expect(body.asked).toBe(false)
  })

  it('has the next envelope in the same write once the system has taken as much at once, and behind it before', async () => {
    const first = aSocket(true)
    const { outlet } = await written(first.socket, 0, 'MAIL next\r\n')
    expect(first.written).toEqual([`${raw}.\r\n`, 'MAIL next\r\n'])
    expect(outlet.room).toBe(raw.length)
    const second = aSocket(true)
    await written(second.socket, outlet.room, 'MAIL next\r\n')
    expect(second.written).toEqual([`${raw}.\r\nMAIL next\r\n`])
  })

  it('has handed over when the system has taken the end, and not before', async () => {
    const slow = aSocket(false)
    const { body, outlet } = await written(slow.socket, 0, null)
    expect(body.handedOver).toBe(false)
    expect(outlet.room).toBe(0)
    slow.taken()
    expect(body.handedOver).toBe(true)
  })

  it('may have handed over when the system took part of what has the next envelope in it', async () => {
    const slow = aSocket(false)
    const { body } = await written(slow.socket, raw.length, 'MAIL next\r\n')
    expect(body.handedOver).toBe(true)
    slow.taken(new Error('reset'))
    expect(body.handedOver).toBe(true)
  })

  it('may have handed over, over TLS, until it has been looked whether the system took it', async () => {
    const slow = aSocket(false)
    Object.assign(slow.socket, { encrypted: true })
    const body = new GatedBody({ raw, onBegin: async () => true }, { socket: () => slow.socket, room: 0 }, () => false)
    body.pipe()
    body.claim()
    await Promise.resolve()
    await Promise.resolve()
    expect([body.began, body.handedOver]).toEqual([true, true])
    await new Promise((resolve) => setImmediate(resolve))
    expect(body.handedOver).toBe(false)
  })

  it('has not when there was nothing to follow, and the rest cannot leave any more', async () => {
    const slow = aSocket(false)
    const { body } = await written(slow.socket, raw.length, null)
    slow.taken(new Error('reset'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(body.handedOver).toBe(false)
  })
})
