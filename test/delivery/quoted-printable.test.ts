import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { quotedPrintable, SOFT_BREAK } from '../../src/delivery/quoted-printable.ts'

async function decoded(body: string): Promise<string> {
  const mail = await PostalMime.parse(
    `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${body}`,
  )
  return mail.text ?? ''
}

const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(fc.constantFrom('.', ' ', '\t', '\n', 'word', '='), { maxLength: 60 }).map((parts) => parts.join('')),
  )
  .map((value) => value.toWellFormed().replace(/[\r\0\ufeff]/g, ''))

describe('quoted-printable', () => {
  it('comes back as it was, in lines of at most 76, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const encoded = quotedPrintable(value)
        for (const line of encoded.split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(76)
          // A blank at the end of a line is lost on the road, a dot at its beginning would have to be stuffed.
          expect(line).not.toMatch(/^\.|[\t ]$/)
        }
        expect(encoded).toMatch(/^[\x09\x20-\x7e\r\n]*$/)
        expect((await decoded(encoded)).replace(/\n$/, '')).toBe(value.replace(/\n$/, ''))
      }),
      { numRuns: 400 },
    )
  })

  it('joins pieces at soft breaks without a trace, wherever a slot stood', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, async (before, slot, after) => {
        const joined = [before, slot, after].map(quotedPrintable).join(SOFT_BREAK)
        expect((await decoded(`${joined}${SOFT_BREAK}.`)).trimEnd()).toBe(`${before}${slot}${after}.`)
      }),
      { numRuns: 400 },
    )
  })
})
