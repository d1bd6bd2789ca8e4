import { createHash } from 'node:crypto'
import { base32 } from '../audience/subscriber.ts'

/** What stays the same of a mail however it is filed: line ends, `Received` lines and a mailbox's own marks do not count. */
export function fingerprintOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replace(/\r\n/g, '\n')
  const end = text.indexOf('\n\n')
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, ' ')
  const kept = head.split('\n').filter((line) => /^(message-id|date|from|to|subject|content-type):/i.test(line))
  // Of what is no mail, all there is.
  const isMail = kept.length > 0
  // A mailbox file quotes lines that begin with "From ", and ends each mail with a blank one.
  const body =
    end < 0 && isMail
      ? ''
      : text
          .slice(isMail ? end : 0)
          .replace(/^>+(?=From )/gm, '')
          .trimEnd()
  return base32(createHash('sha256').update(kept.join('\n')).update('\0').update(body, 'latin1').digest()).slice(0, 32)
}
