import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** A file to be written anew, made or taken away: null stands for a file that is not there. */
export interface Replacement {
  /** Relative to the root. */
  file: string
  before: Buffer | null
  after: Buffer | null
}

/**
 * Files replaced, each whole or not at all, keeping their mode, and links as links. False, and nothing done, when one of them does not hold
 * `before` any more: whoever saved in the meantime has the newer.
 */
export async function replaceFiles(root: string, replacements: readonly Replacement[]): Promise<boolean> {
  const parts: { part: string; name: string }[] = []
  try {
    for (const { file, after } of replacements) {
      if (after === null) continue
      const name = await realpath(path.join(root, file)).catch(() => path.join(root, file))
      // Hidden, so that whoever watches the folder does not see it.
      const part = path.join(path.dirname(name), `.${path.basename(name)}.${process.pid}.part`)
      await mkdir(path.dirname(name), { recursive: true })
      parts.push({ part, name })
      await writeFile(part, after)
      const mode = (await stat(name).catch(() => null))?.mode
      if (mode !== undefined) await chmod(part, mode)
    }
    for (const { file, before } of replacements) if (!same(await bytesOf(root, file), before)) return false
    for (const { part, name } of parts.splice(0)) await rename(part, name)
    for (const { file, after } of replacements) if (after === null) await rm(path.join(root, file))
    return true
  } finally {
    for (const { part } of parts) await rm(part, { force: true })
  }
}

/** Null for a file that is not there. */
export async function bytesOf(root: string, file: string): Promise<Buffer | null> {
  return readFile(path.join(root, file)).catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === 'ENOENT') return null
    throw caught
  })
}

const same = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other)
