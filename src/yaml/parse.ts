import { type Document, parseDocument } from 'yaml'
import { type Finding, finding, type Place } from '../problems/finding.ts'
import { explainError, explainTab } from './explain.ts'
import { HARMLESS, mendOf, withoutTabs } from './mend.ts'
import { lineParts, type Mistake } from './mistakes.ts'
import { lastOf, lineOf, lineText, originalPlace, placeAt, type Source } from './source.ts'
import { nestedTooDeep, treeFrom, type YamlTree } from './tree.ts'

export interface Parsed {
  tree: YamlTree | null
  findings: Finding[]
  /** What the tree was made from, for whoever writes: the nodes, and the (perhaps mended) text their offsets are of. */
  made: { document: Document; source: Source } | null
}

/**
 * First step of the path: text -> values with places. All mistakes are reported at once: where a line is broken, it is
 * mended in memory (mend.ts) and reading goes on, so that an unquoted colon at the top does not hide a missing credit further
 * down. Nothing is ever written back from here.
 */
export function parseYaml(source: Source): Parsed {
  const findings: Finding[] = []
  /** Lines; one finding for each is enough. */
  const reported = new Set<number>()
  const effort = { left: MOST_EFFORT }
  let mended = source
  let document: Document
  for (;;) {
    try {
      document = parseDocument(mended.text, { schema: 'failsafe', prettyErrors: false, uniqueKeys: false })
    } catch (caught) {
      // The parser recurses once per level of nesting.
      if (!(caught instanceof RangeError)) throw caught
      return { tree: null, findings: [...findings, nestedTooDeep(source.file)], made: null }
    }
    const exhausted = document.errors.find((one) => one.code === 'RESOURCE_EXHAUSTION')
    if (exhausted !== undefined)
      return {
        tree: null,
        findings: [...findings, nestedTooDeep(placeAt(mended, Math.min(exhausted.pos[0], lastOf(mended))))],
        made: null,
      }
    const spaced = effort.left > 0 ? withoutTabs(mended, document) : null
    if (spaced !== null) {
      effort.left -= mended.text.length
      for (const offset of spaced.offsets) report(offset, explainTab)
      mended = spaced.source
      continue
    }
    const blocking = document.errors.filter((one) => !HARMLESS.has(one.code))
    const first = blocking[0]
    if (first === undefined) break
    const mend = mendOf(mended, document, blocking, first, effort)
    if (mend === null) {
      for (const one of blocking) report(one.pos[0], explainError(one, textAt(one.pos[0])))
      break
    }
    reportLine(mend.line, mend.whole, mend.mistake)
    mended = mend.source
  }
  const stillBroken = document.errors.find((one) => !HARMLESS.has(one.code))
  for (const one of [...document.errors, ...document.warnings]) {
    if (HARMLESS.has(one.code) && one.code !== 'TAG_RESOLVE_FAILED')
      report(one.pos[0], explainError(one, textAt(one.pos[0])))
  }
  const { tree, findings: inTree } = treeFrom(document, source, mended)
  for (const one of inTree) if (!reported.has(one.line ?? 0)) findings.push(one)
  if (stillBroken !== undefined || tree === null) return { tree: null, findings, made: null }
  return { tree, findings, made: { document, source: mended } }

  /** What the editor wrote on the line of an offset. */
  function textAt(offset: number): string {
    return lineText(source, lineOf(mended, Math.min(offset, lastOf(mended))))
  }

  function report(offset: number, mistake: Mistake): void {
    say(originalPlace(source, mended, offset), mistake)
  }

  /** The value of a line, or all of it. */
  function reportLine(index: number, whole: boolean, mistake: Mistake): void {
    const text = lineText(source, index)
    const start = whole ? /^\s*/.exec(text)?.[0] : lineParts(text).prefix
    const column = (start?.length ?? 0) + 1
    const width = Math.max(1, text.trimEnd().length - column + 1)
    say({ file: source.file, line: index + 1, column, text, width }, mistake)
  }

  function say(place: Place, { code, message, hint }: Mistake): void {
    if (reported.has(place.line)) return
    reported.add(place.line)
    findings.push(finding(code, place, message, hint))
  }
}

/** Characters the parser may read again for the sake of mends: seconds at worst, for hundreds of mistakes. */
const MOST_EFFORT = 4_000_000
