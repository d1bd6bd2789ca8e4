import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')

/** What differs from this repository's own publication. */
export interface Variation {
  /** Keys of broadsheet.yaml to put in the place of the sample's, as in { template: 'wire', language: 'ar' }. */
  keys?: Record<string, string>
  /** The edition of 2026-11-20, as YAML; the sample's own when left out. */
  edition?: string
}

/** The sample publication with something else about it, in a folder that `remove` takes away again. */
export async function temporaryPublication({
  keys = {},
  edition,
}: Variation): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-'))
  let publication = await readFile(path.join(root, 'broadsheet.yaml'), 'utf8')
  for (const [key, value] of Object.entries(keys)) {
    const line = new RegExp(`^${key}:.*$`, 'm')
    publication = line.test(publication)
      ? publication.replace(line, `${key}: ${value}`)
      : `${publication}${key}: ${value}\n`
  }
  await mkdir(path.join(folder, 'digests'))
  await writeFile(path.join(folder, 'broadsheet.yaml'), publication)
  await writeFile(
    path.join(folder, 'digests/2026-11-20.yaml'),
    edition ?? (await readFile(path.join(root, 'digests/2026-11-20.yaml'), 'utf8')),
  )
  await cp(path.join(root, 'digests/images'), path.join(folder, 'digests/images'), { recursive: true })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
