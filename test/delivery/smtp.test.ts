import { describe, expect, it } from 'vitest'
import { RunTrouble } from '../../src/delivery/back-off.ts'
import { openSmtp } from '../../src/delivery/smtp.ts'
import { parseSmtpUrl } from '../../src/delivery/smtp-url.ts'
import { type Outcome, RunRefused } from '../../src/delivery/transport.ts'
import { smtpSink } from '../support/smtp-sink.ts'
import { troubledServer } from '../support/troubled-server.ts'

async function deliver(
  port: number,
  raw = 'Subject: x\r\n\r\n.dot at the start\r\nbody\r\n',
  granted = true,
  to = 'c@d.example',
): Promise<{ outcome: Outcome; begun: number }> {
  const { transport, close } = openSmtp(parseSmtpUrl(`smtp://127.0.0.1:${port}`), 1)
  let begun = 0
  try {
    const outcome = await transport({
      id: 'x',
      envelope: { from: 'a@b.example', to },
      raw: Buffer.from(raw),
      onBegin: async () => {
        begun += 1
        return granted
      },
    })
    return { outcome, begun }
  } finally {
    await close()
  }
}

describe('what became of a delivery', () => {
  it('is accepted with the reply kept when the server says 250', async () => {
    const { port, bodies } = await troubledServer({})
    expect(await deliver(port)).toEqual({ outcome: { state: 'accepted', reply: '250 kept as 1' }, begun: 1 })
    expect(bodies).toEqual(['Subject: x\r\n\r\n..dot at the start\r\nbody'])
  })

  it('is rejected or deferred by the code of the reply, before the gate as after it', async () => {
    const cases: [Parameters<typeof troubledServer>[0], Outcome['state'], number][] = [
      [{ rcpt: '550 5.1.1 no such user' }, 'rejected', 0],
      [{ rcpt: '450 4.2.0 greylisted' }, 'deferred', 0],
      [{ data: '554 no' }, 'rejected', 0],
      [{ data: '451 later' }, 'deferred', 0],
      [{ dot: '552 too big' }, 'rejected', 1],
      [{ dot: '452 full' }, 'deferred', 1],
    ]
    for (const [at, state, gates] of cases) {
      const { port } = await troubledServer(at)
      const { outcome, begun } = await deliver(port)
      expect({ at, state: outcome.state, begun }).toEqual({ at, state, begun: gates })
    }
  })

  it('is deferred, without a mark in the ledger, when the line drops before the body', async () => {
    for (const at of [{ rcpt: 'drop' }, { data: 'drop' }] as const) {
      const { port } = await troubledServer(at)
      const { outcome, begun } = await deliver(port)
      expect(outcome.state).toBe('deferred')
      expect(begun).toBe(0)
    }
  })

  it('is deferred when the line drops in the middle of the body: the last byte had not left', async () => {
    const { port } = await troubledServer({}, 100_000)
    const { outcome, begun } = await deliver(
      port,
      `Subject: x\r\n\r\n${'a line of the body that is long\r\n'.repeat(400_000)}`,
    )
    expect(begun).toBe(1)
    expect(outcome.state).toBe('deferred')
  })

  it.each([
    ['without TLS', 'smtp', false],
    ['after STARTTLS', 'smtp', true],
    ['over TLS', 'smtps', true],
  ])('is deferred when the server stops reading, and the end never leaves after that: %s', async (_, scheme, tls) => {
    let release: () => void = () => {}
    const verdictIsIn = new Promise<void>((resolve) => {
      release = resolve
    })
    let octets = 0
    let whole = false
    const { port } = await smtpSink({
      secure: scheme === 'smtps',
      disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      onData(stream, _session, done) {
        void verdictIsIn.then(() => {
          stream.on('data', (chunk: Buffer) => {
            octets += chunk.length
          })
          stream.on('end', () => {
            whole = true
            done(null, 'kept')
          })
        })
      },
    })
    const server = { ...parseSmtpUrl(`${scheme}://127.0.0.1:${port}`), answerWithin: 400 }
    const { transport } = openSmtp(server, 1)
    const raw = Buffer.from(`Subject: x\r\n\r\n${'a line of the body that is long\r\n'.repeat(800_000)}`)
    const outcome = await transport({
      id: 'x',
      envelope: { from: 'a@b.example', to: 'c@d.example' },
      raw,
      onBegin: async () => true,
    })
    release()
    expect(outcome.state).toBe('deferred')
    // Whatever the systems of both had taken is read by now, and it is not the whole.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(octets).toBeGreaterThan(10_000)
    expect(octets).toBeLessThan(raw.length)
    expect(whole).toBe(false)
  })

  it('leaves nothing behind on a connection that carries many copies', async () => {
    const warnings: string[] = []
    const note = (warning: Error): number => warnings.push(warning.message)
    process.on('warning', note)
    const { port, bodies } = await troubledServer({})
    const { transport, close } = openSmtp(parseSmtpUrl(`smtp://127.0.0.1:${port}`), 1)
    for (let number = 0; number < 30; number++)
      await transport({
        id: 'x',
        envelope: { from: 'a@b.example', to: 'c@d.example' },
        raw: Buffer.from(`Subject: ${number}\r\n\r\n${'a line\r\n'.repeat(number * 10)}`),
        onBegin: async () => true,
      })
    await close()
    process.off('warning', note)
    expect(bodies.map((body) => body.length)).toEqual(
      Array.from({ length: 30 }, (_, number) => `Subject: ${number}\r\n\r\n`.length - 2 + Math.max(0, number * 80)),
    )
    expect(warnings).toEqual([])
  })

  it('is unknown when the line drops after the last dot, and never anything else', async () => {
    const { port, bodies } = await troubledServer({ dot: 'drop' })
    const { outcome } = await deliver(port)
    expect(outcome.state).toBe('unknown')
    expect(bodies).toHaveLength(1)
  })

  it('is rejected when the address has letters the server does not take, and the line is kept', async () => {
    for (const [extensions, state] of [
      [['8BITMIME'], 'rejected'],
      [['8BITMIME', 'SMTPUTF8'], 'accepted'],
    ] as const) {
      const { port, bodies } = await troubledServer({}, Number.POSITIVE_INFINITY, extensions)
      const { outcome } = await deliver(port, undefined, true, 'zoë@d.example')
      expect(outcome.state).toBe(state)
      expect(bodies).toHaveLength(state === 'accepted' ? 1 : 0)
    }
  })

  it('sends nothing of the body when the lease was lost at the gate', async () => {
    const { port, octets } = await troubledServer({})
    const { outcome } = await deliver(port, `Subject: x\r\n\r\n${'a line of the body\r\n'.repeat(1000)}`, false)
    expect(outcome.state).toBe('deferred')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(octets()).toBe(0)
  })

  it('concerns the whole run when the sender is refused, the server closes, or nobody answers', async () => {
    for (const [at, error] of [
      [{ mail: '550 not you' }, RunRefused],
      [{ mail: '451 not now' }, RunTrouble],
      [{ rcpt: '421 shutting down' }, RunTrouble],
    ] as const) {
      const { port } = await troubledServer(at)
      await expect(deliver(port)).rejects.toBeInstanceOf(error)
    }
    await expect(deliver(1)).rejects.toThrow(/No connection to the mail server at 127\.0\.0\.1:1/)
  })
})

describe('SMTP_URL', () => {
  it('wants STARTTLS and a valid certificate everywhere but on this machine', () => {
    expect(parseSmtpUrl('smtp://mail.example.org')).toMatchObject({
      port: 587,
      startTls: 'required',
      verifyCertificate: true,
      implicitTls: false,
    })
    expect(parseSmtpUrl('smtps://u:p%40@mail.example.org')).toMatchObject({
      port: 465,
      implicitTls: true,
      credentials: { user: 'u', pass: 'p@' },
    })
    expect(parseSmtpUrl('smtp://localhost:25')).toMatchObject({ startTls: 'offered', verifyCertificate: false })
    expect(parseSmtpUrl('smtp://[::1]:25')).toMatchObject({ host: '::1', startTls: 'offered' })
    expect(parseSmtpUrl('smtp://u:p@127.0.0.1:25')).toMatchObject({ startTls: 'required', verifyCertificate: false })
    expect(parseSmtpUrl('smtp://relay.example.org:25?tls=off')).toMatchObject({ startTls: 'off' })
  })

  it('is refused in one line that never repeats the password', () => {
    for (const url of [
      'mail.example.org',
      'http://mail.example.org',
      'smtp://u:topsecret@mail.example.org?tls=off',
      'smtp://x?tls=maybe',
    ]) {
      expect(() => parseSmtpUrl(url)).toThrow(/^SMTP_URL /)
      try {
        parseSmtpUrl(url)
      } catch (caught) {
        expect(String(caught)).not.toContain('topsecret')
      }
    }
  })
})
