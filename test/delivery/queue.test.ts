import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Subscriber } from '../../src/audience/subscriber.ts'
import { type Batch, Queue } from '../../src/delivery/queue.ts'
import { openPostgres } from '../../src/ledger/open-postgres.ts'
import { postgresForTests } from '../support/postgres.ts'

const postgres = postgresForTests()

const aSubscriber = (id: string): Subscriber => ({
  id,
  email: `${id}@readers.example`,
  addressHash: id,
  name: 'Zoë "Z" O\'Hara',
  topics: ['world'],
  status: 'active',
  extra: { town: 'Ürümqi' },
  line: 2,
})
const aBatch = (...ids: string[]): Batch => ({ edition: '2026-11-20', plannedAt: 5, subscribers: ids.map(aSubscriber) })

async function aQueue(url: string) {
  const database = await openPostgres(url)
  const errors: Error[] = []
  const queue = await Queue.open(database, 'post', { supervise: true, onError: (error) => errors.push(error) })
  const put = (batch: Batch, dueAt = Date.now()): Promise<void> =>
    database.transaction((db) => queue.enqueue(db, batch, dueAt))
  const close = async (): Promise<void> => {
    await queue.close()
    await database.close()
    expect(errors).toEqual([])
  }
  return { database, queue, put, close }
}

describe('the queue of batches', () => {
  it('hands each batch to one worker, whole, and not before its instant', { timeout: 60_000 }, async () => {
    const url = await postgres.database()
    const [one, two] = [await aQueue(url), await aQueue(url)]
    await one.put(aBatch('a', 'b'))
    await one.put(aBatch('c'), Date.now() + 3_600_000)
    const taken = await Promise.all([one.queue.take(), two.queue.take(), one.queue.take(), two.queue.take()])
    const [batch] = taken.filter((each) => each !== null)
    expect(taken.filter((each) => each !== null).length).toBe(1)
    expect(batch).toMatchObject(aBatch('a', 'b'))
    await one.close()
    await two.close()
  })

  it('has a batch with the rows it was planned with, or not at all', async () => {
    const { database, queue, put, close } = await aQueue(await postgres.database())
    const torn = database.transaction(async (db) => {
      await queue.enqueue(db, aBatch('a'), Date.now())
      throw new Error('the plan failed')
    })
    await expect(torn).rejects.toThrow('the plan failed')
    expect(await queue.take()).toBeNull()
    await put(aBatch('a'))
    // Waiting already; nothing changes.
    await put(aBatch('a'))
    const taken = await queue.take()
    expect(taken).not.toBeNull()
    await put(aBatch('a'))
    expect(await queue.take()).toBeNull()
    if (taken !== null) await queue.done(taken)
    // Whoever is to be tried again may stand in the same batch as before.
    await put(aBatch('a'))
    expect(await queue.take()).not.toBeNull()
    await close()
  })

  it('gives a batch that is not done to the next one soon, and one whose worker is silent', {
    timeout: 60_000,
  }, async () => {
    const { queue, put, close } = await aQueue(await postgres.database())
    await put(aBatch('a'))
    const first = await queue.take()
    if (first === null) throw new Error('nothing was taken')
    await queue.again(first, 'not yet')
    const soon = await takenWithin(queue, 15_000)
    expect(soon?.job.retryCount).toBe(1)
    // Nothing is heard of this one any more.
    const began = performance.now()
    const later = await takenWithin(queue, 30_000)
    expect(later?.job.retryCount).toBe(2)
    expect((performance.now() - began) / 1000).toBeLessThan(25)
    // The silent one wakes up: the batch is not its own any more.
    if (soon !== null) await queue.done(soon)
    if (later !== null) await queue.again(later, 'not yet')
    expect((await takenWithin(queue, 15_000))?.job.retryCount).toBe(3)
    await close()
  })
})

async function takenWithin(queue: Queue, milliseconds: number) {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(100)) {
    const taken = await queue.take()
    if (taken !== null) return taken
  }
  return null
}
