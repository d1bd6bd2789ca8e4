import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Edition, type Entry, placeOfEntry } from '../edition/edition.ts'

/** An entry as the form beside the email has it: its fields as typed, and where and how it stands in the YAML. */
export interface ShownEntry {
  /** 1-based, as findings count. */
  number: number
  topic: string
  headline: string
  kicker: string
  summary: string
  url: string
  image: { src: string; alt: string; caption: string; credit: string } | null
  file: string
  line: number
  yaml: string
}

/** In the file's order. An entry too broken to be read is not there; the findings say why. */
export async function showEntries(root: string, { entries }: Edition): Promise<ShownEntry[]> {
  const texts = new Map<string, string[]>()
  for (const file of new Set(entries.map((entry) => fileOf(entry))))
    texts.set(file, (await readFile(path.join(root, file), 'utf8').catch(() => '')).split(/\r?\n/))
  return entries.map((entry, index) => {
    const file = fileOf(entry)
    const line = lineOf(entry)
    const next = entries[index + 1]
    const end = next !== undefined && fileOf(next) === file ? lineOf(next) - 1 : Number.POSITIVE_INFINITY
    const { image } = entry
    return {
      number: entry.position,
      topic: entry.topic,
      headline: entry.headline,
      kicker: entry.kicker ?? '',
      summary: entry.summary,
      url: entry.url,
      image:
        image === undefined
          ? null
          : {
              src: image.src,
              alt: image.alt ?? '',
              caption: image.caption ?? '',
              credit: image.credit ?? '',
            },
      file,
      line,
      yaml: withoutIndent((texts.get(file) ?? []).slice(line - 1, end)),
    }
  })
}

const fileOf = (entry: Entry): string => placeOfEntry(entry)?.file ?? ''
const lineOf = (entry: Entry): number => placeOfEntry(entry)?.line ?? 1

function withoutIndent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const indent = Math.min(...indents, 80)
  return lines
    .map((line) => line.slice(indent))
    .join('\n')
    .trimEnd()
}
