import { type Document, isCollection, isPair, isScalar, parseDocument, type YAMLParseError } from 'yaml'
import { explainIndent, explainStray } from './explain.ts'
import { explainValue, guardLine, lineParts, type Mistake } from './mistakes.ts'
import { lastOf, lineOf, lineText, type Source, sourceFrom } from './source.ts'

/**
 * A broken line mended in memory, so that reading can go on and say what else is wrong. A mend counts only when the
 * parser gets further with it; what it says of the line is what the editor is told.
 */
export interface Mend {
  line: number
  /** The whole line is part of a text, or the line itself is wrong, and not only the value on it. */
  whole: boolean
  mistake: Mistake
  better: string
}

/**
 * The first mend that moves the trouble further down or makes less of it; candidates are the lines where it may have
 * begun. `effort` is what may still be spent on trying, in characters to parse.
 */
export function mendOf(
  source: Source,
  document: Document,
  blocking: readonly YAMLParseError[],
  first: YAMLParseError,
  effort: { left: number },
): (Mend & { source: Source }) | null {
  const errorLine = lineOf(source, Math.min(first.pos[0], lastOf(source)))
  const opened = startOfOpenNode(source, document, first.pos[0])
  // What was never closed hides all mistakes below it; to find one of those is to get further.
  const neverClosed = first.code === 'MISSING_CHAR' && /closing/.test(first.message)
  const begun = opened === null ? [errorLine, errorLine - 1] : [opened, errorLine, errorLine - 1]
  const below = Array.from({ length: LONGEST_TEXT_LINES }, (_, index) => errorLine + 1 + index)
  const candidates = [
    ...begun.map((line) => mendedValue(source, line)),
    mendedIndent(source, errorLine),
    mendedStray(source, errorLine),
    ...[...below, errorLine].map((line) => mendedText(source, line)),
  ]
  for (const mend of candidates) {
    if (mend === null || effort.left <= 0) continue
    const from = source.lineStarts[mend.line] ?? 0
    const after = source.text.slice(from + lineText(source, mend.line).length)
    const next = sourceFrom(source.text.slice(0, from) + mend.better + after, source.file)
    const left = parseDocument(next.text, { schema: 'failsafe', prettyErrors: false, uniqueKeys: false }).errors.filter(
      (one) => !HARMLESS.has(one.code),
    )
    effort.left -= next.text.length + left.length * EFFORT_OF_ERROR
    const reached =
      left[0] === undefined ? Number.POSITIVE_INFINITY : lineOf(next, Math.min(left[0].pos[0], lastOf(next)))
    const begins = mend.line === opened && neverClosed ? opened : Math.max(mend.line, errorLine)
    if (left.length < blocking.length || reached > begins) return { ...mend, source: next }
  }
  return null
}

/** The value of the line is to blame: a colon, a quote, a sign YAML keeps for itself. */
function mendedValue(source: Source, line: number): Mend | null {
  if (line < 0 || line >= source.lineStarts.length) return null
  const text = lineText(source, line)
  const mistake = cutMistake(text) ?? explainValue(text) ?? tightColon(text)
  if (mistake === null) return null
  const better = mistake.code === 'yaml-missing-colon' ? text.replace(/:/, ': ') : guardLine(text, false)
  return better === null ? null : { line, whole: false, mistake, better }
}

/** The line goes on with the text of the lines above it, and has a colon. */
function mendedText(source: Source, line: number): Mend | null {
  if (line >= source.lineStarts.length) return null
  const text = lineText(source, line)
  const mistake = continued(text)
  const better = mistake === null ? null : guardLine(text, true)
  if (mistake === null || better === null || !continues(source, line)) return null
  return { line, whole: true, mistake, better }
}

/** Whether the next line above that stands further left has a text which this line could go on with. */
function continues(source: Source, line: number): boolean {
  const own = indentation(lineText(source, line))
  const above = lineAbove(source, line, (one) => indentation(one) < own)
  return above !== null && /^[^"'|>]/.test(lineParts(above).value)
}

/** A key that stands further left than the ones above it and fits nowhere, or a dash beside the column of dashes. */
function mendedIndent(source: Source, line: number): Mend | null {
  const text = lineText(source, line)
  const trimmed = text.trimStart()
  const dash = /^-(?: |$)/.test(trimmed)
  const above = lineAbove(source, line, (one) => !dash || /^\s*-(?: |$)/.test(one))
  if (above === null || !/^(?:- |[A-Za-z][\w-]*:(?: |$))/.test(trimmed)) return null
  const column = dash ? indentation(above) : contentColumn(above)
  const own = indentation(text)
  if (dash ? own === column : own >= column) return null
  return { line, whole: true, mistake: explainIndent, better: ' '.repeat(column) + trimmed }
}

/** Words that are neither a key nor the continuation of a text, since they are not indented like one. */
function mendedStray(source: Source, line: number): Mend | null {
  const text = lineText(source, line)
  const above = lineAbove(source, line, () => true)
  const stray = above !== null && !/:|^\s*(?:-|$)/.test(text) && contentColumn(text) <= contentColumn(above)
  return stray ? { line, whole: true, mistake: explainStray, better: '' } : null
}

const indentation = (line: string): number => line.length - line.trimStart().length
const contentColumn = (line: string): number => /^\s*(?:-[ \t]+)*/.exec(line)?.[0].length ?? 0

function lineAbove(source: Source, line: number, wanted: (text: string) => boolean): string | null {
  for (let above = line - 1; above >= 0; above--) {
    const text = lineText(source, above)
    if (!/^\s*(?:#|$)/.test(text) && wanted(text)) return text
  }
  return null
}

/** The text with spaces for the tabs that indent its lines; null when there is none that YAML objects to. */
export function withoutTabs(source: Source, document: Document): { source: Source; offsets: number[] } | null {
  const lines = source.text.split('\n')
  const offsets: number[] = []
  for (const one of document.errors) {
    const line = lineOf(source, Math.min(one.pos[0], lastOf(source)))
    const [start = '', space = '', dashes = ''] = /^([ \t]*)((?:-[ \t]+)*)/.exec(lines[line] ?? '') ?? []
    if (!start.includes('\t')) continue
    lines[line] = space.replaceAll('\t', '  ') + dashes.replaceAll('\t', ' ') + lines[line]?.slice(start.length)
    offsets.push((source.lineStarts[line] ?? 0) + start.indexOf('\t'))
  }
  return offsets.length === 0 ? null : { source: sourceFrom(lines.join('\n'), source.file), offsets }
}

const LONGEST_TEXT_LINES = 20
/** To say what is wrong takes the parser as long as 100 characters that are right (90 µs, 2026-11). */
const EFFORT_OF_ERROR = 100

/** A line in the middle of an unquoted text that looks like a key because of its colon. */
function continued(line: string): Mistake | null {
  if (!/:(?:[ \t]|$)/.test(line)) return null
  return {
    code: 'yaml-colon',
    message: 'A text that runs over several lines has a colon in this one, and YAML starts a new key there.',
    hint: 'Begin the text with  >-  on the line of its key and indent the rest; if this is a key of its own, indent it like its neighbours.',
  }
}

/** An unclosed quote or bracket is noticed where it ends to make sense; the mistake stands where it opened. */
function startOfOpenNode(source: Source, document: Document, offset: number): number | null {
  let start: number | null = null
  const walk = (node: unknown): void => {
    if (isPair(node)) {
      walk(node.key)
      walk(node.value)
      return
    }
    if (!isScalar(node) && !isCollection(node)) return
    const [from, , end] = node.range ?? [Number.POSITIVE_INFINITY, 0, 0]
    if (from > offset || end < offset) return
    const opens = isScalar(node) ? node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' : node.flow === true
    if (opens && start === null) start = lineOf(source, from)
    if (isCollection(node)) node.items.forEach(walk)
  }
  walk(document.contents)
  return start
}

/** A # in text that runs over several lines ends the text there, and the next line no longer makes sense. */
function cutMistake(line: string): Mistake | null {
  const { key, value } = lineParts(line)
  const cut = value.startsWith('#') || (/^[^"'|>#][^#]*? #/.test(value) && !/ {2,}# /.test(value))
  if (!cut) return null
  const name = key ?? 'text'
  return {
    code: 'text-cut',
    message: `Your ${name} ends at the #; what follows would be lost.`,
    hint: `Put the ${name} in quotes.`,
  }
}

function tightColon(line: string): Mistake | null {
  const match = /^\s*(?:-\s+)*([A-Za-z]\w*):(?=\S)/.exec(line)
  if (match === null || /^\s*(?:-\s+)*https?:/.test(line)) return null
  return {
    code: 'yaml-missing-colon',
    message: `After "${match[1]}:" a space is missing, so YAML does not see the key.`,
    hint: `Write a space after the colon:  ${match[1]}: …`,
  }
}

/** Errors that leave the values readable; the rest must be mended before anything else can be said. */
export const HARMLESS = new Set([
  'MULTIPLE_DOCS',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'TAB_AS_INDENT',
  'TAG_RESOLVE_FAILED',
  'BAD_DIRECTIVE',
])
