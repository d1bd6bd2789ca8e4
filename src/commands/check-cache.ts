import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Remembered } from '../check/history-rules.ts'
import type { Finding } from '../problems/finding.ts'

/** What was found of one edition, and all it depended on besides the pictures, whose content is looked at again. */
export interface KeptCheck {
  key: string
  /** Path relative to the publication -> hash of its content, or null where there was none. */
  pictures: Record<string, string | null>
  memory: Remembered | null
  findings: Finding[]
}

/**
 * `.broadsheet/checks.json`: an edition whose file, publication, templates, pictures and predecessors have the content
 * they had is not rendered again. Keyed by content, never by time: a fresh clone may bring the file along. What cannot
 * be read or written costs time and nothing else.
 */
export class CheckCache {
  readonly #file: string
  readonly #root: string
  readonly #kept: Map<string, KeptCheck>
  readonly #shared: string
  readonly #hashes = new Map<string, Promise<string | null>>()
  #changed = false

  private constructor(root: string, file: string, kept: Map<string, KeptCheck>, shared: string) {
    this.#root = root
    this.#file = file
    this.#kept = kept
    this.#shared = shared
  }

  static async open(root: string): Promise<CheckCache> {
    const file = path.join(root, '.broadsheet/checks.json')
    const kept = await readFile(file, 'utf8').then(
      (text) => new Map(Object.entries(JSON.parse(text) as Record<string, KeptCheck>)),
      () => new Map<string, KeptCheck>(),
    )
    return new CheckCache(root, file, kept, await sharedKey(root))
  }

  /** Of an edition's own files, what all editions share, and what stood in the editions before it. */
  async keyOf(date: string, before: readonly Remembered[]): Promise<string> {
    const folder = path.join(this.#root, 'digests')
    const hash = createHash('sha256').update(this.#shared).update(JSON.stringify(before))
    const names = [`${date}.yaml`, `${date}.yml`]
    for (const name of (await readdir(path.join(folder, date)).catch(() => [])).sort())
      names.push(path.join(date, name))
    for (const name of names) {
      const content = await readFile(path.join(folder, name)).catch(() => null)
      hash.update(`\0${name}\0`).update(content ?? 'none')
    }
    return hash.digest('base64url')
  }

  /** What was found when all was as it is now, or null. */
  async find(date: string, key: string): Promise<KeptCheck | null> {
    const kept = this.#kept.get(date)
    if (kept === undefined || kept.key !== key) return null
    for (const [file, hash] of Object.entries(kept.pictures)) if ((await this.hashOf(file)) !== hash) return null
    return kept
  }

  async keep(date: string, check: Omit<KeptCheck, 'pictures'>, pictures: readonly string[]): Promise<void> {
    const hashes: KeptCheck['pictures'] = {}
    for (const file of pictures) hashes[file] = await this.hashOf(file)
    this.#kept.set(date, { ...check, pictures: hashes })
    this.#changed = true
  }

  async save(): Promise<void> {
    if (!this.#changed) return
    try {
      await mkdir(path.dirname(this.#file), { recursive: true })
      await writeFile(`${this.#file}.${process.pid}`, JSON.stringify(Object.fromEntries(this.#kept)))
      await rename(`${this.#file}.${process.pid}`, this.#file)
    } catch {
      // A folder that cannot be written to is checked anew each time.
    }
  }

  private hashOf(file: string): Promise<string | null> {
    const known =
      this.#hashes.get(file) ??
      readFile(path.join(this.#root, file)).then(
        (bytes) => createHash('sha256').update(bytes).digest('base64url'),
        () => null,
      )
    this.#hashes.set(file, known)
    return known
  }
}

/** The publication, its templates, and this very program: a new version checks anew. */
async function sharedKey(root: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['broadsheet.yaml', ...(await filesIn(root, 'templates'))])
    hash.update(`\0${file}\0`).update(await readFile(path.join(root, file)).catch(() => 'none'))
  const own = path.join(import.meta.dirname, '../..')
  for (const folder of ['src', 'build', 'templates'])
    for (const file of await filesIn(own, folder)) {
      const { size, mtimeMs } = await stat(path.join(own, file))
      hash.update(`\0${file} ${size} ${mtimeMs}`)
    }
  return hash.digest('base64url')
}

async function filesIn(root: string, folder: string): Promise<string[]> {
  const items = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
  return items
    .filter((item) => item.isFile())
    .map((item) => path.relative(root, path.join(item.parentPath, item.name)))
    .sort()
}
