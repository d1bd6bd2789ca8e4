import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { DateTime } from 'luxon'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { deliverProofs, type ProofOrder } from '../../src/commands/proofs.ts'
import { compose } from '../../src/delivery/message.ts'
import { aCompiled, aPublicationValue } from '../support/compiled.ts'
import { emptyFolder } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

async function order(more: Partial<ProofOrder> = {}): Promise<ProofOrder> {
  return {
    root: await emptyFolder(),
    to: ['editor@paper.example'],
    smtpUrl: null,
    template: compose(aCompiled(), aPublicationValue({ timezone: 'Asia/Tokyo' })),
    date: '2026-11-20',
    now: DateTime.fromISO('2026-11-19T21:05:09Z'),
    threadless: true,
    ...more,
  }
}

describe('proofs', () => {
  it('bear the time where the publication is in their subject, so that no two hang on one thread', async () => {
    const { port, received } = await smtpSink()
    const first = await order({ smtpUrl: `smtp://127.0.0.1:${port}` })
    await deliverProofs(first)
    await deliverProofs({ ...first, now: first.now.plus({ seconds: 3 }) })
    await deliverProofs({ ...first, threadless: false })
    const mails = await Promise.all(received.map(({ raw }) => PostalMime.parse(raw)))
    expect(mails.map((mail) => mail.subject)).toEqual([
      '[Proof 06:05:09] The harbour bridge reopens',
      '[Proof 06:05:12] The harbour bridge reopens',
      '[Proof] The harbour bridge reopens',
    ])
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(3)
    expect(mails.flatMap((mail) => [mail.inReplyTo, mail.references])).toEqual(Array(6).fill(undefined))
  })

  it('say for each address what the server answered, and where it is, without its password', async () => {
    const { port, received } = await smtpSink({
      disabledCommands: [],
      onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? Object.assign(new Error('no such box'), { responseCode: 550 }) : null),
    })
    const report = await deliverProofs(
      await order({
        smtpUrl: `smtp://desk:geheim@127.0.0.1:${port}`,
        to: ['editor@paper.example', 'gone@paper.example', 'chief@paper.example'],
      }),
    )
    expect(report).toMatchObject({
      where: `127.0.0.1:${port}`,
      refused: null,
      proofs: [
        { address: 'editor@paper.example', state: 'accepted', reply: expect.stringContaining('kept') },
        { address: 'gone@paper.example', state: 'rejected', reply: expect.stringContaining('no such box') },
        { address: 'chief@paper.example', state: 'accepted' },
      ],
    })
    expect(received.flatMap((one) => one.to)).toEqual(['editor@paper.example', 'chief@paper.example'])
    expect(JSON.stringify(report)).not.toContain('geheim')
  })

  it('say why a server takes none, and which it took before', async () => {
    const { port } = await smtpSink({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not from you'), { responseCode: 550 })),
    })
    const { refused, proofs } = await deliverProofs(await order({ smtpUrl: `smtp://127.0.0.1:${port}` }))
    expect(proofs).toEqual([])
    expect(refused?.message).toContain('not from you')
    expect(refused?.hint).not.toBe('')
  })

  it('go into the outbox without a server, and nowhere when an address is none', async () => {
    const given = await order()
    expect(await deliverProofs(given)).toMatchObject({
      where: 'outbox/2026-11-20/',
      proofs: [{ state: 'accepted', reply: 'outbox/2026-11-20/proof-editor@paper.example.eml' }],
    })
    await expect(deliverProofs({ ...given, to: ['a@paper.example', 'no address'] })).rejects.toMatchObject({
      code: 'bad-address',
    })
    expect(await readdir(path.join(given.root, 'outbox/2026-11-20'))).toEqual(['proof-editor@paper.example.eml'])
  })
})
