import { z } from 'zod'
import { type ServiceEvent, serviceFailure } from './service-event.ts'

/** The body of Mailgun's webhooks, as far as it is read. The signature is of timestamp and token, and of nothing else. */
export const mailgunBody = z.object({
  signature: z.object({ timestamp: z.string(), token: z.string(), signature: z.string() }),
  'event-data': z.looseObject({
    event: z.string(),
    id: z.string(),
    recipient: z.string().optional(),
    severity: z.string().optional(),
    reason: z.string().optional(),
    message: z.looseObject({ headers: z.looseObject({ 'message-id': z.string().optional() }).optional() }).optional(),
    'delivery-status': z
      .looseObject({
        code: z.number().optional(),
        message: z.string().nullish(),
        description: z.string().nullish(),
        'enhanced-code': z.string().nullish(),
      })
      .optional(),
  }),
})

/** Null for what changes nothing: delivered, still tried, opened, clicked. */
export function mailgunEvent(data: z.output<typeof mailgunBody>['event-data']): ServiceEvent | null {
  const verdict = verdictOf(data)
  if (verdict === null || data.recipient === undefined) return null
  const { id, recipient } = data
  return { service: 'mailgun', id, recipient, messageId: data.message?.headers?.['message-id'] ?? null, ...verdict }
}

function verdictOf(data: z.output<typeof mailgunBody>['event-data']): Pick<ServiceEvent, 'verdict' | 'reason'> | null {
  const status = data['delivery-status']
  const text = status?.message || status?.description || ''
  switch (data.event) {
    case 'complained':
      return { verdict: 'complaint', reason: 'complaint: abuse' }
    case 'unsubscribed':
      return { verdict: 'unsubscribe', reason: 'left at the service' }
    case 'failed':
      if (data.severity === 'temporary') return null
      // Its own list of suppressions: the copy was never tried.
      if (data.reason === 'suppress-complaint') return { verdict: 'complaint', reason: "on the service's own list" }
      if (data.reason === 'suppress-unsubscribe') return { verdict: 'unsubscribe', reason: "on the service's own list" }
      if (data.reason === 'suppress-bounce') return { verdict: 'hard', reason: "on the service's own list" }
      return serviceFailure(data.reason === 'espblock' ? 'refused' : 'hard', text, status?.['enhanced-code'] || null)
    default:
      return null
  }
}
