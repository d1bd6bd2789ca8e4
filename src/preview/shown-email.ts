import type { DateTime } from 'luxon'
import { maskedAddress } from '../audience/find-subscribers.ts'
import type { Subscriber } from '../audience/subscriber.ts'
import { CLIP } from '../check/email-promises.ts'
import { fill, type MessageTemplate, recipientOutside, slotValuesOf } from '../delivery/message.ts'
import type { CompiledEdition } from '../render/compile.ts'
import { escapeHtml } from '../render/escape.ts'
import { personalise } from '../render/personalise.ts'

/** One reader's copy as the page shows it. Their way out is inert, and their address is not told. */
export interface ShownEmail {
  subject: string
  preheader: string
  from: { name: string; address: string }
  /**
   * What leaves, with two differences: the addresses of local pictures lead to /pictures/, and each entry stands between
   * the comments `entry 3` and `/entry 3`.
   */
  html: string
  text: string
  source: { html: string; mjml: string; message: string }
  bytes: { html: number; text: number; message: number }
  /** Where Gmail cuts `source.html`; null when it does not. */
  clip: { characters: number; wayOutBelow: boolean } | null
  topics: string[]
}

/** `reader` lends the copy their name and columns, and nothing that could act or be written to. */
export async function showEmail(
  template: MessageTemplate<CompiledEdition>,
  reader: Subscriber,
  now: DateTime,
): Promise<ShownEmail> {
  const { compiled, from } = template
  const nobody = recipientOutside(template, from.address, now, 'preview', '')
  const { name, timezone, language, topics, extra } = reader
  const email = reader.email === '' ? from.address : maskedAddress(reader.email)
  const subscriber = { ...nobody.subscriber, email, name, timezone, language, topics, extra }
  const values = slotValuesOf(subscriber, nobody.wayOut)
  const message = (await fill(template, { ...nobody, subscriber })).raw
  const html = personalise(compiled.html, values)
  const text = personalise(compiled.text, values)
  const marked = compiled.marked === undefined ? html : withEntryComments(compiled.marked, values)
  return {
    subject: compiled.subject,
    preheader: compiled.preheader,
    from: { name: from.name || from.address, address: from.address },
    html: withLocalPictures(marked, compiled),
    text,
    source: { html, mjml: personalise(compiled.mjml, values), message: foldBase64(message.toString()) },
    bytes: { html: Buffer.byteLength(html), text: Buffer.byteLength(text), message: message.length },
    clip: clipOf(html, nobody.wayOut),
    topics: compiled.topics,
  }
}

/** The whole message as it would leave, for whoever wants to open it elsewhere. */
export async function wholeMessage(template: MessageTemplate<CompiledEdition>, now: DateTime): Promise<Buffer> {
  return (await fill(template, recipientOutside(template, template.from.address, now, 'preview', ''))).raw
}

/** Gmail shows the first 102,400 bytes; what is below is a link away, and a way out there is as good as none. */
function clipOf(html: string, wayOut: string): ShownEmail['clip'] {
  const bytes = Buffer.from(html)
  if (bytes.length < CLIP.error) return null
  const shown = bytes.subarray(0, CLIP.error).toString()
  return { characters: shown.length, wayOutBelow: !shown.includes(escapeHtml(wayOut)) }
}

function withEntryComments(
  { html, pattern }: NonNullable<CompiledEdition['marked']>,
  values: ReturnType<typeof slotValuesOf>,
): string {
  return personalise(html, values).replace(pattern, (_, kind: string, number: string) =>
    kind === 'b' ? `entry ${number}` : kind === 'z' ? `/entry ${number}` : '',
  )
}

/** The same page, its pictures taken from this server instead of the message or the web: where they are drawn, nowhere else. */
function withLocalPictures(html: string, { embedded, linked }: CompiledEdition): string {
  const names = new Map([
    ...embedded.map(({ picture, contentId }): [string, string] => [escapeHtml(`cid:${contentId}`), picture.name]),
    ...linked.map(({ picture, url }): [string, string] => [escapeHtml(url), picture.name]),
  ])
  return html.replace(
    /(\b(?:src|background)\s*=\s*["']?|\burl\(\s*(?:["']|&quot;|&#39;)?)([^\s"'()<>]+?)(?=["')\s>]|&quot;|&#39;)/gi,
    (whole, before: string, address: string) => {
      const name = names.get(address)
      return name === undefined ? whole : `${before}/pictures/${name}`
    },
  )
}

/** The message without the bulk of its pictures, which nobody reads. */
function foldBase64(message: string): string {
  const head = 'Content-Transfer-Encoding: base64\r\n\r\n'
  const [first = '', ...parts] = message.split(head)
  return [
    first,
    ...parts.map((part) => {
      const end = part.indexOf('\r\n--')
      const lines = part.slice(0, end).split('\r\n')
      return lines.length < 3 ? part : `${lines[0]}\r\n[${lines.length - 1} more lines]${part.slice(end)}`
    }),
  ].join(head)
}
