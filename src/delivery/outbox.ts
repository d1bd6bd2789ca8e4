import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type OpenTransport, RunRefused } from './transport.ts'

/**
 * The folder of `.eml` files that stands in for a mail server: `outbox/<date>/<subscriber id>.eml`. A copy is
 * written whole or not at all: a reader of the folder never meets half a message.
 */
export async function openOutbox(root: string, date: string): Promise<OpenTransport> {
  const folder = path.join(root, 'outbox', date)
  const names = await readdir(folder).catch(() => [])
  // What a killed run left half-written.
  for (const name of names) if (name.startsWith('.part-')) await rm(path.join(folder, name), { force: true })
  return {
    async transport({ id, raw, onBegin }) {
      const part = path.join(folder, `.part-${process.pid}-${id}`)
      try {
        await mkdir(folder, { recursive: true })
        await writeFile(part, raw)
      } catch (caught) {
        await rm(part, { force: true }).catch(() => {})
        throw new RunRefused(
          `outbox/${date} cannot be written: ${(caught as Error).message}`,
          'Make room or allow writing there, then run `send` again: it goes on where it stopped.',
          caught,
        )
      }
      if (!(await onBegin())) {
        await rm(part, { force: true })
        return { state: 'deferred', reply: 'the lease was lost' }
      }
      await rename(part, path.join(folder, `${id}.eml`))
      return { state: 'accepted', reply: `outbox/${date}/${id}.eml` }
    },
    async warmUp() {},
    async close() {},
  }
}
