/**
 * What a returned mail comes to. `hard`: there is no such mailbox. `soft`: there is one, and it could not take the copy.
 * `refused`: the copy or its sender was not wanted, which says nothing about the address. `other`: no notice of a machine.
 * `unclear`: a notice that nobody can tell the meaning of.
 */
export const VERDICTS = [
  'hard',
  'soft',
  'refused',
  'complaint',
  'unsubscribe',
  'delayed',
  'success',
  'auto-reply',
  'other',
  'unclear',
] as const

export type Verdict = (typeof VERDICTS)[number]

/** What a mail says of one recipient. */
export interface Statement {
  verdict: Verdict
  /** For people: the kind of failure and the server's own words, without addresses, in one line. */
  reason: string
  /** The addresses it names for the recipient, the one mailed to first; none when it names nobody. */
  addresses: string[]
  /** A report in the form its RFC asks for (3464, 5965), not prose and not a quotation. */
  proper: boolean
}

/** The server's words as the ledger may keep them: one short line, no address in it (decision 0007). */
export function withoutAddresses(text: string): string {
  const line = text
    .slice(0, 2000)
    .replace(/<?[^\s<>"'(),:;=]+@[^\s<>"'(),:;]+>?/g, '<…>')
    .replace(/[\p{Cc}\p{Cf}\p{Z}\ufffd]+/gu, ' ')
    .trim()
  return line.length > 160 ? `${line.slice(0, 159).trimEnd()}…` : line
}
