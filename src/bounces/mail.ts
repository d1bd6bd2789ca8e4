import PostalMime from 'postal-mime'

/** A mail that came back, taken apart as far as judging it needs. */
export interface Mail {
  /** By small-letter name, unfolded, in their order. */
  headers: ReadonlyMap<string, readonly string[]>
  /** What its writer says, decoded, without the copy of the returned message. */
  text: string
  /** The machine's parts of a report: RFC 3464, RFC 5965. Null where there is none. */
  deliveryStatus: string | null
  feedback: string | null
  /** The headers of the message it is about, unfolded, as far as they came back. */
  returned: string
}

/** Notices are short; what is longer was not written to be read, and is not searched for words. */
const MOST_CHARACTERS = 65_536

/** Throws when the bytes are no mail at all, or nested beyond any sense. */
export async function readMail(bytes: Uint8Array): Promise<Mail> {
  const parsed = await PostalMime.parse(bytes, { forceRfc822Attachments: true, attachmentEncoding: 'utf8' })
  const headers = new Map<string, string[]>()
  for (const { key, value } of parsed.headers) headers.set(key, [...(headers.get(key) ?? []), value])
  if (!['from', 'date', 'subject', 'received', 'return-path'].some((name) => headers.has(name)))
    throw new Error('no mail: it has none of the headers every mail has')
  const part = (types: RegExp): string | null => {
    const found = parsed.attachments.find((one) => types.test(one.mimeType))
    return found === undefined ? null : cut(String(found.content))
  }
  const [text, quoted] = atReturnedMessage(cut(parsed.text?.trim() ? parsed.text : withoutTags(cut(parsed.html ?? ''))))
  const returned = part(/^(message\/(rfc822|global)(-headers)?|text\/rfc822-headers?)$/) || quoted
  return {
    headers,
    text,
    deliveryStatus: part(/^message\/(global-)?delivery-status$/),
    feedback: part(/^message\/feedback-report$/),
    returned: unfolded(headBlock(returned)),
  }
}

const cut = (text: string): string => text.slice(0, MOST_CHARACTERS)

export const headerOf = (mail: Mail, name: string): string => mail.headers.get(name)?.[0] ?? ''

export const unfolded = (text: string): string => text.replace(/\r?\n[ \t]+/g, ' ')

/** Where servers that write prose put the copy of the message: qmail, Exim, Google, Exchange and their like. */
const RETURNED =
  /^[-_=*> ]*(?:(?:this|below this line|enclosed) is a copy of (?:the|your) (?:original )?(?:message|mail|headers?)\b.*|(?:original|undelivered|unsent|returned) (?:message|mail)(?: headers?)?(?: follows)?[-_=*:. ]*)$/im

function atReturnedMessage(text: string): [string, string] {
  const match = RETURNED.exec(text)
  return match === null ? [text, ''] : [text.slice(0, match.index), text.slice(match.index + match[0].length)]
}

const headBlock = (message: string): string => message.replace(/^\s+/, '').split(/\r?\n\r?\n/, 1)[0] ?? ''

/** Good enough to look for words in: a notice that comes as HTML alone. */
const withoutTags = (html: string): string =>
  html
    .replace(/<(style|script|head)\b[\s\S]*?(?:<\/\1>|$)/gi, '')
    .replace(/<(br|p|div|tr|li)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
