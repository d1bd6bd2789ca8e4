import type { Notice } from './delivery-status.ts'

/** An address on a line of its own, as prose notices set it: `<ada@…>:`, `  ada@…`, `ada@…<mailto:ada@…>`. */
const ADDRESSED =
  /^[ \t]*<?([^\s<>@:"']+@[^\s<>@:"',;]+\.[^\s<>@:"',;]*[a-z0-9])>?(?:<mailto:[^>]*>)?(?:[ \t]*\([^)]*\))?(?::[ \t]*(.*))?[ \t]*$/i

const LONGEST_LINE = 500

/**
 * The recipients of a notice in prose, each with the words that follow its address until the next one: qmail, Exim,
 * Courier, Google, Exchange, mail.ru. `failed` are those its headers name (X-Failed-Recipients).
 */
export function parsePlainText(text: string, failed: readonly string[]): Notice[] {
  const words = new Map<string, string[]>()
  let current: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const [, address, rest] = line.length > LONGEST_LINE ? [] : (ADDRESSED.exec(line) ?? [])
    if (address === undefined) {
      current.push(line)
      continue
    }
    current = words.get(address.toLowerCase()) ?? []
    words.set(address.toLowerCase(), current)
    if (rest !== undefined) current.push(rest)
  }
  const named = failed.length > 0 ? failed : [...words.keys()]
  return named.map((address) => {
    // A notice that sets no address apart speaks of its one recipient all along.
    const own = words.get(address.toLowerCase()) ?? (words.size === 0 ? text.split(/\r?\n/) : [])
    const said = own.join(' ').replace(/\s+/g, ' ').trim()
    return { addresses: [address], action: actionOf(text), status: null, text: said, isLocal: isLocalDelivery(own) }
  })
}

/** The words of a local delivery program; they outrank any code a server sets beside them. */
export function isLocalDelivery(lines: readonly string[]): boolean {
  return lines.some((line) =>
    /^[ \t]*(?:command output:|(?:procmail|maildrop|deliver|dovecot|mail\.local|vdelivermail|vpopmail|lmtp|cyrus)[\w./-]*:|save to |pipe to |local delivery failed)/i.test(
      line,
    ),
  )
}

/** What prose says became of the mail, of all its recipients. A notice that says neither is about a failure. */
export function actionOf(text: string): Notice['action'] {
  if (STILL_TRYING.test(text)) return 'delayed'
  return DELIVERED.test(text) && !FAILED.test(text) ? 'delivered' : 'failed'
}

const STILL_TRYING =
  /\b(will (?:continue to )?(?:be )?(?:retr(?:y|ied)|try(?:ing)? again)|still (?:trying|being attempted)|delivery (?:is|has been|was) delayed|this is a warning message only|(?:do not|no) need to resend|has not yet been delivered)\b/i
const DELIVERED =
  /(?:has|have) been (?:successfully )?(?:delivered|relayed)|successfully (?:delivered|relayed)|delivery to .{1,80} is complete/i
const FAILED = /could ?n[o'’]t|could not|cannot|fail|unable|undeliver|permanent|not been delivered/i
