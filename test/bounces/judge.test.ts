import { describe, expect, it } from 'vitest'
import { judge } from '../../src/bounces/judge.ts'
import { readMail } from '../../src/bounces/mail.ts'
import type { Statement } from '../../src/bounces/verdict.ts'
import { aComplaint, aMail, aReport, prose } from './notices.ts'

const statements = async (mail: string | Uint8Array, leaves = false): Promise<Statement[]> =>
  judge(await readMail(Buffer.from(mail as string)), leaves)
const verdict = async (mail: string, leaves = false): Promise<string> =>
  (await statements(mail, leaves)).map((one) => one.verdict).join(' ')

describe('a delivery status (RFC 3464)', () => {
  it.each([
    ['5.1.1', 'smtp; 550 5.1.1 <ada@readers.example>: user unknown', 'hard'],
    ['5.1.1', '', 'hard'],
    ['5.1.2', 'smtp; 550 Host unknown', 'hard'],
    ['5.2.1', 'smtp; 550 5.2.1 The email account that you tried to reach is disabled', 'hard'],
    ['5.0.0', 'smtp; 550 no such user here', 'hard'],
    ['5.0.0', "smtp; 554 delivery error: This user doesn't have a mail.example account", 'hard'],
    ['5.2.2', 'smtp; 552 5.2.2 over quota', 'soft'],
    ['5.1.1', 'smtp; 550 5.2.2 mailbox is full', 'soft'],
    ['4.4.7', 'smtp; 451 4.4.1 timed out, try again later', 'soft'],
    ['4.1.1', 'smtp; 450 4.1.1 unverified recipient: user unknown', 'soft'],
    ['5.0.0', 'smtp; 554 something went wrong', 'soft'],
    [
      '5.2.1',
      'smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more',
      'soft',
    ],
    ['5.2.0', 'smtp; 550 unknown user, said after the mailbox was taken', 'soft'],
    ['5.7.1', 'smtp; 550 5.7.1 message refused by policy', 'refused'],
    ['5.0.0', 'smtp; 554 Your message looks like spam', 'refused'],
    ['5.7.1', 'smtp; 554 5.7.1 <ada@readers.example>: Relay access denied', 'refused'],
    ['5.3.4', 'smtp; 552 message size exceeds fixed maximum message size', 'refused'],
    ['4.7.0', 'smtp; 421 4.7.0 temporarily deferred due to user complaints', 'refused'],
    ['5.1.1', 'smtp; 550 5.1.1 user unknown; see https://mail.example/policy', 'hard'],
    ['5.1.8', 'smtp; 553 5.1.8 domain of sender address does not resolve', 'refused'],
  ])('with status %s and "%s" is %s', async (status, diagnostic, expected) => {
    expect(await verdict(aReport({ status, diagnostic }))).toBe(expected)
  })

  it('believes a local delivery program rather than the code beside its words', async () => {
    const diagnostic = 'x-unix; procmail: cannot open "/home/ada/mail": no such user'
    expect(await statements(aReport({ status: '5.1.1', diagnostic }))).toMatchObject([
      { verdict: 'soft', reason: expect.stringContaining("the mailbox's own delivery program failed") },
    ])
    expect(await verdict(aReport({ status: '5.3.0', diagnostic: 'x-unix; maildrop: maildir over quota.' }))).toBe(
      'soft',
    )
  })

  it.each(['delivered', 'relayed', 'expanded'])('that says %s is good news, whatever else it says', async (action) => {
    expect(await verdict(aReport({ action, status: '5.1.1' }))).toBe('success')
  })

  it('that says delayed changes nothing: the server still tries', async () => {
    expect(await verdict(aReport({ action: 'delayed', status: '4.4.1', diagnostic: '' }))).toBe('delayed')
  })

  it('speaks of each recipient apart, the address mailed to first', async () => {
    const report = aReport({ original: 'ada@readers.example', recipient: 'box7@inside.example' }).replace(
      '\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers',
      '\r\n\r\nFinal-Recipient: rfc822; <bob@readers.example>\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--edge\r\nContent-Type: text/rfc822-headers',
    )
    expect(await statements(report)).toMatchObject([
      { verdict: 'hard', addresses: ['ada@readers.example', 'box7@inside.example'], proper: true },
      { verdict: 'soft', addresses: ['bob@readers.example'], proper: true },
    ])
  })

  it('is read where a server put everything into one block, and where it folded its lines', async () => {
    const report = aReport({ diagnostic: 'smtp;\r\n   550 5.1.1\r\n\tuser unknown' }).replace(
      'mx.test.example\r\n\r\nFinal',
      'mx.test.example\r\nFinal',
    )
    expect(await statements(report)).toMatchObject([
      { verdict: 'hard', reason: 'no such mailbox: 550 5.1.1 user unknown' },
    ])
  })

  it('keeps no address in its reason', async () => {
    const [one] = await statements(
      aReport({ diagnostic: 'smtp; 550 5.1.1 <ada@readers.example> (ada@readers.example) unknown' }),
    )
    expect(one?.reason).not.toContain('@')
  })

  it('that is only quoted in prose never suppresses at once', async () => {
    const quoted = prose(
      'Final-Recipient: rfc822; ada@readers.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 user unknown\r\n',
    )
    expect(await statements(quoted)).toMatchObject([{ verdict: 'soft', proper: false }])
    const forwarded = aMail(
      ['From: ada@readers.example', 'Subject: Fwd: Undelivered Mail'],
      '> Final-Recipient: rfc822; ada@readers.example\r\n> Status: 5.1.1\r\n> 550 user unknown',
    )
    expect(await verdict(forwarded)).toBe('other')
  })
})

describe('prose of a mail server', () => {
  it('of qmail', async () => {
    const mail = prose(
      'Hi. This is the qmail-send program at mx.test.example.\n\n<ada@readers.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <x@morning.example>\n',
    )
    expect(await statements(mail)).toMatchObject([
      { verdict: 'hard', addresses: ['ada@readers.example'], proper: false },
    ])
    expect((await readMail(Buffer.from(mail))).returned).toContain('Message-ID: <x@morning.example>')
  })

  it('of Exim, with the recipients in a header', async () => {
    const body =
      'A message that you sent could not be delivered.\n\n  ada@readers.example\n    host mx [192.0.2.1]: 550 5.1.1 no such user\n  bob@readers.example\n    host mx [192.0.2.1]: 552 5.2.2 mailbox full\n\n------ This is a copy of the message, including all the headers. ------\n\nSubject: x\n'
    expect(
      (await statements(prose(body, 'X-Failed-Recipients: ada@readers.example,', '  bob@readers.example'))).map(
        (one) => `${one.addresses} ${one.verdict}`,
      ),
    ).toEqual(['ada@readers.example hard', 'bob@readers.example soft'])
  })

  it('of a local delivery that names nobody but in a header', async () => {
    const mail = prose(
      'The following address failed:\n\n  save to /var/mail/ada\n    550 no such user\n',
      'X-Failed-Recipients: ada@readers.example',
    )
    expect(await statements(mail)).toMatchObject([{ verdict: 'soft', addresses: ['ada@readers.example'] }])
  })

  it('in a language we do not read is told by the codes in it', async () => {
    const mail = prose(
      'Письмо не может быть доставлено:\n\n  ada@readers.example\n    550 5.2.1 <ada@readers.example>\n',
      'Content-Type: text/plain; charset=utf-8',
    )
    expect(await verdict(mail)).toBe('hard')
  })

  it('that gives no reason is unclear, never a bounce', async () => {
    expect(await verdict(prose('Something about your mail to ada@readers.example.'))).toBe('unclear')
  })

  it('that says the mail was delivered, or is still tried, changes nothing', async () => {
    expect(await verdict(prose('Your message has been delivered to\n\nada@readers.example\n\n250 2.1.5 ok'))).toBe(
      'success',
    )
    expect(
      await verdict(
        prose(
          'ada@readers.example:\n 451 4.7.1 greylisted. This is a warning message only. You do not need to resend.',
        ),
      ),
    ).toBe('delayed')
  })

  it('of Amazon SES, as JSON broken into lines', async () => {
    const ses = (more: object): string =>
      aMail(
        ['From: no-reply@sns.test.example', 'Subject: Notification'],
        `${JSON.stringify(more).replace('"emailAddress"', '"email!\r\n Address"')}\r\n\r\n--\r\nTo stop, write to nobody.`,
      )
    const recipient = {
      emailAddress: 'ada@readers.example',
      status: '5.1.1',
      diagnosticCode: 'smtp; 550 5.1.1 user unknown',
    }
    const bounce = (bounceType: string) =>
      ses({ notificationType: 'Bounce', bounce: { bounceType, bouncedRecipients: [recipient] } })
    expect(await statements(bounce('Permanent'))).toMatchObject([
      { verdict: 'hard', addresses: ['ada@readers.example'], proper: false },
    ])
    expect(await verdict(bounce('Transient'))).toBe('soft')
    expect(
      await verdict(ses({ notificationType: 'Complaint', complaint: { complainedRecipients: [recipient] } })),
    ).toBe('complaint')
    expect(await verdict(ses({ notificationType: 'Delivery' }))).toBe('success')
    expect(await verdict(aMail(['From: a@b.example'], '{"notificationType":'))).toBe('unclear')
  })
})

describe('feedback (RFC 5965)', () => {
  it.each([
    ['abuse', 'complaint'],
    ['fraud', 'complaint'],
    ['opt-out', 'unsubscribe'],
    ['not-spam', 'success'],
    ['auth-failure', 'unclear'],
  ])('of type %s is %s', async (type, expected) => {
    const mail = aComplaint([
      `Feedback-Type: ${type}`,
      'User-Agent: test/1',
      'Version: 1',
      'Original-Rcpt-To: ada@readers.example',
    ])
    expect(await statements(mail)).toMatchObject([
      { verdict: expected, addresses: ['ada@readers.example'], proper: true },
    ])
  })
})

describe('mail that nobody should be suppressed for', () => {
  it.each([
    ['Automatic reply: The Morning Digest', []],
    ['Out of office', []],
    ['Re: The Morning Digest', ['Auto-Submitted: auto-replied']],
    ['Re: The Morning Digest', ['X-Autoreply: yes']],
    ['Abwesenheitsnotiz', []],
  ])('an answering machine: %s %s', async (subject, headers) => {
    const words = 'I am away until 550 5.1.1 user unknown, mailbox full, unsubscribe.'
    const mail = aMail(['Return-Path: <>', 'From: Ada <ada@readers.example>', `Subject: ${subject}`, ...headers], words)
    expect(await verdict(mail)).toBe('auto-reply')
    expect(await verdict(mail, true)).toBe('auto-reply')
  })

  it('a receipt, a letter, a quotation of the whole of a bounce', async () => {
    const receipt = aMail(
      ['From: ada@readers.example', 'Content-Type: multipart/report; report-type=disposition-notification; boundary=x'],
      '--x\r\n\r\nread\r\n--x--',
    )
    expect(await verdict(receipt)).toBe('success')
    expect(await verdict(aMail(['From: ada@readers.example', 'Subject: Hello'], 'user unknown 550 5.1.1'))).toBe(
      'other',
    )
    expect(await verdict(aMail(['From: ada@readers.example', 'Subject: Fwd'], aReport()))).toBe('other')
  })
})

describe('a mail to the way out', () => {
  it('is a request to leave, whoever writes it and whatever it says', async () => {
    expect(await verdict(aMail(['From: ada@readers.example', 'Subject: '], ''), true)).toBe('unsubscribe')
    expect(await verdict(aMail(['From: postmaster@readers.example', 'Subject: stop'], 'please'), true)).toBe(
      'unsubscribe',
    )
  })
})

describe('bytes that are no mail', () => {
  it.each(['', 'no mail at all', '{"a": 1}'])('are refused: %j', async (text) => {
    await expect(readMail(Buffer.from(text))).rejects.toThrow('no mail')
  })

  it('made to be slow are read quickly', async () => {
    const started = performance.now()
    for (const body of [
      'a.'.repeat(200_000),
      `${'a@'.repeat(200_000)}x`,
      '<style'.repeat(50_000),
      `${'x '.repeat(200_000)}@`,
      `ada@${'a.'.repeat(200)}!\n`.repeat(200),
    ]) {
      await statements(prose(body))
      await statements(prose(body, 'Content-Type: text/html'))
      await statements(aReport({ diagnostic: `smtp; ${body}` }))
    }
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
