import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressHash, defaultId, type Subscriber } from '../../src/audience/subscriber.ts'
import { noCounts } from '../../src/delivery/counts.ts'
import { type EnqueueRun, enqueueAll } from '../../src/delivery/enqueue.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { emptyFolder } from '../support/sample.ts'

const NOW = Date.UTC(2026, 10, 20, 7)
const DAY = 86_400_000

function reader(email: string): Subscriber {
  const hash = addressHash(email)
  const nobody = { name: '', topics: [], status: 'active', extra: {}, line: 1 }
  return { ...nobody, id: defaultId(hash), email, addressHash: hash }
}

/** The instants of the batches that are put into the queue for one reader due `from`. */
async function instantsFor(from: number): Promise<number[]> {
  const ledger = await openLedger(path.join(await emptyFolder(), 'ledger.db'))
  const instants: number[] = []
  const run: EnqueueRun = {
    ledger,
    queue: { enqueue: async (_db, _batch, dueAt) => void instants.push(dueAt) },
    key: { publication: 'post', edition: '2026-11-20' },
    offer: { date: '2026-11-20', topics: ['world'], languages: ['en'] },
    timing: () => ({ from, until: from + 30 * DAY }),
    plannedAt: null,
    suppressed: async () => new Map(),
    clock: () => NOW,
    isStopped: () => false,
    onRow: () => {},
  }
  async function* rows() {
    yield { subscriber: reader('ada@readers.example'), findings: [] }
  }
  await enqueueAll(rows(), run, noCounts())
  await ledger.close()
  return instants
}

describe('enqueueing', () => {
  it('puts a batch off until its instant', async () => {
    expect(await instantsFor(NOW + DAY)).toEqual([NOW + DAY])
  })

  it('counts the week a batch is kept from now when its instant is past', async () => {
    expect(await instantsFor(NOW - 10 * DAY)).toEqual([NOW])
  })
})
