import { Scalar } from 'yaml'
import { quoted } from '../yaml/mistakes.ts'

/** How a text stands in YAML. */
export type Form = 'plain' | 'single' | 'double' | 'block'

/** Where a value is to be written, and what stands there now. */
export interface Spot {
  /** The column of its key, from 0. */
  column: number
  /** Between braces, where blocks cannot stand and a comma ends a text. */
  flow: boolean
  /** The source of the value that stands there, from its first character to the last that is not white space. */
  current: { form: Form; source: string } | null
  /** How its neighbours stand. */
  neighbours: Form
}

/** A text longer than this, where none stood, is written below its key. */
const LONGEST_BESIDE = 80
const WIDEST_LINE = 120

/**
 * The ways to write a text, best first, as YAML for the place behind `key: `. None is promised to be read back as it
 * was meant but the last, since what stands around it decides; whoever writes reads again.
 */
export function waysToWrite(value: string, spot: Spot): string[] {
  const { current, flow, neighbours } = spot
  const form = current?.form ?? (value.length > LONGEST_BESIDE ? 'block' : neighbours)
  // Spaces at the end of a line are seen between quotes only.
  const block = flow || / (?:\n|$)/.test(value) ? [] : [asBlock(value, spot)]
  const beside = value.includes('\n') ? [] : inLine(value, form === 'block' ? neighbours : form)
  const below =
    value.includes('\n') || form === 'block' || (current?.source.includes('\n') && value.length > WIDEST_LINE)
  return [...new Set([...(below ? block : []), ...beside, escaped(value)])]
}

export function formOf(type: Scalar.Type | undefined): Form {
  if (type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL) return 'block'
  return type === Scalar.QUOTE_DOUBLE ? 'double' : type === Scalar.QUOTE_SINGLE ? 'single' : 'plain'
}

function inLine(value: string, form: Form): string[] {
  const single = `'${value.replaceAll("'", "''")}'`
  return form === 'single' ? [single] : form === 'double' ? [quoted(value)] : [value, quoted(value)]
}

const escaped = (value: string): string => `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** Below the key, under the header that stands there or `>-`. Only a literal keeps its line breaks as they are. */
function asBlock(value: string, { current, column }: Spot): string {
  const [first = '', ...rest] = current?.form === 'block' ? current.source.split('\n') : []
  const header = first === '' ? '>-' : first.replace(/^([>|]\d?)\+/, '$1-')
  const depth = /^ */.exec(rest.find((line) => line.trim() !== '') ?? '')?.[0].length || column + 2
  const lines = header.startsWith('|') ? value.split('\n') : folded(value, rest, depth)
  return [header, ...lines.map((line) => (line === '' ? '' : ' '.repeat(depth) + line))].join('\n')
}

/** The lines of a folded block. Those that say the same before and behind the change stay as they are. */
function folded(value: string, source: readonly string[], depth: number): string[] {
  const width = Math.max(WIDEST_LINE, ...source.map((line) => line.length)) - depth
  const old = source.map((line) => line.slice(depth))
  if (value.includes('\n') || old.some((line) => /^(?: |$)/.test(line)))
    // One line break of the text is two in a folded block, and so on.
    return value
      .split(/(\n+)/)
      .flatMap((part, index) => (index % 2 === 0 ? wrapped(part, width) : part.slice(1).split('\n')))
  let rest = value
  const above: string[] = []
  for (const line of old) {
    if (!rest.startsWith(`${line} `)) break
    above.push(line)
    rest = rest.slice(line.length + 1)
  }
  const below: string[] = []
  for (const line of old.slice(above.length).toReversed()) {
    if (!rest.endsWith(` ${line}`)) break
    below.unshift(line)
    rest = rest.slice(0, -line.length - 1)
  }
  let changed = wrapped(rest, width)
  // No line of two words is left in the middle of a paragraph.
  while (below.length > 0 && (changed.at(-1) ?? '').length < width / 2) {
    rest = `${rest} ${below.shift()}`
    changed = wrapped(rest, width)
  }
  return [...above, ...changed, ...below]
}

/** Broken at single spaces only: what begins with a space is not folded. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
