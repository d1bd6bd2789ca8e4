import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { repository } from './run-cli.ts'

/** An empty folder that is gone when the test ends. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A copy of this repository's own publication, with further files or other ones in their place. */
export async function sampleCopy(files: Record<string, string> = {}): Promise<string> {
  const root = await emptyFolder()
  for (const name of ['broadsheet.yaml', 'digests', 'subscribers.csv'])
    await cp(path.join(repository, name), path.join(root, name), { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(root, name), content)
  return root
}

/** An audience of plain addresses. */
export function audience(...addresses: string[]): string {
  return `email\n${addresses.join('\n')}\n`
}
