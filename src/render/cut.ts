import type { Encoding } from './escape.ts'
import { NotCuttable, type Present, type Tracer } from './late.ts'
import type { Rendering } from './rendering.ts'
import { type Fragment, isSlot, type Slot, type Slotted, slotAt } from './slots.ts'

/** A rendering taken apart at its marks: what stands in every variant, and what in some. */
type Node = Fragment | Slot | { late: number } | Region

interface Region {
  region: number
  inside: Node[]
  otherwise: Node[]
}

/** Marked output -> a tree that can be cut. Throws NotCuttable when marks got lost or crossed on the way. */
export function takeApart(output: string, { marks, wanted }: Rendering, kind: 'html' | 'text'): Node[] {
  const top: Node[] = []
  const open: { region: Region; nodes: Node[] }[] = []
  let nodes = top
  let from = 0
  const take = (to: number): void => {
    if (to > from) nodes.push({ text: output.slice(from, to) })
  }
  for (const match of output.matchAll(marks.pattern)) {
    const [whole, sign, digits] = match
    const number = Number(digits)
    // Regions stand in HTML as comments, which go with their marks.
    const comment = kind === 'html' && 'oec'.includes(sign ?? '')
    // Text is tidied as a whole after it is cut, and cut at its slots then.
    if (sign === 's' && kind === 'text') continue
    take(comment ? match.index - '<!--'.length : match.index)
    from = match.index + whole.length + (comment ? '-->'.length : 0)
    const current = open.at(-1)
    if (sign === 's') nodes.push(slotAt(output, match.index, wanted[number] ?? { name: '', fallback: '' }, kind))
    else if (sign === 'v') nodes.push({ late: number })
    else if (sign === 'o') {
      const region: Region = { region: number, inside: [], otherwise: [] }
      open.push({ region, nodes })
      nodes.push(region)
      nodes = region.inside
    } else if (current?.region.region !== number) throw new NotCuttable('a region was torn apart')
    else if (sign === 'e') nodes = current.region.otherwise
    else {
      nodes = current.nodes
      open.pop()
    }
  }
  if (open.length > 0) throw new NotCuttable('a region has no end')
  take(output.length)
  return top
}

/** What is left of the tree for one variant. Fragments are those of the tree, not copies. */
export function cut(tree: readonly Node[], tracer: Tracer, present: Present, encoding: Encoding): Slotted {
  const parts: (Fragment | Slot)[] = []
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if ('late' in node) {
        const value = tracer.lates[node.late]?.of(present)
        const text = value == null ? '' : String(encoding.encode(String(value)))
        const fragment = tracer.fragments.get(text) ?? { text }
        tracer.fragments.set(text, fragment)
        parts.push(fragment)
      } else if ('region' in node) walk(tracer.regions[node.region]?.(present) === true ? node.inside : node.otherwise)
      else parts.push(node)
    }
  }
  walk(tree)
  return parts
}

/** The same with slots printed as themselves: two outputs read alike exactly when their subscribers get the same. */
export function printed(slotted: Slotted): string {
  return slotted.map((part) => (isSlot(part) ? JSON.stringify(part) : part.text)).join('')
}

/** MJML closes and opens its Outlook tables between neighbours; where a mark stood between them, they were not joined. */
export const outlookJoined = (html: string): string => html.replace(/<!\[endif\]-->\s*<!--\[if mso \| IE\]>/g, '')
