import { Scalar } from 'yaml'
import { lineOf, lineText, type Source } from './source.ts'

/** Offsets of a `#` that takes words of a text away, and of its line's end. */
export interface Cut {
  from: number
  to: number
}

/**
 * A comment needs two spaces before its # and one after; anything less, beside an unquoted text, is a sentence with a #
 * in it (design, section 2). Looked for before the text (`kicker: #MeToo`), behind it, and on lines below it that are
 * indented like its continuation. What stands in the key's own column or further left is a comment.
 */
export function cutBeside(source: Source, node: Scalar): Cut | null {
  const block = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL
  if (!block && node.type !== Scalar.PLAIN) return null
  const [start = 0, end = 0] = node.range ?? []
  const keyLine = lineOfKey(source, start)
  return (
    cutBefore(source, keyLine, start) ??
    (block ? null : cutBehind(source, end)) ??
    (node.value === '' ? null : cutBelow(source, block ? lineOf(source, end) : lineOf(source, end) + 1, keyLine))
  )
}

/** Where nothing stands behind the comment of the key's line, or the text begins further down. */
function cutBefore(source: Source, keyLine: number, start: number): Cut | null {
  if (lineOf(source, start) === keyLine && source.text[start] !== '#') return null
  const text = lineText(source, keyLine)
  const [all = '', space = '', comment = ''] = /[:-]([ \t]+)(#.*)$/.exec(text) ?? []
  const from = startOf(source, keyLine) + text.length - comment.length
  return all === '' || isComment(space, comment) ? null : cutOf(from, comment)
}

function cutBehind(source: Source, end: number): Cut | null {
  const line = lineOf(source, end)
  const rest = lineText(source, line).slice(end - startOf(source, line))
  const [, space = '', comment = ''] = /^([ \t]+)(#.*)$/.exec(rest) ?? []
  return comment === '' || isComment(space, comment) ? null : cutOf(end + space.length, comment)
}

function cutBelow(source: Source, first: number, keyLine: number): Cut | null {
  for (let line = first; line < source.lineStarts.length; line++) {
    const [, space = '', comment = ''] = /^( *)(#.*)$/.exec(lineText(source, line)) ?? []
    if (comment === '' || space.length <= columnOfKey(lineText(source, keyLine))) return null
    if (!isComment(space, comment)) return cutOf(startOf(source, line) + space.length, comment)
  }
  return null
}

/** Where the key stands, or the last dash of a list of texts. */
function columnOfKey(line: string): number {
  const [, start = '', key] = /^(\s*(?:-[ \t]+)*)([\w"'-]+\s*:)?/.exec(line) ?? []
  return key === undefined ? Math.max(0, start.lastIndexOf('-')) : start.length
}

/** The line of the key or dash a value belongs to: the value may begin further down, below comments. */
function lineOfKey(source: Source, start: number): number {
  let line = lineOf(source, start)
  let before = source.text.slice(startOf(source, line), start)
  while (line > 0 && /^\s*(?:#.*)?$/.test(before)) {
    line -= 1
    before = lineText(source, line)
  }
  return line
}

const isComment = (space: string, comment: string): boolean => /^ {2,}$/.test(space) && /^#(?: |$)/.test(comment)
const cutOf = (from: number, comment: string): Cut => ({ from, to: from + comment.length })
const startOf = (source: Source, line: number): number => source.lineStarts[line] ?? 0
