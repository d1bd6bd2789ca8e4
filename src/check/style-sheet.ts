import * as csstree from 'css-tree'
import type { PageElement } from './page.ts'

/** One declaration block of a style sheet, ready to be matched against elements of a page. */
export interface StyleRule {
  selector: csstree.Selector
  declarations: Map<string, { value: string; important: boolean }>
  /** In dark mode only: `prefers-color-scheme: dark`, or Outlook.com's [data-ogsc] and [data-ogsb]. */
  dark: boolean
  specificity: number
}

export interface StyleSheets {
  rules: StyleRule[]
  bytes: number
  /** An @-rule inside an @-rule, or a comment directly before a rule. */
  nested: { what: string; texts: string[] }[]
  imports: string[]
  /** True when something of it is for dark mode. */
  dark: boolean
}

/** Style sheets as the rules ask about them. What depends on the width of the window is left out. */
export function readStyleSheets(sheets: readonly string[]): StyleSheets {
  const found: StyleSheets = { rules: [], bytes: 0, nested: [], imports: [], dark: false }
  for (const sheet of sheets) {
    found.bytes += Buffer.byteLength(sheet)
    const comment = /\*\/\s*[^\s@/][^{}]*\{/.exec(sheet)?.[0]
    if (comment !== undefined)
      found.nested.push({
        what: `a comment before "${comment.slice(2).replace('{', '').trim().slice(0, 40)}"`,
        texts: ['/*'],
      })
    const tree = csstree.parse(sheet, { parseValue: false, parseCustomProperty: false })
    readRules(tree, found, { inside: null, dark: false, skip: false })
  }
  return found
}

function readRules(
  tree: csstree.CssNode,
  found: StyleSheets,
  state: { inside: string | null; dark: boolean; skip: boolean },
): void {
  const children = tree.type === 'StyleSheet' || tree.type === 'Block' ? tree.children : []
  for (const node of children) {
    if (node.type === 'Atrule') {
      if (node.name === 'import') found.imports.push(csstree.generate(node))
      const condition = node.prelude === null ? '' : csstree.generate(node.prelude)
      if (state.inside !== null)
        found.nested.push({
          what: `@${node.name} inside @${state.inside}`,
          texts: [`@${node.name}${condition}`, `@${node.name} ${condition}`, `@${node.name}`],
        })
      const dark = /prefers-color-scheme:\s*dark/.test(condition)
      if (dark) found.dark = true
      const skip = node.name !== 'media' || (/width|height|print|orientation/.test(condition) && !dark)
      if (node.block !== null)
        readRules(node.block, found, { inside: node.name, dark: state.dark || dark, skip: state.skip || skip })
    } else if (node.type === 'Rule' && !state.skip && node.prelude.type === 'SelectorList') {
      const declarations: StyleRule['declarations'] = new Map()
      for (const one of node.block.children)
        if (one.type === 'Declaration')
          declarations.set(one.property.toLowerCase(), {
            value: csstree.generate(one.value).trim(),
            important: one.important !== false,
          })
      for (const selector of node.prelude.children) {
        if (selector.type !== 'Selector') continue
        const outlook = /\[data-ogs[cb]\]/.test(csstree.generate(selector))
        found.rules.push({ selector, declarations, dark: state.dark || outlook, specificity: specificityOf(selector) })
      }
    }
  }
}

/** Whether an element is meant by a selector of tags, classes, ids, attributes and the combinators " " and ">". */
export function matches(selector: csstree.Selector, element: PageElement): boolean {
  const parts = [...selector.children]
  return matchFrom(parts, parts.length - 1, element)
}

function matchFrom(parts: readonly csstree.CssNode[], from: number, element: PageElement): boolean {
  let at = from
  for (; at >= 0 && parts[at]?.type !== 'Combinator'; at--) {
    const part = parts[at]
    if (part !== undefined && !matchesPart(part, element)) return false
  }
  const combinator = parts[at]
  if (combinator === undefined) return true
  if (combinator.type !== 'Combinator' || (combinator.name !== ' ' && combinator.name !== '>')) return false
  for (let up = element.parent; up !== null; up = up.parent) {
    if (matchFrom(parts, at - 1, up)) return true
    if (combinator.name === '>') return false
  }
  // Outlook.com puts [data-ogsc] on an element above the page.
  return (
    at > 0 &&
    /^\[data-ogs[cb]\]$/.test(
      parts
        .slice(0, at)
        .map((part) => csstree.generate(part))
        .join(''),
    )
  )
}

function matchesPart(part: csstree.CssNode, element: PageElement): boolean {
  switch (part.type) {
    case 'TypeSelector':
      return part.name === '*' || part.name.toLowerCase() === element.tag
    case 'ClassSelector':
      return element.classes.has(part.name)
    case 'IdSelector':
      return element.attributes.get('id') === part.name
    case 'AttributeSelector': {
      const value = element.attributes.get(part.name.name)
      if (value === undefined || part.value === null) return value !== undefined
      const wanted = part.value.type === 'String' ? part.value.value : part.value.name
      return part.matcher === '='
        ? value === wanted
        : part.matcher === '~='
          ? value.split(/\s+/).includes(wanted)
          : part.matcher === '*=' && value.includes(wanted)
    }
    case 'PseudoClassSelector':
      return part.name === 'root' && element.tag === 'html'
    default:
      return false
  }
}

function specificityOf(selector: csstree.Selector): number {
  let sum = 0
  for (const part of selector.children) {
    if (part.type === 'IdSelector') sum += 10_000
    else if (part.type === 'ClassSelector' || part.type === 'AttributeSelector' || part.type === 'PseudoClassSelector')
      sum += 100
    else if (part.type === 'TypeSelector' && part.name !== '*') sum += 1
  }
  return sum
}
