import { DateTime } from 'luxon'
import { expect, it } from 'vitest'
import { noted } from '../../src/commands/begun-marker.ts'
import type { Context } from '../../src/commands/command.ts'
import type { OpenTransport, TransportRequest } from '../../src/delivery/transport.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { emptyFolder } from '../support/sample.ts'

it('editions that begin at the same moment keep their notes one after the other', async () => {
  const root = await emptyFolder()
  const silent = { write() {}, isTerminal: false }
  const context: Context = {
    root,
    json: false,
    now: DateTime.utc(),
    // As git does with its index: whoever comes second while it is held fails.
    environment: {
      PATH: process.env['PATH'],
      BROADSHEET_ON_BEGIN: 'mkdir index.lock && sleep 0.2 && rmdir index.lock',
    },
    stdout: silent,
    stderr: silent,
    signal: new AbortController().signal,
  }
  const ledger = { record: async () => {} } as unknown as Ledger
  const left: string[] = []
  const begin = async (edition: string) => {
    const transport = { transport: async () => void left.push(edition) } as unknown as OpenTransport
    const key = { publication: 'paper', edition }
    await noted(context, transport, ledger, key, () => 0).transport({} as TransportRequest)
  }
  await Promise.all([begin('2026-11-20'), begin('2026-11-21'), begin('2026-11-22')])
  expect(left.sort()).toEqual(['2026-11-20', '2026-11-21', '2026-11-22'])
})
