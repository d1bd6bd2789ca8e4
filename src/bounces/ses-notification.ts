import { failureOf } from './failure.ts'
import type { Mail } from './mail.ts'
import { type Statement, withoutAddresses } from './verdict.ts'

/**
 * What Amazon SES writes in place of a report: its notification as JSON in the body of a mail (through SNS). Null when the
 * mail holds none. It names its kind itself; `Undetermined` counts as soft.
 */
export function parseSesNotification({ text }: Mail): Statement[] | null {
  if (!/^\s*\{\s*"notificationType"/.test(text)) return null
  const notification = jsonAtStart(text)
  const { notificationType, bounce, complaint } = notification ?? {}
  const statement = (recipient: SesRecipient, verdict: Statement['verdict'], reason: string): Statement => ({
    verdict,
    reason,
    addresses: typeof recipient.emailAddress === 'string' ? [recipient.emailAddress] : [],
    proper: false,
  })
  if (notificationType === 'Bounce' && Array.isArray(bounce?.bouncedRecipients))
    return bounce.bouncedRecipients.map((one) => {
      const said = String(one.diagnosticCode ?? '').replace(/^[\w-]+;\s*/, '')
      const { verdict, reason } = failureOf({ text: said, status: String(one.status ?? ''), isLocal: false })
      // Amazon's own reading is the milder bound: a bounce it calls transient never suppresses.
      const isPermanent = bounce.bounceType === 'Permanent'
      return statement(one, verdict === 'hard' && !isPermanent ? 'soft' : verdict, reason)
    })
  if (notificationType === 'Complaint' && Array.isArray(complaint?.complainedRecipients))
    return complaint.complainedRecipients.map((one) =>
      statement(one, 'complaint', `complaint: ${withoutAddresses(String(complaint.complaintFeedbackType ?? 'abuse'))}`),
    )
  if (notificationType === 'Delivery') return [statement({}, 'success', 'delivered')]
  return [statement({}, 'unclear', 'a notification of Amazon SES of a kind that is not known')]
}

interface SesRecipient {
  emailAddress?: unknown
  status?: unknown
  diagnosticCode?: unknown
}

interface SesNotification {
  notificationType?: unknown
  bounce?: { bounceType?: unknown; bouncedRecipients?: SesRecipient[] }
  complaint?: { complaintFeedbackType?: unknown; complainedRecipients?: SesRecipient[] }
}

/** The one line of JSON before the footer; sendmail breaks lines of 998 characters with an exclamation mark. */
function jsonAtStart(text: string): SesNotification | null {
  try {
    return JSON.parse((text.trim().split(/\r?\n\r?\n/, 1)[0] ?? '').replace(/!?\r?\n[ \t]?/g, '')) as SesNotification
  } catch {
    return null
  }
}
