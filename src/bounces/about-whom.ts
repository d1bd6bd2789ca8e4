import { mailIdOfToken, type Secrets, subscriberOfToken } from '../audience/way-out.ts'
import type { Mail } from './mail.ts'

/**
 * What a mail holds that only we can have made. Each is proof of whom it is about, wherever in the mail it stands: whoever
 * has it has had that subscriber's copy in hands (decision 0011).
 */
export interface AboutWhom {
  /** `mailId`s of the tokens in envelope senders and ways out by mail; those of the mail's own headers first. */
  mailIds: string[]
  /** Subscriber ids of ways out on the web. */
  subscriberIds: string[]
  /** What look like our Message-IDs; only the ledger's ids can tell. */
  messageIds: OurMessageId[]
  /** The `mailId` whose way out this mail was written to; null when it was written to none. */
  leaving: string | null
}

export interface OurMessageId {
  /** Up to its @: the domain is nobody's proof, and may have been another then. */
  local: string
  edition: string
}

export function aboutWhom(mail: Mail, publication: string, secrets: Secrets): AboutWhom {
  const own = [...mail.headers.values()].flat().join('\n')
  const whole = [own, mail.returned, mail.deliveryStatus ?? '', mail.feedback ?? '', mail.text].join('\n')
  const mailIds = tokensIn(whole).flatMap(
    (token) =>
      mailIdOfToken(secrets, 'bounce', publication, token) ??
      mailIdOfToken(secrets, 'unsubscribe', publication, token) ??
      [],
  )
  const subscriberIds = [...whole.matchAll(/\/u\/([\w%.~!'*-]{1,400}\.[\w-]{22})(?![\w-])/g)].flatMap(
    ([, token = '']) => subscriberOfToken(secrets, publication, token) ?? [],
  )
  return {
    mailIds: [...new Set(mailIds)],
    subscriberIds: [...new Set(subscriberIds)],
    messageIds: messageIdsIn(whole, publication),
    leaving: leavingOf(mail, publication, secrets),
  }
}

/** Where the address a mail was written to stands, before and after a mail server has filed it. */
const WRITTEN_TO = ['to', 'cc', 'delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-rcpt-to']

function leavingOf({ headers }: Mail, publication: string, secrets: Secrets): string | null {
  const addresses = WRITTEN_TO.flatMap((name) => headers.get(name) ?? []).join('\n')
  for (const token of tokensIn(addresses)) {
    const id = mailIdOfToken(secrets, 'unsubscribe', publication, token)
    if (id !== null) return id
  }
  return null
}

const tokensIn = (text: string): string[] =>
  [...text.matchAll(/\+([a-z2-7]{20}-[a-z2-7]{20})@/gi)].map(([, token = '']) => token)

/** As `messageIdFor` makes them: `<publication.date.mac@domain>`. */
export function messageIdsIn(text: string, publication: string): OurMessageId[] {
  const found = new Map<string, OurMessageId>()
  for (const [, local = '', id, edition = ''] of text.matchAll(
    /<(([a-z0-9-]{1,63})\.(\d{4}-\d{2}-\d{2})\.[a-z2-7]{26})@[^<>@\s]{1,255}>/g,
  ))
    if (id === publication) found.set(local, { local, edition })
  return [...found.values()]
}
