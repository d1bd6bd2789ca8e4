import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { BackOff } from '../../src/delivery/back-off.ts'
import { deliverAll } from '../../src/delivery/deliver.ts'
import type { Delivery } from '../../src/delivery/plan.ts'
import { openSmtp } from '../../src/delivery/smtp.ts'
import type { MailServer } from '../../src/delivery/smtp-url.ts'
import type { OpenTransport, Outcome } from '../../src/delivery/transport.ts'
import { aSubscriber } from '../support/compiled.ts'
import { repository } from '../support/run-cli.ts'
import { type Answer, type Step, troubledServer } from '../support/troubled-server.ts'

interface Row {
  step: string
  server: string
  copy: string
  run: string
}

/** The first table of docs/faults.md: what is promised there is what is played here. */
const ROWS: Row[] = readFileSync(path.join(repository, 'docs/faults.md'), 'utf8')
  .split('\n| elsewhere')[0]
  ?.split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| step'))
  .map((line) => {
    const [, step = '', server = '', copy = '', run = ''] = line.split('|').map((cell) => cell.trim())
    return { step, server, copy, run }
  }) as Row[]

const STEPS: Record<string, Step> = {
  greeting: 'greeting',
  EHLO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  'MAIL FROM': 'mail',
  'RCPT TO': 'rcpt',
  DATA: 'data',
  'after the dot': 'dot',
}

function answerOf(server: string): Answer | null {
  if (/^\d{3}$/.test(server)) return `${server} as asked`
  if (server.startsWith('drops the line')) return 'drop'
  return server === 'says nothing' ? 'silence' : null
}

const credentials = { user: 'me', pass: 'secret' }

/** The server of a row, and how it is reached. */
async function scene({
  step,
  server,
}: Row): Promise<{ at: Partial<MailServer>; body: number; before(): Promise<void> }> {
  const none = async (): Promise<void> => {}
  if (step === 'connect' && server.startsWith('is not there')) return { at: { port: 1 }, body: 100, before: none }
  if (step === 'connect' && server === 'says nothing') {
    const { port } = await troubledServer({ greeting: 'silence' })
    return { at: { port }, body: 100, before: none }
  }
  if (step === 'connect') {
    const { port, stop } = await troubledServer({})
    return { at: { port }, body: 100, before: stop }
  }
  if (step === 'body') {
    const { port } = await troubledServer({}, 100_000)
    return { at: { port }, body: 10_000_000, before: none }
  }
  const answer = answerOf(server)
  const offered = server !== 'does not offer it'
  const extensions = [...(offered ? ['STARTTLS', 'AUTH PLAIN LOGIN'] : []), '8BITMIME']
  const { port } = await troubledServer(
    answer === null ? {} : { [STEPS[step] ?? 'dot']: answer },
    Number.POSITIVE_INFINITY,
    extensions,
  )
  const at: Partial<MailServer> = {
    port,
    startTls: step === 'STARTTLS' ? 'required' : 'off',
    credentials: step === 'AUTH' ? credentials : null,
  }
  return { at, body: 100, before: none }
}

async function play(row: Row): Promise<{ copy: string; run: string }> {
  const { at, body, before } = await scene(row)
  const open: OpenTransport = openSmtp(
    {
      host: '127.0.0.1',
      port: 25,
      implicitTls: false,
      startTls: 'off',
      verifyCertificate: false,
      credentials: null,
      answerWithin: 400,
      weight: 1,
      rate: null,
      ...at,
    },
    1,
  )
  const naps: number[] = []
  const outcomes: Outcome[] = []
  let tries = 0
  const one = async function* (): AsyncGenerator<Delivery> {
    yield { subscriber: aSubscriber(), topics: [], language: 'en', window: { from: 0, until: 1 } }
  }
  const deliver = (isStopped: () => boolean) =>
    deliverAll(
      one(),
      {
        messageFor: async () => ({
          envelope: { from: 'a@b.example', to: 'c@d.example' },
          raw: Buffer.from(`Subject: x\r\n\r\n${'some words of a body\r\n'.repeat(body / 22)}`),
          messageId: '<x@y>',
        }),
        onBegin: async () => true,
        onSettled: async (_delivery, outcome) => void outcomes.push(outcome),
        isStopped,
        backOff: new BackOff(
          () => naps.reduce((sum, nap) => sum + nap, 0),
          async (milliseconds) => void naps.push(milliseconds),
        ),
        pace: null,
      },
      async (request) => {
        tries += 1
        return open.transport(request)
      },
      1,
    )
  if (row.server === 'was there and is gone') {
    await deliver(() => false)
    await before()
    outcomes.length = 0
    tries = 0
  }
  // What is tried again is looked at once; trouble that goes on for good is the breaker's, tested beside it.
  const { refused } = await deliver(() => tries > 1)
  await open.close()
  const [outcome] = outcomes
  expect(outcomes).toHaveLength(1)
  const slowed = naps.length > 0 || (outcome?.state === 'deferred' && outcome.slow === true)
  return {
    copy: tries > 1 ? 'again' : (outcome?.state ?? ''),
    run: refused !== null ? 'stops' : slowed ? 'slows down' : 'goes on',
  }
}

describe('docs/faults.md says what happens when', () => {
  it('and has a row for each step and answer', () => {
    expect(ROWS.length).toBeGreaterThan(40)
    for (const step of ['MAIL FROM', 'RCPT TO', 'DATA', 'after the dot'])
      for (const code of ['421', '450', '451', '452', '550', '552'])
        expect(
          ROWS.some((row) => row.step === step && row.server === code),
          `${step} ${code}`,
        ).toBe(true)
  })

  it.each(ROWS)('$step: $server', async (row) => {
    expect(await play(row)).toEqual({ copy: row.copy, run: row.run })
  })
})
