import { createRequire } from 'node:module'
import path from 'node:path'
import type { Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { dotStuffed, endOfData, needsNoStuffing } from '../../src/delivery/dot-stuffing.ts'
import { compose, fill, recipientFor } from '../../src/delivery/message.ts'
import { aCompiled, aPublicationValue, aSubscriber } from '../support/compiled.ts'
import { bothKeys } from '../support/dkim.ts'

/** Nodemailer's own stream, which its exports do not name. */
const require = createRequire(import.meta.url)
const nodemailer = path.dirname(require.resolve('nodemailer/lib/smtp-connection'))
const { default: DataStream } = require(path.join(nodemailer, 'data-stream.js')) as { default: new () => Transform }

async function asNodemailerDoes(raw: Buffer): Promise<Buffer> {
  const stream = new DataStream()
  stream.end(raw)
  return buffer(stream)
}

const octets = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', '\n.\n', 'a', 'é', '..', '\r\n.\r\n'), { maxLength: 20 })
    .map((parts) => Buffer.from(parts.join(''))),
)

describe('the octets of a message in DATA', () => {
  it('are those of Nodemailer, whatever the message is made of', async () => {
    await fc.assert(
      fc.asyncProperty(octets, async (raw) => {
        // Nodemailer never sees an empty message: it refuses one before the conversation.
        fc.pre(raw.length > 0)
        const ours = Buffer.concat([dotStuffed(raw), Buffer.from(endOfData(raw))])
        expect(ours.toString('latin1')).toBe((await asNodemailerDoes(raw)).toString('latin1'))
      }),
      { numRuns: 1500 },
    )
  })

  it('are the message itself where nothing has to be stuffed, and only there', async () => {
    await fc.assert(
      fc.asyncProperty(octets, async (raw) => {
        fc.pre(raw.length > 0)
        const asItIs = Buffer.concat([raw, Buffer.from(endOfData(raw))])
        // A lone CR at the very end becomes a line end with what follows.
        expect(needsNoStuffing(raw.toString('latin1'))).toBe(
          (await asNodemailerDoes(raw)).equals(asItIs) && raw.at(-1) !== 13,
        )
      }),
      { numRuns: 1500 },
    )
  })

  it('are known of a whole when they are known of its pieces', () => {
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 4 }), (pieces) => {
        const texts = pieces.map((piece) => piece.toString('latin1'))
        fc.pre(texts.every(needsNoStuffing))
        expect(needsNoStuffing(texts.join(''))).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a copy of an edition', () => {
  it('needs no stuffing, says so, and goes over the wire as Nodemailer would write it', async () => {
    const keys = bothKeys('morning.example')
    const words = fc.oneof(
      fc.constantFrom('.', '..', '.\n.', '\r\n.\r\n', 'a\r.\r', `${'x'.repeat(74)}..`, `${'=.'.repeat(60)}`),
      fc.string({ unit: 'binary', maxLength: 120 }),
    )
    const now = DateTime.fromISO('2026-11-20T07:00:00Z', { zone: 'utc' })
    await fc.assert(
      fc.asyncProperty(words, words, words, async (name, subject, story) => {
        const html = [
          { text: '.<p>' },
          { name: 'name', fallback: '.', where: 'text' as const },
          { text: `.</p>\n.${story}` },
        ]
        const text = [{ text: `.${story}\n.` }, { name: 'name', fallback: '.', where: 'plain' as const }, { text: '.' }]
        const template = compose(aCompiled({ subject, html, text }), aPublicationValue({ name: '.dot' }), keys)
        const copy = await fill(
          template,
          recipientFor(template, aSubscriber({ name }), now, { keys: ['a-secret-of-the-tests-only'] }),
        )
        expect(copy.needsNoStuffing).toBe(true)
        const wire = Buffer.concat([copy.raw, Buffer.from(endOfData(copy.raw))])
        expect(wire.toString('latin1')).toBe((await asNodemailerDoes(copy.raw)).toString('latin1'))
      }),
      { numRuns: 60 },
    )
  })
})
