/**
 * The Message-IDs a mail server says it took responsibility for: from a Postfix log (`cleanup … message-id=`, which stands
 * only for a message whose last dot came, and not followed by a reject of the same queue id), an Exim main log
 * (`<= … id=`), or a plain list with one Message-ID on a line. Lines of other kinds are passed over.
 */
export async function acceptedIds(lines: AsyncIterable<string>): Promise<Set<string>> {
  const ids = new Set<string>()
  const byQueue = new Map<string, string>()
  for await (const line of lines) {
    const cleanup = /postfix[^ ]*\/cleanup\[\d+\]: ([0-9A-Za-z]+): message-id=(<[^<>\s]+>)/.exec(line)
    if (cleanup !== null) {
      byQueue.set(cleanup[1] ?? '', cleanup[2] ?? '')
      continue
    }
    // The queue manager takes a message up only when it is whole and on disk.
    const queued = /postfix[^ ]*\/qmgr\[\d+\]: ([0-9A-Za-z]+): from=</.exec(line)?.[1]
    if (queued !== undefined) {
      const id = byQueue.get(queued)
      if (id !== undefined) ids.add(id)
      continue
    }
    const exim = / <= .* id=([^\s<>]+@[^\s<>]+)/.exec(line)?.[1]
    if (exim !== undefined) ids.add(`<${exim}>`)
    const plain = /^\s*(<[^<>\s@]+@[^<>\s]+>)\s*$/.exec(line)?.[1]
    if (plain !== undefined) ids.add(plain)
  }
  return ids
}
