import type { PhrasingContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'

/** A run of prose. Bold, italic and links are all the Markdown there is; everything else is the text it looks like. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'emphasis'; children: Inline[] }
  | { kind: 'link'; url: string; title: string | null; children: Inline[] }

/** All of CommonMark but emphasis, links and the escaping of their signs. */
const disable = {
  null: [
    'autolink',
    'blockQuote',
    'characterReference',
    'codeFenced',
    'codeIndented',
    'codeText',
    'definition',
    'hardBreakEscape',
    'headingAtx',
    'htmlFlow',
    'htmlText',
    'list',
    'setextUnderline',
    'thematicBreak',
  ],
}

/** Paragraphs of prose (as `prose` in fields.ts leaves them: one line each, a blank line between) as runs. */
export function parseProse(prose: string): Inline[][] {
  return prose === '' ? [] : prose.split('\n\n').map(parseInline)
}

/**
 * One line of prose as runs. Underscores are never emphasis (`__init__` and snake_case are words), and a backslash
 * escapes only `*`, `[` and `]`; in front of anything else it is a backslash.
 */
export function parseInline(line: string): Inline[] {
  const guarded = line
    .replaceAll('_', '\ufdd0')
    .replace(/\\(?![*[\]])/g, '\ufdd1')
    .replaceAll('![', '\ufdd2[')
  const root = fromMarkdown(guarded, { extensions: [{ disable }] })
  const paragraph = root.children[0]
  if (paragraph === undefined) return []
  if (paragraph.type !== 'paragraph' || root.children.length > 1) return [{ kind: 'text', text: line }]
  return paragraph.children.map(fromNode)
}

function fromNode(node: PhrasingContent): Inline {
  switch (node.type) {
    case 'strong':
    case 'emphasis':
      return { kind: node.type, children: node.children.map(fromNode) }
    case 'link':
      return { kind: 'link', url: unguard(node.url), title: node.title ?? null, children: node.children.map(fromNode) }
    case 'text':
      return { kind: 'text', text: unguard(node.value) }
    default:
      return { kind: 'text', text: ' ' }
  }
}

/** Non-characters stand in for the signs that mean nothing here: no text that is accepted holds one. */
const unguard = (text: string): string =>
  text.replace(/[\ufdd0-\ufdd2]/g, (mark) => '_\\!'[mark.charCodeAt(0) - 0xfdd0] ?? mark)

/** The words alone, as a reader hears them. */
export function inlineText(runs: readonly Inline[]): string {
  return runs.map((run) => (run.kind === 'text' ? run.text : inlineText(run.children))).join('')
}

export function linksIn(runs: readonly Inline[]): Extract<Inline, { kind: 'link' }>[] {
  return runs.flatMap((run) =>
    run.kind === 'text' ? [] : run.kind === 'link' ? [run, ...linksIn(run.children)] : linksIn(run.children),
  )
}
