import type { Marks } from './marks.ts'

/** A place that differs per subscriber, as a template asked for it: `{{slot "name" "reader"}}`. */
export interface Slot {
  name: string
  fallback: string
  /** Where it landed, which decides how its value is escaped. */
  where: 'text' | 'attribute' | 'url' | 'plain'
}

/** A piece of output between slots. Variants cut from one rendering share these, so each is encoded for the wire once. */
export interface Fragment {
  readonly text: string
}

/** Output cut at its slots. */
export type Slotted = readonly (Fragment | Slot)[]

export interface WantedSlot {
  name: string
  fallback: string
}

export const isSlot = (part: Fragment | Slot): part is Slot => 'where' in part

/** Cuts rendered output at its slot marks and notes for each where it landed. */
export function cutAtSlots(
  output: string,
  marks: Marks,
  wanted: readonly WantedSlot[],
  kind: 'html' | 'text',
): Slotted {
  const parts: (Fragment | Slot)[] = []
  let from = 0
  for (const match of output.matchAll(marks.pattern)) {
    const slot = wanted[Number(match[2])]
    if (match[1] !== 's' || slot === undefined) continue
    parts.push({ text: output.slice(from, match.index) }, slotAt(output, match.index, slot, kind))
    from = match.index + match[0].length
  }
  parts.push({ text: output.slice(from) })
  return parts
}

/** The slot that stands at a place of rendered output. */
export function slotAt(output: string, at: number, wanted: WantedSlot, kind: 'html' | 'text'): Slot {
  return { ...wanted, where: kind === 'text' ? 'plain' : whereInHtml(output.slice(Math.max(0, at - 4000), at)) }
}

/** From the markup before it: inside a tag's quoted attribute, and if so whether in the middle of a link. */
function whereInHtml(before: string): Slot['where'] {
  const open = before.lastIndexOf('<')
  if (open < 0 || before.lastIndexOf('>') > open) return 'text'
  const attribute = /([a-zA-Z-]+)\s*=\s*(["'])([^"']*)$/.exec(before.slice(open))
  if (attribute === null) return 'attribute'
  const [, name = '', , value = ''] = attribute
  return /^(href|src|action|background)$/i.test(name) && value !== '' ? 'url' : 'attribute'
}
