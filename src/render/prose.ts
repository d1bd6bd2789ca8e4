import Handlebars from 'handlebars'
import { type Inline, inlineText, parseProse } from '../edition/inline.ts'
import { escapeHtml } from './escape.ts'

/** Prose as paragraphs of HTML, links in the colour of the ink (underlined, as browsers do). */
export function proseHtml(prose: string, ink: string): Handlebars.SafeString[] {
  return parseProse(prose).map((runs) => new Handlebars.SafeString(runsHtml(runs, ink)))
}

function runsHtml(runs: readonly Inline[], ink: string): string {
  return runs.map((run) => runHtml(run, ink)).join('')
}

function runHtml(run: Inline, ink: string): string {
  switch (run.kind) {
    case 'text':
      return escapeHtml(run.text)
    case 'strong':
      return `<b>${runsHtml(run.children, ink)}</b>`
    case 'emphasis':
      return `<i>${runsHtml(run.children, ink)}</i>`
    case 'link':
      return `<a href="${escapeHtml(run.url)}" style="color:${ink}">${runsHtml(run.children, ink)}</a>`
  }
}

/** Prose as paragraphs of plain text. Each link stands behind its words, once: those in `said` stand elsewhere. */
export function plainParagraphs(prose: string, said: readonly string[]): string[] {
  const seen = new Set(said)
  return parseProse(prose).map((runs) => plainRuns(runs, seen))
}

function plainRuns(runs: readonly Inline[], seen: Set<string>): string {
  return runs
    .map((run, index) => {
      if (run.kind === 'text') return run.text
      const words = plainRuns(run.children, seen)
      if (run.kind !== 'link' || seen.has(run.url) || inlineText(run.children) === run.url) return words
      seen.add(run.url)
      // Where words are not spaced, the text would run on into the address.
      const next = runs[index + 1]
      const gap = next !== undefined && /^[\p{L}\p{N}]/u.test(inlineText([next])) ? ' ' : ''
      return `${words} (${run.url})${gap}`
    })
    .join('')
}
