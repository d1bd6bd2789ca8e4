/** Builders of mail as servers return it; the words are ours, the forms are theirs. */
export interface Notice {
  /** Where the notice goes: the envelope sender of the copy. */
  to?: string
  from?: string
  recipient?: string
  original?: string
  action?: string
  status?: string
  /** As after `Diagnostic-Code:`; '' leaves it out. */
  diagnostic?: string
  /** Headers of the returned copy. */
  returned?: string
  /** Further headers of the notice. */
  headers?: readonly string[]
  messageId?: string
}

/** A report in the form of RFC 3464. */
export function aReport(notice: Notice = {}): string {
  const recipient = notice.recipient ?? 'ada@readers.example'
  const diagnostic = notice.diagnostic ?? 'smtp; 550 5.1.1 <ada@readers.example>: user unknown'
  return [
    'Return-Path: <>',
    `From: Mail Delivery System <${notice.from ?? 'MAILER-DAEMON@mx.test.example'}>`,
    `To: ${notice.to ?? 'bounces@morning.example'}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Date: Fri, 20 Nov 2026 08:00:00 +0000',
    `Message-ID: ${notice.messageId ?? '<1.report@mx.test.example>'}`,
    'Auto-Submitted: auto-replied',
    ...(notice.headers ?? []),
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Your message could not be delivered.',
    '',
    '--edge',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.test.example',
    '',
    ...(notice.original === undefined ? [] : [`Original-Recipient: rfc822; ${notice.original}`]),
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${notice.action ?? 'failed'}`,
    `Status: ${notice.status ?? '5.1.1'}`,
    ...(diagnostic === '' ? [] : [`Diagnostic-Code: ${diagnostic}`]),
    '',
    '--edge',
    'Content-Type: text/rfc822-headers',
    '',
    notice.returned ?? 'Subject: The Morning Digest',
    '',
    '--edge--',
    '',
  ].join('\r\n')
}

/** A complaint in the form of RFC 5965. */
export function aComplaint(
  fields: readonly string[],
  returned = 'Subject: The Morning Digest',
  to = 'fbl@morning.example',
): string {
  return [
    'From: Feedback <fbl@mailbox.test.example>',
    `To: ${to}`,
    'Subject: FW: The Morning Digest',
    'Date: Fri, 20 Nov 2026 09:00:00 +0000',
    'Message-ID: <2.complaint@mailbox.test.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="edge"',
    '',
    '--edge',
    'Content-Type: text/plain',
    '',
    'This is an abuse report for a mail from your network.',
    '',
    '--edge',
    'Content-Type: message/feedback-report',
    '',
    ...fields,
    '',
    '--edge',
    'Content-Type: message/rfc822',
    '',
    returned,
    '',
    'Good morning.',
    '--edge--',
    '',
  ].join('\r\n')
}

/** A mail of plain text. */
export function aMail(headers: readonly string[], body: string): string {
  return [...headers, 'Date: Fri, 20 Nov 2026 10:00:00 +0000', '', body].join('\r\n')
}

/** A notice in a mail server's own prose. */
export const prose = (body: string, ...headers: string[]): string =>
  aMail(
    ['From: MAILER-DAEMON@mx.test.example', 'To: bounces@morning.example', 'Subject: failure notice', ...headers],
    body,
  )
