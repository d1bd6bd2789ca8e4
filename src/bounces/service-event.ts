import { createHash } from 'node:crypto'
import { base32 } from '../audience/subscriber.ts'
import { messageIdsIn } from './about-whom.ts'
import { failureOf, saysWhy } from './failure.ts'
import type { Statement, Verdict } from './verdict.ts'
import type { JudgedMail } from './whose.ts'

/** What a sending service reports of one copy, in the same form as a mail that came back. */
export interface ServiceEvent {
  service: 'postmark' | 'mailgun' | 'sendgrid'
  /** The service's own id of the event: told again, it changes nothing. */
  id: string
  recipient: string
  /** The Message-ID of the copy, where the service repeats it; with or without its angle brackets. */
  messageId: string | null
  verdict: Verdict
  reason: string
}

export function judgedEvent(event: ServiceEvent, publication: string): JudgedMail {
  const { service, id, recipient, messageId, verdict, reason } = event
  const statement: Statement = { verdict, reason, addresses: [recipient], proper: true }
  const bare = (messageId ?? '').replace(/^<|>$/g, '')
  return {
    place: service,
    fingerprint: base32(createHash('sha256').update(`${service}\0${id}`).digest()).slice(0, 32),
    isVouched: true,
    statements: [statement],
    about: { mailIds: [], subscriberIds: [], messageIds: messageIdsIn(`<${bare}>`, publication), leaving: null },
  }
}

/**
 * A failure as the service reads it and as the server's words say. The milder counts, so a service that calls a refusal for
 * spam a hard bounce costs no reader; where there are no words, the service's reading stands.
 */
export function serviceFailure(
  theirs: 'hard' | 'soft' | 'refused',
  text: string,
  status: string | null,
): { verdict: Verdict; reason: string } {
  const own = failureOf({ text, status, isLocal: false })
  if (!saysWhy(text) && status === null) return { verdict: theirs, reason: `as the service says: ${text || theirs}` }
  const order = ['refused', 'soft', 'hard']
  return { verdict: order.indexOf(own.verdict) < order.indexOf(theirs) ? own.verdict : theirs, reason: own.reason }
}
