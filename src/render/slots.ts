import type { Marks } from './marks.ts'

/** A place that differs per subscriber, as a template asked for it: `{{slot "name" "reader"}}`. */
export interface Slot {
  name: string
  fallback: string
  /** Where it landed, which decides how its value is escaped. */
  where: 'text' | 'attribute' | 'url' | 'plain'
}

/** Output cut at its slots: one more literal than slots. */
export interface Slotted {
  literals: string[]
  slots: Slot[]
}

export interface WantedSlot {
  name: string
  fallback: string
}

/** Cuts rendered output at its slot marks and notes for each where it landed. */
export function cutAtSlots(
  output: string,
  marks: Marks,
  wanted: readonly WantedSlot[],
  kind: 'html' | 'text',
): Slotted {
  const literals: string[] = []
  const slots: Slot[] = []
  let from = 0
  for (const match of output.matchAll(marks.pattern)) {
    const slot = wanted[Number(match[2])]
    if (match[1] !== 's' || slot === undefined) continue
    literals.push(output.slice(from, match.index))
    from = match.index + match[0].length
    slots.push({
      ...slot,
      where: kind === 'text' ? 'plain' : whereInHtml(output.slice(Math.max(0, match.index - 4000), match.index)),
    })
  }
  literals.push(output.slice(from))
  return { literals, slots }
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
