import { addressIn, fieldsOf, type Notice, parseDeliveryStatus } from './delivery-status.ts'
import { failureOf, saysWhy } from './failure.ts'
import { headerOf, type Mail, unfolded } from './mail.ts'
import { actionOf, isLocalDelivery, parsePlainText } from './plain-text.ts'
import { parseSesNotification } from './ses-notification.ts'
import { type Statement, type Verdict, withoutAddresses } from './verdict.ts'

/**
 * What a mail that came back says, one statement for each recipient it names; never none. `leaves` says whether it was
 * written to a way out of ours. In the order of how sure the form is: feedback (RFC 5965), delivery status (RFC 3464),
 * Amazon's JSON, a request to leave, prose of a mail server, an answering machine; anything else is no notice.
 */
export function judge(mail: Mail, leaves: boolean): Statement[] {
  if (mail.feedback !== null) return [feedback(mail, mail.feedback)]
  const notices = mail.deliveryStatus === null ? [] : parseDeliveryStatus(mail.deliveryStatus)
  if (notices.length > 0) return notices.map((notice) => stated({ ...notice, ...proseOf(mail, notice) }, true))
  const notification = parseSesNotification(mail)
  if (notification !== null) return notification
  if (/report-type="?disposition-notification/i.test(headerOf(mail, 'content-type')))
    return [plainly('success', 'a receipt that it was read')]
  // Nobody mails from the way out, so no server returns anything to it: a postmaster who writes there wants to leave.
  if (isFromServer(mail) && !leaves) return prose(mail)
  const answers = isAutomaticAnswer(mail)
  if (leaves && !answers) return [{ ...plainly('unsubscribe', 'a mail to the way out'), proper: true }]
  if (answers) return [plainly('auto-reply', 'an automatic answer')]
  return [plainly('other', 'not a notice of a machine')]
}

const plainly = (verdict: Verdict, reason: string): Statement => ({ verdict, reason, addresses: [], proper: false })

/** A complaint, unless it asks for the removal alone, or says that something else is the matter. */
function feedback(mail: Mail, text: string): Statement {
  const fields = fieldsOf(unfolded(text))
  const type = (fields.get('feedback-type') ?? '').toLowerCase()
  const addresses = ['removal-recipient', 'original-rcpt-to']
    .map((name) => addressIn(`;${(fields.get(name) ?? '').replace(/^rfc822;/i, '')}`))
    .filter((address) => address.includes('@'))
  const proper = /report-type="?feedback-report/i.test(headerOf(mail, 'content-type'))
  const state = (verdict: Verdict, reason: string): Statement => ({ verdict, reason, addresses, proper })
  if (/^(abuse|fraud|virus|other)$/.test(type)) return state('complaint', `complaint: ${type}`)
  if (/^opt-out(-list)?$/.test(type)) return state('unsubscribe', `feedback: ${type}`)
  if (type === 'not-spam') return state('success', 'feedback: not spam')
  return state('unclear', `feedback of a kind that says nothing of a reader: ${withoutAddresses(type) || 'none named'}`)
}

/** Where a report gives no words of its own, those beside the address in its readable part. */
function proseOf(mail: Mail, notice: Notice): Pick<Notice, 'text' | 'isLocal'> {
  const lines = notice.text.split('\n')
  const { text, isLocal } =
    notice.text === '' ? (parsePlainText(mail.text, notice.addresses.slice(-1))[0] ?? notice) : notice
  return { text, isLocal: isLocal || isLocalDelivery(lines) }
}

function stated({ addresses, action, status, text, isLocal }: Notice, proper: boolean): Statement {
  if (action === 'delivered') return { verdict: 'success', reason: 'delivered', addresses, proper }
  const { verdict, reason } = failureOf({ text, status, isLocal })
  return action === 'delayed'
    ? {
        verdict: 'delayed',
        reason: `still being tried: ${withoutAddresses(text) || (status ?? 'no reason told')}`,
        addresses,
        proper,
      }
    : { verdict, reason, addresses, proper }
}

/**
 * A mail server's own sentences. Fields of a delivery status that stand in prose are hearsay, for anybody may have
 * quoted them: what they say is counted, and never enough to suppress at once.
 */
function prose(mail: Mail): Statement[] {
  const quoted = parseDeliveryStatus(mail.text)
  if (quoted.length > 0)
    return quoted.map((notice) => {
      const statement = stated(notice, false)
      return statement.verdict === 'hard' ? { ...statement, verdict: 'soft' } : statement
    })
  const failed = (mail.headers.get('x-failed-recipients') ?? [])
    .flatMap((value) => value.split(','))
    .map((address) => address.trim())
    .filter((address) => /^[^\s;]+@[^\s;]+$/.test(address))
  const action = actionOf(mail.text)
  if (action === 'delivered') return [plainly('success', 'delivered')]
  const notices = parsePlainText(mail.text, failed).filter(({ text }) => saysWhy(text))
  if (notices.length > 0) return notices.map((notice) => stated(notice, false))
  if (!saysWhy(mail.text)) return [plainly('unclear', 'a notice of a mail server that gives no reason')]
  // Nobody is named: whom it is about, a token or a Message-ID may still tell.
  const isLocal = isLocalDelivery(mail.text.split('\n'))
  return [stated({ addresses: [], action, status: null, text: mail.text.replace(/\s+/g, ' '), isLocal }, false)]
}

/** Written by a mail server about a mail it could not place; answering machines come from people's addresses. */
function isFromServer(mail: Mail): boolean {
  if (mail.headers.has('x-failed-recipients')) return true
  const from = headerOf(mail, 'from')
  return (
    /\b(?:mailer-?daemon|mail-daemon|postmaster|mail delivery (?:sub)?system|mdaemon)\b/i.test(from) ||
    /report-type="?delivery-status/i.test(headerOf(mail, 'content-type'))
  )
}

/** RFC 3834, and what responders write that never heard of it. */
function isAutomaticAnswer(mail: Mail): boolean {
  const subject = headerOf(mail, 'subject')
  return (
    /^auto-replied|^auto-notified/i.test(headerOf(mail, 'auto-submitted')) ||
    ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply-from'].some((name) => mail.headers.has(name)) ||
    /auto_?reply|\bvacation\b/i.test(headerOf(mail, 'precedence')) ||
    (mail.headers.has('x-ms-exchange-inbox-rules-loop') && mail.headers.has('x-auto-response-suppress')) ||
    /^(?:auto(?:matic|mated)?[ -]?(?:re(?:ply|sponse)|answer)|out of (?:the )?office|(?:on )?vacation\b|away from|abwesen|automatische antwort|réponse automatique|absence du bureau|respuesta automática|risposta automatica|automatisch antwoord|autosvar|自動返信|автоответ|رد تلقائي)/iu.test(
      subject.trim(),
    )
  )
}
