import { z } from 'zod'
import { type ServiceEvent, serviceFailure } from './service-event.ts'
import type { Verdict } from './verdict.ts'

/** The body of SendGrid's event webhook: many events of all kinds. */
export const sendgridBody = z.array(
  z.looseObject({
    event: z.string(),
    email: z.string(),
    sg_event_id: z.string(),
    'smtp-id': z.string().optional(),
    type: z.string().optional(),
    status: z.string().optional(),
    reason: z.string().optional(),
  }),
)

/** Null for what changes nothing: delivered, deferred, open, click. */
export function sendgridEvent(data: z.output<typeof sendgridBody>[number]): ServiceEvent | null {
  const verdict = verdictOf(data)
  if (verdict === null) return null
  const { sg_event_id: id, email: recipient } = data
  return { service: 'sendgrid', id, recipient, messageId: data['smtp-id'] ?? null, ...verdict }
}

function verdictOf(data: z.output<typeof sendgridBody>[number]): Pick<ServiceEvent, 'verdict' | 'reason'> | null {
  const reason = data.reason ?? ''
  switch (data.event) {
    case 'bounce':
      return serviceFailure(data.type === 'blocked' ? 'refused' : 'hard', reason, data.status || null)
    case 'dropped': {
      const verdict = DROPPED[reason.toLowerCase()]
      return verdict === undefined ? null : { verdict, reason: "on the service's own list" }
    }
    case 'spamreport':
      return { verdict: 'complaint', reason: 'complaint: abuse' }
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { verdict: 'unsubscribe', reason: 'left at the service' }
    default:
      return null
  }
}

/** Why the service did not even try. */
const DROPPED: Record<string, Verdict> = {
  'bounced address': 'hard',
  'spam reporting address': 'complaint',
  'unsubscribed address': 'unsubscribe',
}
