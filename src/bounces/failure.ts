import type { Notice } from './delivery-status.ts'
import { type Verdict, withoutAddresses } from './verdict.ts'

type Failure = { verdict: Extract<Verdict, 'hard' | 'soft' | 'refused'>; kind: string }

const NO_USER: Failure = { verdict: 'hard', kind: 'no such mailbox' }
const NO_DOMAIN: Failure = { verdict: 'hard', kind: 'no such domain' }
const FULL: Failure = { verdict: 'soft', kind: 'mailbox full' }
const LOCAL: Failure = { verdict: 'soft', kind: "the mailbox's own delivery program failed" }
const REFUSED: Failure = { verdict: 'refused', kind: 'the copy or its sender was refused' }
const TEMPORARY: Failure = { verdict: 'soft', kind: 'given up after temporary failures' }
const VAGUE: Failure = { verdict: 'soft', kind: 'failed for a reason that is not told' }

/** What servers write, by what it means. The order is that of trust: what a word decides, no later one changes. */
const FULL_WORDS =
  /mailbox (?:is )?(?:too )?full|over ?quota|quota (?:is )?exceeded|exceed\w* (?:\w+ ){0,3}quota|too much mail data|insufficient (?:disk |system )?(?:space|storage)|out of (?:disk )?space|mailbox size limit/i
const REFUSED_WORDS =
  /\bspam\b|\bspamm|unsolicited|\bbulk mail|black-?list|block-?list|deny-?list|\bblocked\b|\b(?:dns)?[rd]bls?\b|spamhaus|spamcop|barracuda|proofpoint|reputation|poor sending|\bpolicy\b|\bdmarc\b|\bdkim\b|\bspf\b|unauthenticated|not authenticated|authentication (?:is )?required|relay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed))|unable to relay|not a registered gateway|user complaints|rate.?limit|throttl|too many (?:messages|connections|recipients)|message (?:size )?(?:exceeds|is too (?:large|big))|exceeds (?:fixed )?(?:maximum )?(?:message )?size|size limit exceeded|illegal attachment|\bvirus\b|malware|content (?:rejected|not accepted)|reverse dns|\bptr\b|sender (?:address )?(?:is )?(?:rejected|denied|verify failed)|badrcptto/i
const NO_USER_WORDS =
  /(?:user|recipient|mailbox|account|address|addressee)(?:'s)?(?:\(s\))? (?:is |was |address |name )?(?:unknown|not (?:found|known|exist\w*)|does ?n[o']t exist|does not exist|no longer (?:exists|active|valid|available)|is ?n[o']t (?:valid|active)|(?:has been |is )?(?:disabled|deactivated|inactive|closed|terminated|suspended))|unknown (?:user|recipient|mailbox|local[- ]part|account|address)|no such (?:user|recipient|mailbox|address|person|account)|invalid (?:user|recipient|mailbox)|no mailbox (?:here )?by that name|does ?n[o']t have an? \S+ account|recipientnotfound|recipient address rejected: (?:user )?unknown|email account that you tried to reach does not exist|was ?n[o'’]t found at the destination domain|bad destination mailbox|this address no longer/i
const NO_DOMAIN_WORDS =
  /host unknown|unknown host|(?:host|domain)(?: or domain name)?(?: name)? not found|domain (?:name )?(?:does ?n[o']t|does not) exist|no such (?:domain|host)|nxdomain|unrouteable (?:address|mail domain)|nullmx|does not accept mail/i
/** Google's 5.2.1 for a mailbox that is there and busy. */
const BUSY_WORDS = /receiving mail (?:at a rate|too quickly)/i
const TEMPORARY_WORDS =
  /timed? ?out|try (?:again|later)|temporar|grey-?list|gray-?list|connection (?:refused|lost|reset)|retry time|too long|expired|undeliverable for|unable to (?:connect|contact)|network (?:is )?unreachable|deferred/i

/**
 * Why a copy failed. A local delivery program's words outrank the code beside them; words outrank codes, for many servers
 * send 5.0.0 with everything; the code in the words outranks the report's; and in doubt it is the milder verdict.
 */
export function failureOf({ text, status, isLocal }: Pick<Notice, 'text' | 'status' | 'isLocal'>): {
  verdict: Failure['verdict']
  reason: string
} {
  const found = isLocal ? locally(text) : remotely(text, status)
  const said = withoutAddresses(inShort(text)) || (status ?? '')
  return { verdict: found.verdict, reason: said === '' ? found.kind : `${found.kind}: ${said}` }
}

const WORDS = [FULL_WORDS, NO_USER_WORDS, NO_DOMAIN_WORDS, REFUSED_WORDS, TEMPORARY_WORDS]
/** A reply of RFC 5321 in a text: 550, or 550-5.1.1. */
const REPLY = /(?:^|[\s'"(#])([45]\d\d(?=[ -]))/

/** From the server's reply on, or from a little before the words that tell; all of it when it is short anyway. */
function inShort(text: string): string {
  if (text.length < 120) return text
  const reply = REPLY.exec(text)
  if (reply !== null) return text.slice(reply.index)
  const told = Math.min(...WORDS.map((words) => text.search(words)).filter((at) => at >= 0))
  return Number.isFinite(told) ? text.slice(Math.max(0, told - 40)).replace(/^\S*\s/, '') : text
}

/** Whether words say of themselves that something failed, and how; prose without any is no evidence. */
export const saysWhy = (text: string): boolean =>
  enhancedCode(text) !== null || REPLY.test(text) || WORDS.some((words) => words.test(text))

const locally = (text: string): Failure => (FULL_WORDS.test(text) ? FULL : LOCAL)

function remotely(text: string, status: string | null): Failure {
  const own = enhancedCode(text)
  const code = own ?? status ?? ''
  const isTransient =
    own === null ? REPLY.exec(text)?.[1]?.startsWith('4') || code.startsWith('4') : own.startsWith('4')
  if (FULL_WORDS.test(text) || code.endsWith('.2.2')) return FULL
  if (REFUSED_WORDS.test(text) && !/^5\.1\.[0-6]$|^5\.1\.10$/.test(own ?? '')) return REFUSED
  if (isTransient) return /^4\.7\./.test(code) ? REFUSED : TEMPORARY
  if (BUSY_WORDS.test(text)) return TEMPORARY
  // Sendmail's code for a refusal after the mailbox itself was taken: "user unknown" is not the truth then.
  if (code === '5.2.0') return VAGUE
  if (NO_USER_WORDS.test(text)) return NO_USER
  if (NO_DOMAIN_WORDS.test(text)) return TEMPORARY_WORDS.test(text) ? TEMPORARY : NO_DOMAIN
  return byCode(code) ?? (TEMPORARY_WORDS.test(text) ? TEMPORARY : VAGUE)
}

/** RFC 3463, and the codes registered since. */
function byCode(code: string): Failure | null {
  const [, subject, detail] = /^5\.(\d+)\.(\d+)$/.exec(code) ?? []
  switch (subject) {
    case '1':
      if (detail === '2') return NO_DOMAIN
      // 5.1.7, 5.1.8: the sender's address.
      return detail === '7' || detail === '8' ? REFUSED : NO_USER
    case '2':
      if (detail === '1') return NO_USER
      return detail === '3' ? REFUSED : null
    case '3':
      return detail === '4' ? REFUSED : null
    case '6':
    case '7':
      return REFUSED
    default:
      return null
  }
}

/** The first enhanced status code in a text; no part of an address or a version number. */
function enhancedCode(text: string): string | null {
  return /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(text)?.[0] ?? null
}
