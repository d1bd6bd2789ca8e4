import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** The files an edition is made of, relative to the root: one, or a folder's; both, or none. */
export interface EditionFiles {
  /** `digests/<date>.yaml`; two when there is a .yml as well. */
  files: string[]
  /** `digests/<date>/`, or null. `head` is its edition.yaml, and `entries` are in natural order of their names. */
  folder: { name: string; head: string | null; entries: string[] } | null
}

export async function editionFiles(root: string, date: string): Promise<EditionFiles> {
  const names = await readdir(path.join(root, 'digests')).catch(() => [])
  const files = names
    .filter((name) => name === `${date}.yaml` || name === `${date}.yml`)
    .map((name) => `digests/${name}`)
  const name = `digests/${date}`
  if (!((await stat(path.join(root, name)).catch(() => null))?.isDirectory() ?? false)) return { files, folder: null }
  const inside = (await readdir(path.join(root, name)).catch(() => [])).filter((one) => /\.ya?ml$/.test(one))
  const entries = inNaturalOrder(inside.filter((one) => one !== 'edition.yaml')).map((one) => `${name}/${one}`)
  return { files, folder: { name, head: inside.includes('edition.yaml') ? `${name}/edition.yaml` : null, entries } }
}

/** 2 before 10: how the entries of a folder follow each other. */
export function inNaturalOrder(names: readonly string[]): string[] {
  return names.toSorted(new Intl.Collator('en', { numeric: true }).compare)
}

/** Another one whenever a file of the edition was saved, came or went; by time and size, so that nothing is read. */
export async function editionStamp(root: string, date: string): Promise<string> {
  const folder = path.join(root, 'digests')
  const files = [`${date}.yaml`, `${date}.yml`]
  for (const name of await readdir(path.join(folder, date)).catch(() => [])) files.push(path.join(date, name))
  const stats = await Promise.all(files.map((file) => stat(path.join(folder, file)).catch(() => null)))
  return files.map((file, index) => `${file}/${stats[index]?.mtimeMs}/${stats[index]?.size}`).join(' ')
}
