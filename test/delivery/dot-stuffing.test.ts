import { createRequire } from 'node:module'
import path from 'node:path'
import type { Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotStuffed, endOfData, needsNoStuffing } from '../../src/delivery/dot-stuffing.ts'

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
      { numRuns: 3000 },
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
      { numRuns: 3000 },
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
