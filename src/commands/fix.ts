import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { contentFindings } from '../check/content-rules.ts'
import { fixText, isFixable } from '../edition/fix.ts'
import type { Publication } from '../edition/publication.ts'
import { readEdition } from '../edition/read.ts'
import { replaceFiles } from '../edition/replace-file.ts'
import type { Finding } from '../problems/finding.ts'

/** One mistake can hide another: a file is read again after each round, until a round mends nothing. */
const ROUNDS = 10

/** `check --fix`: mends what is safe in an edition's files, and says what it mended. Each file whole or not at all. */
export async function fixEdition(root: string, date: string, publication: Publication): Promise<Finding[]> {
  const fixed: Finding[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { edition, findings } = await readEdition(root, date, publication)
    const all = edition === null ? findings : [...findings, ...contentFindings(edition, publication)]
    const files = new Set(all.filter(isFixable).map((one) => one.file))
    let mended = 0
    for (const file of files) {
      const own = await fixFile(root, file, all, publication.language)
      fixed.push(...own)
      mended += own.length
    }
    if (mended === 0) break
  }
  return fixed
}

async function fixFile(root: string, file: string, findings: readonly Finding[], language: string): Promise<Finding[]> {
  const before = await readFile(path.join(root, file))
  const { text, fixed } = fixText(before.toString(), file, findings, language)
  if (fixed.length === 0) return []
  // Somebody may have saved in the meantime; theirs is the newer.
  return (await replaceFiles(root, [{ file, before, after: Buffer.from(text) }])) ? fixed : []
}
