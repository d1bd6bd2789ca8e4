import { DateTime } from 'luxon'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import type { Subscriber } from '../../src/audience/subscriber.ts'
import { subscriberOfToken } from '../../src/audience/way-out.ts'
import { compose, fill, type MessageTemplate, recipientFor } from '../../src/delivery/message.ts'
import { readPublication } from '../../src/edition/read.ts'
import { compileFor, prepareEdition } from '../../src/render/prepare.ts'
import { repository } from '../support/run-cli.ts'

const now = DateTime.fromISO('2026-11-20T07:00:00Z', { zone: 'utc' })
const secrets = { keys: ['a-secret-of-the-tests-only'] } as const

function aSubscriber(more: Partial<Subscriber> = {}): Subscriber {
  return {
    id: 'abcdefghij234567klmn',
    email: 'ada@readers.example',
    addressHash: 'not of this test',
    name: 'Ada',
    topics: [],
    status: 'active',
    extra: {},
    line: 2,
    ...more,
  }
}

async function sampleTemplate(): Promise<MessageTemplate> {
  const { publication } = await readPublication(repository)
  if (publication === null) throw new Error('no publication')
  const { prepared } = await prepareEdition(repository, '2026-11-20', publication)
  const { compiled } = prepared === null ? { compiled: null } : await compileFor(prepared)
  if (compiled === null) throw new Error('nothing compiled')
  return compose(compiled, publication)
}

describe('a message', () => {
  it('is plain text first, then HTML with its pictures, all of it UTF-8', async () => {
    const template = await sampleTemplate()
    const { raw } = await fill(template, recipientFor(template, aSubscriber(), now, secrets))
    const text = raw.toString('latin1')
    expect(text.indexOf('text/plain')).toBeLessThan(text.indexOf('text/html; charset'))
    const mail = await PostalMime.parse(raw)
    expect(mail.attachments).toHaveLength(7)
    for (const { contentId, disposition, related } of mail.attachments) {
      expect({ disposition, related }).toEqual({ disposition: 'inline', related: true })
      expect(mail.html).toContain(`src="cid:${contentId?.replace(/[<>]/g, '')}"`)
    }
  })

  it('has each header it needs exactly once', async () => {
    const template = await sampleTemplate()
    const { raw } = await fill(template, recipientFor(template, aSubscriber(), now, secrets))
    const keys = (await PostalMime.parse(raw)).headers.map((one) => one.key)
    for (const key of [
      'from',
      'to',
      'subject',
      'date',
      'message-id',
      'mime-version',
      'list-id',
      'list-unsubscribe',
      'list-unsubscribe-post',
      'content-type',
    ]) {
      expect({ key, times: keys.filter((one) => one === key).length }).toEqual({ key, times: 1 })
    }
    expect(raw.toString('latin1')).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n')
  })

  it('is the same to the byte when it is made again, and another one for somebody else', async () => {
    const template = await sampleTemplate()
    const again = await sampleTemplate()
    const one = await fill(template, recipientFor(template, aSubscriber(), now, secrets))
    const two = await fill(again, recipientFor(again, aSubscriber(), now, secrets))
    expect(two.raw.equals(one.raw)).toBe(true)
    const other = await fill(template, recipientFor(template, aSubscriber({ id: 'other' }), now, secrets))
    expect(other.messageId).not.toBe(one.messageId)
    expect(one.messageId).toMatch(/^<morning-digest\.2026-11-20\.[a-z2-7]{26}@morning\.example>$/)
    expect(one.messageId).not.toContain('ada')
  })

  it('has an envelope with the one address, whatever the name says', async () => {
    const template = await sampleTemplate()
    const subscriber = aSubscriber({
      name: 'x, evil@example.org <evil@example.org>\r\nBcc: evil@example.org',
      email: 'ada@bücher.example',
    })
    const { envelope, raw } = await fill(template, recipientFor(template, subscriber, now, secrets))
    expect(envelope).toEqual({ from: 'digest@morning.example', to: 'ada@xn--bcher-kva.example' })
    const mail = await PostalMime.parse(raw)
    expect(mail.to).toHaveLength(1)
    expect(mail.bcc).toBeUndefined()
  })

  it('carries a way out that leads back to the subscriber, under any key that is still valid, and no other publication', async () => {
    const template = await sampleTemplate()
    const { wayOut } = recipientFor(template, aSubscriber(), now, secrets)
    const token = wayOut.slice(wayOut.lastIndexOf('/') + 1)
    expect(subscriberOfToken(secrets, 'morning-digest', token)).toBe('abcdefghij234567klmn')
    expect(subscriberOfToken({ keys: ['a-newer-secret-of-the-tests', ...secrets.keys] }, 'morning-digest', token)).toBe(
      'abcdefghij234567klmn',
    )
    expect(subscriberOfToken({ keys: ['a-newer-secret-of-the-tests'] }, 'morning-digest', token)).toBeNull()
    expect(subscriberOfToken(secrets, 'evening-digest', token)).toBeNull()
    for (const forged of [token.slice(0, -1), `${token}A`, token.replace('abc', 'abd'), 'proof', '', '.', '%E0%A4%A'])
      expect(subscriberOfToken(secrets, 'morning-digest', forged)).toBeNull()
  })
})
