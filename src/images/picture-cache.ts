import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { PictureFile } from './picture-file.ts'
import { resize, type Size } from './resize.ts'

/** Part of every key: another number here makes all pictures anew. */
const RECIPE = 1

interface Wanted {
  stem: string
  width: number
  paper: string
}

interface Resized {
  file: PictureFile
  natural: Size
}

/** What this process has made or read already; a preview asks for the same pictures on every save. */
const inMemory = new Map<string, Promise<Resized>>()
const MOST_IN_MEMORY = 400

/**
 * Resized pictures by the hash of their source and recipe, in memory and in `.broadsheet/pictures/`, so that a second
 * build is fast. The folder may be deleted at any time; one that cannot be written to only costs time.
 */
export class PictureCache {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  resized(source: Uint8Array, wanted: Wanted): Promise<Resized> {
    const key = createHash('sha256')
      .update(source)
      .update(JSON.stringify([RECIPE, wanted.width, wanted.paper]))
      .digest('hex')
      .slice(0, 40)
    const memoryKey = `${this.#folder}:${wanted.stem}:${key}`
    const known = inMemory.get(memoryKey)
    if (known !== undefined) return known
    const made = this.#fromDiskOrNew(source, wanted, key)
    if (inMemory.size >= MOST_IN_MEMORY) inMemory.clear()
    inMemory.set(memoryKey, made)
    made.catch(() => inMemory.delete(memoryKey))
    return made
  }

  /** A size once found out, by the address it belongs to; null answers are asked again next time. */
  async remembered(address: string, ask: () => Promise<Size | null>): Promise<Size | null> {
    const file = path.join(this.#folder, `${createHash('sha256').update(address).digest('hex').slice(0, 40)}.size.json`)
    const kept = await readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as Size,
      () => null,
    )
    if (kept !== null) return kept
    const size = await ask()
    if (size !== null) await this.#write(file, JSON.stringify(size))
    return size
  }

  async #fromDiskOrNew(source: Uint8Array, wanted: Wanted, key: string): Promise<Resized> {
    const about = path.join(this.#folder, `${key}.json`)
    const kept = await readFile(about, 'utf8').then(
      (text) => JSON.parse(text) as { type: PictureFile['type']; size: Size; natural: Size; hash: string },
      () => null,
    )
    const bytes = kept === null ? null : await readFile(path.join(this.#folder, `${key}.bin`)).catch(() => null)
    if (kept !== null && bytes !== null && hashOf(bytes) === kept.hash)
      return { file: named(wanted.stem, bytes, kept.type, kept.size), natural: kept.natural }
    const made = await resize(source, wanted.width, wanted.paper)
    await this.#write(path.join(this.#folder, `${key}.bin`), made.bytes)
    await this.#write(
      about,
      JSON.stringify({ type: made.type, size: made.size, natural: made.natural, hash: hashOf(made.bytes) }),
    )
    return { file: named(wanted.stem, made.bytes, made.type, made.size), natural: made.natural }
  }

  async #write(file: string, content: string | Uint8Array): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true })
      const part = `${file}.${process.pid}.part`
      await writeFile(part, content)
      await rename(part, file)
    } catch {
      // A read-only checkout builds all the same.
    }
  }
}

function named(stem: string, bytes: Uint8Array, type: PictureFile['type'], size: Size): PictureFile {
  return { name: `${stem}-${hashOf(bytes).slice(0, 8)}.${type === 'image/png' ? 'png' : 'jpg'}`, type, bytes, ...size }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
