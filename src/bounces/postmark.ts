import { z } from 'zod'
import { type ServiceEvent, serviceFailure } from './service-event.ts'

/** The body of Postmark's webhooks, as far as it is read. The copy's Message-ID is not in it. */
export const postmarkBody = z.looseObject({
  RecordType: z.string(),
  ID: z.number().optional(),
  MessageID: z.string().optional(),
  Type: z.string().optional(),
  Email: z.string().optional(),
  Recipient: z.string().optional(),
  Description: z.string().optional(),
  Details: z.string().optional(),
  ChangedAt: z.string().optional(),
  SuppressSending: z.boolean().optional(),
  SuppressionReason: z.string().nullish(),
})

/** Null for what changes nothing: delivered, still tried, opens, answering machines, suppressions that were lifted. */
export function postmarkEvent(data: z.output<typeof postmarkBody>): ServiceEvent | null {
  const verdict = verdictOf(data)
  const recipient = data.Email ?? data.Recipient
  if (verdict === null || recipient === undefined) return null
  const id = [data.RecordType, data.ID ?? data.MessageID ?? '', data.ChangedAt ?? '', recipient].join(' ')
  return { service: 'postmark', id, recipient, messageId: null, ...verdict }
}

function verdictOf(data: z.output<typeof postmarkBody>): Pick<ServiceEvent, 'verdict' | 'reason'> | null {
  switch (data.RecordType) {
    case 'SpamComplaint':
      return { verdict: 'complaint', reason: 'complaint: abuse' }
    case 'SubscriptionChange':
      // Its bounces and complaints come as records of their own.
      return data.SuppressSending === true && data.SuppressionReason === 'ManualSuppression'
        ? { verdict: 'unsubscribe', reason: 'left at the service' }
        : null
    case 'Bounce':
      return bounceOf(data.Type ?? '', data.Details || data.Description || '')
    default:
      return null
  }
}

function bounceOf(type: string, text: string): Pick<ServiceEvent, 'verdict' | 'reason'> | null {
  switch (type) {
    case 'HardBounce':
    case 'BadEmailAddress':
    case 'ManuallyDeactivated':
      return serviceFailure('hard', text, null)
    case 'SoftBounce':
    case 'DnsError':
    case 'Unknown':
      return serviceFailure('soft', text, null)
    case 'SpamNotification':
    case 'Blocked':
    case 'DMARCPolicy':
    case 'VirusNotification':
      return serviceFailure('refused', text, null)
    case 'SpamComplaint':
      return { verdict: 'complaint', reason: 'complaint: abuse' }
    case 'Unsubscribe':
      return { verdict: 'unsubscribe', reason: 'left at the service' }
    default:
      return null
  }
}
