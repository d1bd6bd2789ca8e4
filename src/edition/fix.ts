import type { FindingCode } from '../problems/codes.ts'
import { type Finding, isError } from '../problems/finding.ts'
import { lineParts, quoted } from '../yaml/mistakes.ts'
import { parseYaml } from '../yaml/parse.ts'
import { sourceFrom } from '../yaml/source.ts'
import { TypedText, type YamlValue } from '../yaml/tree.ts'
import { foreignLanguage } from './script.ts'
import { WORDS } from './typed-words.ts'

/** Findings that can be mended without asking, which a stray quotation mark is not: nothing a reader sees changes but what the finding names. */
const QUOTES: readonly FindingCode[] = [
  'yaml-colon',
  'yaml-bracket',
  'yaml-reserved',
  'yaml-anchor',
  'yaml-tag',
  'text-cut',
]
const FIXABLE: readonly FindingCode[] = [...QUOTES, 'double-space', 'not-normalised', 'lang-missing']

const HOLDS_WORDS = new Set(WORDS.map((field) => field.replace('image.', '')))

export const isFixable = (one: Finding): boolean => FIXABLE.includes(one.code) && one.line !== null

export interface Fixed {
  text: string
  fixed: Finding[]
}

/**
 * The source of a file with its fixable findings mended, each in its own lines: comments, order, indentation and line
 * ends stay as they were. A mend is kept only if the file, read again, says the same as before; otherwise the lines
 * stay as they are.
 */
export function fixText(text: string, file: string, findings: readonly Finding[], language: string): Fixed {
  let current = text
  const fixed: Finding[] = []
  // From the last line up, so that a line put in moves none that is still to come.
  const own = findings
    .filter((one) => one.file === file && isFixable(one))
    .toSorted((a, b) => (b.line ?? 0) - (a.line ?? 0))
  for (const one of own) {
    const candidate = mended(current, one, language)
    if (candidate === null || candidate === current || !saysTheSame(current, candidate, file, one)) continue
    current = candidate
    fixed.push(one)
  }
  return { text: current, fixed: fixed.reverse() }
}

function mended(text: string, one: Finding, language: string): string | null {
  const lines = text.split('\n')
  const at = (one.line ?? 1) - 1
  const line = lines[at]
  if (line === undefined) return null
  const ending = line.endsWith('\r') ? '\r' : ''
  const bare = ending === '' ? line : line.slice(0, -1)
  if (QUOTES.includes(one.code)) {
    const { prefix, key, value } = lineParts(bare)
    // A bracket after another key may be a list that was meant.
    if (key === null || !HOLDS_WORDS.has(key)) return null
    lines[at] = prefix + quoted(value) + ending
  } else if (one.code === 'lang-missing') {
    const words = one.place === null ? '' : lineParts(one.place.text).value
    const lang = foreignLanguage(words, language)
    if (typeof lang !== 'string') return null
    const indent = ' '.repeat(/^\s*(?:-\s+)?/.exec(bare)?.[0].length ?? 0)
    lines.splice(at + 1, 0, `${indent}lang: ${lang}${ending}`)
  } else {
    for (let index = at; index < endOf(lines, at); index++) {
      const mend = one.code === 'double-space' ? singleSpaced : (part: string) => part.normalize('NFC')
      lines[index] = mend(lines[index] ?? '')
    }
  }
  return lines.join('\n')
}

/** The line after a value: the next that is indented no deeper than its key. */
function endOf(lines: readonly string[], at: number): number {
  const depth = (line: string): number => /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0
  const own = depth(lines[at] ?? '')
  const next = lines.findIndex((line, index) => index > at && line.trim() !== '' && depth(line) <= own)
  return next < 0 ? lines.length : next
}

/** Single spaces between words; the indentation, and a comment with the spaces before it, stay. */
function singleSpaced(line: string): string {
  const { prefix } = lineParts(line)
  const start = /^\s*$/.test(prefix) ? (/^\s*/.exec(line)?.[0] ?? '') : prefix
  const rest = line.slice(start.length)
  const comment = /^["']/.test(rest) ? -1 : rest.search(/\s+#(?:\s|$)/)
  const words = comment < 0 ? rest : rest.slice(0, comment)
  return start + words.replace(/(\S) {2,}(?=\S)/g, '$1 ') + rest.slice(words.length)
}

/** Read again, every value is what it was but for spaces and composition; the one that was cut off goes on. */
function saysTheSame(before: string, after: string, file: string, one: Finding): boolean {
  const [old, now] = [before, after].map((text) => {
    const { tree, findings } = parseYaml(sourceFrom(text, file))
    return { values: tree === null ? null : leaves(tree.root), errors: findings.filter(isError).length }
  })
  if (old === undefined || now === undefined || now.values === null || old.values === null) return false
  if (now.errors > old.errors || (QUOTES.includes(one.code) && now.errors >= old.errors && one.code !== 'text-cut'))
    return false
  const added = [...now.values.keys()].filter((path) => !old.values?.has(path))
  const isLang = one.code === 'lang-missing' && added.length === 1 && added[0]?.endsWith('.lang') === true
  if (added.length > 0 && !isLang) return false
  let longer = 0
  for (const [path, value] of old.values) {
    const other = now.values.get(path)
    if (other === undefined) return false
    if (folded(other) === folded(value)) continue
    if (one.code !== 'text-cut' || !folded(other).startsWith(folded(value)) || longer++ > 0) return false
  }
  return true
}

const folded = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

function leaves(value: YamlValue, path = ''): Map<string, string> {
  if (value instanceof TypedText) return new Map([[path, value.text]])
  return new Map(Object.entries(value).flatMap(([key, inside]) => [...leaves(inside as YamlValue, `${path}.${key}`)]))
}
