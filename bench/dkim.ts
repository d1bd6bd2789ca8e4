// What signing costs beside the bare RSA signature nobody can avoid: node bench/dkim.ts [seconds per row]
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import path from 'node:path'
import { DateTime } from 'luxon'
import type { Subscriber } from '../src/audience/subscriber.ts'
import { type DkimKeys, loadDkimKeys } from '../src/delivery/dkim-key.ts'
import { compose, fill, recipientFor } from '../src/delivery/message.ts'
import { readPublication } from '../src/edition/read.ts'
import { compileFor, prepareEdition } from '../src/render/prepare.ts'
import { calibration, median } from './measure.ts'

const seconds = Number(process.argv[2] ?? 1)
const root = path.join(import.meta.dirname, '..')
const pem = (type: 'rsa' | 'ed25519'): string =>
  (type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
const rsa = loadDkimKeys({ domain: 'morning.example', selector: 'r', privateKey: pem('rsa'), ed25519: null })
const both = loadDkimKeys({
  domain: 'morning.example',
  selector: 'r',
  privateKey: pem('rsa'),
  ed25519: { selector: 'e', privateKey: pem('ed25519') },
})
const now = DateTime.fromISO('2026-11-20T07:00:00Z', { zone: 'utc' })
const secrets = { keys: ['a-secret-of-the-measurement'] } as const
const subscriber = (number: number): Subscriber => ({
  id: `reader${number}`,
  email: `reader${number}@readers.example`,
  addressHash: '',
  name: `Reader ${number}`,
  topics: [],
  status: 'active',
  extra: {},
  line: number,
})

/** Times a second, the middle of five stretches. */
async function rate(step: (number: number) => unknown): Promise<number> {
  const stretches: number[] = []
  for (let stretch = 0; stretch < 5; stretch++) {
    const started = performance.now()
    let done = 0
    while (performance.now() - started < (seconds * 1000) / 5) await step(done++)
    stretches.push((done * 1000) / (performance.now() - started))
  }
  return median(stretches)
}

const data = Buffer.alloc(1200, 'x')
const bare = await rate(() => sign('sha256', data, rsa.rsa.privateKey))
console.log(`Node ${process.versions.node}; calibration loop ${calibration().toFixed(0)} ms; one at a time`)
const row = (what: string, perSecond: number): void =>
  console.log(
    `${what.padEnd(56)} ${perSecond.toFixed(0).padStart(6)}/s   ${(perSecond / bare).toFixed(2).padStart(6)} x bare`,
  )
row('bare RSA-2048 signature', bare)

const { publication } = await readPublication(root)
if (publication === null) throw new Error('the sample has no publication')
for (const images of ['link', 'embed'] as const) {
  const { prepared } = await prepareEdition(root, '2026-11-20', { ...publication, images })
  const { compiled } = prepared === null ? { compiled: null } : await compileFor(prepared)
  if (compiled === null) throw new Error('the sample edition cannot be shown')
  const copies = (keys: DkimKeys | null) => {
    const template = compose(compiled, { ...publication, images }, keys)
    return async (number: number) =>
      (await fill(template, recipientFor(template, subscriber(number), now, secrets))).raw
  }
  const { raw } = { raw: await copies(null)(0) }
  const size = `${Math.round(raw.length / 1000)} kB`
  row(`a copy, ${size}, unsigned`, await rate(copies(null)))
  row(`a copy, ${size}, signed with RSA`, await rate(copies(rsa)))
  row(`a copy, ${size}, signed with RSA and Ed25519`, await rate(copies(both)))
  row(
    `the least there is: SHA-256 of ${size}, bare signature`,
    await rate(() => {
      createHash('sha256').update(raw).digest()
      sign('sha256', data, rsa.rsa.privateKey)
    }),
  )
}
