import type { Document } from 'yaml'
import type { Finding } from '../problems/finding.ts'
import { parseYaml } from './parse.ts'
import { lineOf, lineText, type Source, sourceFrom } from './source.ts'
import type { YamlTree } from './tree.ts'

/** Text to stand in place of a range, in offsets of `source`; line breaks are LF and become those of the file. */
export interface Splice {
  from: number
  to: number
  text: string
}

/** A file that is about to be written: what it says, where its nodes stand, and the way back to its own characters. */
export interface Editable {
  tree: YamlTree
  document: Document
  /** What the offsets of the nodes are of. */
  source: Source
  findings: Finding[]
  /** What really stands in a range, where the source was mended to be read. Line breaks are LF. */
  typed(from: number, to: number): string
  /** The file with some ranges replaced, last first; byte-order mark, line ends and everything else stay as they were. */
  spliced(splices: readonly Splice[]): string
}

/** Null when the file cannot be read even with its broken lines mended. */
export function editable(raw: string): Editable | null {
  const mark = raw.startsWith('\ufeff') ? '\ufeff' : ''
  const text = raw.slice(mark.length)
  const original = sourceFrom(text, '')
  const { tree, findings, made } = parseYaml(original)
  if (tree === null || made === null) return null
  const { document, source } = made
  const breaks = [...text.matchAll(/\r\n?|\n/g)]
  const lineStarts = [0, ...breaks.map((one) => one.index + one[0].length)]
  const ending = breaks[0]?.[0] ?? '\n'

  /** Lines agree; what was mended on a line stands before what is written there, and has moved it. */
  const rawOffset = (offset: number): number => {
    const line = lineOf(source, offset)
    const column = offset - (source.lineStarts[line] ?? 0)
    const moved = column === 0 ? 0 : lineText(original, line).length - lineText(source, line).length
    return (lineStarts[line] ?? 0) + Math.max(0, column + moved)
  }
  return {
    tree,
    document,
    source,
    findings,
    typed: (from, to) => text.slice(rawOffset(from), rawOffset(to)).replace(/\r\n?/g, '\n'),
    spliced(splices) {
      const ordered = splices.toSorted((a, b) => b.from - a.from)
      return (
        mark +
        ordered.reduce((whole, { from, to, text: put }) => {
          return whole.slice(0, rawOffset(from)) + put.replaceAll('\n', ending) + whole.slice(rawOffset(to))
        }, text)
      )
    },
  }
}
