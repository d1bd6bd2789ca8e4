import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { UserError } from '../problems/user-error.ts'

/** One mail of a source, as it lies there. */
export interface StoredMail {
  /** For people: the file, and where in it, as in `inbox.mbox#3`. */
  place: string
  bytes: Buffer
}

/** A returned copy with all its pictures is a tenth of this; what is longer is judged by its beginning. */
export const MOST_BYTES = 32 * 1024 * 1024

/**
 * The mails of a file (one mail, or an mbox), a folder of such files, or a maildir (its `new` and `cur`), one at a time
 * and in the order of their names; the source is never changed. Hidden files are left out, as maildirs have it.
 */
export async function* readMails(source: string): AsyncGenerator<StoredMail> {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'no-source',
      `${source} cannot be read (${error.code ?? 'unknown'}).`,
      'Name a file, a folder, a maildir or an mbox, or - for a mail on standard input. Nothing was changed.',
    )
  })
  if (!found.isDirectory()) yield* mailsIn(createReadStream(source), path.basename(source))
  else for (const file of await filesOf(source)) yield* mailsIn(createReadStream(path.join(source, file)), file)
}

async function filesOf(folder: string): Promise<string[]> {
  const inside = await readdir(folder, { withFileTypes: true })
  const isMaildir = inside.some((one) => one.isDirectory() && /^(new|cur)$/.test(one.name))
  const files = isMaildir
    ? (
        await Promise.all(
          ['new', 'cur'].map((part) => readdir(path.join(folder, part), { withFileTypes: true }).catch(() => [])),
        )
      ).flat()
    : inside
  return files
    .filter((one) => one.isFile() && !one.name.startsWith('.'))
    .map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
    .sort()
}

/**
 * One mail, or all of an mbox: what begins with a `From ` line is one, and each such line after a blank one begins the next.
 * Quoted `>From ` lines lose one mark (mboxrd; mboxo never has more than one). Bytes are kept as they are but for line ends.
 */
export async function* mailsIn(stream: Readable, name: string): AsyncGenerator<StoredMail> {
  // One character a byte, whatever the charset of each part.
  const lines = createInterface({ input: stream.setEncoding('latin1'), crlfDelay: Number.POSITIVE_INFINITY })
  let mail: string[] = []
  let size = 0
  let count = 0
  let isMbox = false
  let isFirst = true
  let afterBlank = true
  const taken = (): StoredMail => {
    count += 1
    const bytes = Buffer.from(mail.join('\n'), 'latin1')
    mail = []
    size = 0
    return { place: isMbox ? `${name}#${count}` : name, bytes }
  }
  try {
    for await (const line of lines) {
      const begins: boolean = isFirst ? /^From \S/.test(line) : isMbox && afterBlank && BEGINNING.test(line)
      if (isFirst) isMbox = begins
      else if (begins) yield taken()
      if (!begins) {
        if (size < MOST_BYTES) mail.push(isMbox ? line.replace(/^>(>*From )/, '$1') : line)
        size += line.length + 1
      }
      isFirst = false
      afterBlank = line === ''
    }
  } finally {
    lines.close()
    stream.destroy()
  }
  yield taken()
}

/** `From ada@example.org Thu Sep 18 17:54:04 2008`; prose that happens to begin so has no time and year. */
const BEGINNING = /^From \S.*\d:\d\d.*\b\d{4}\b/
