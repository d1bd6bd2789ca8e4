// @ts-check
// The findings as cards: what, where, the line itself, and what to do.
import { editorLink } from './ask.js'
import { actionButton, count, find, make, setText } from './make.js'
import { page } from './page.js'

/** Errors first, each group in the order of the files; what they are called by is their place in `state.findings`. */
export function findingsInOrder() {
  const findings = (page.state?.findings ?? []).map((one, index) => ({ ...one, index }))
  return [...findings.filter((one) => one.severity === 'error'), ...findings.filter((one) => one.severity !== 'error')]
}

export function drawFindings() {
  const findings = findingsInOrder()
  const errors = findings.filter((one) => one.severity === 'error').length
  badge('count-errors', errors, 'error')
  badge('count-warnings', findings.length - errors, 'warning')
  const nothing = make('p', 'fine', 'Nothing to report.')
  const cards = findings.map((one) => {
    const card = make('article', `finding ${one.severity}`)
    card.classList.toggle('chosen', one.index === page.finding)
    const show = actionButton('finding.show', one.message, { value: String(one.index) })
    const place = make('p', 'place', make('span', '', one.code), make('span', '', placeOf(one)))
    card.append(make('h3', '', show), place)
    if (one.frame !== '') {
      const frame = make('pre', 'frame', withoutIndent(one.frame))
      frame.tabIndex = 0
      card.append(frame)
    }
    card.append(hintWith(one.hint))
    const link = lineLink(one.file, one.line, one.column)
    if (link !== null) card.append(link)
    return card
  })
  find('panel-findings').replaceChildren(...(cards.length === 0 ? [nothing] : cards))
}

/**
 * Opens the line in the editor.
 * @param {string} file @param {number | null} line @param {number | null} [column]
 */
export function lineLink(file, line, column) {
  const address = editorLink(file, line, column)
  if (address === null) return null
  const link = make('a', 'open-line', 'Open line')
  link.href = address
  link.title = `${file}:${line ?? 1}  (o)`
  link.dataset['link'] = 'line'
  return link
}

/** @param {{ file: string, line: number | null }} one */
const placeOf = ({ file, line }) => (line === null ? file : `${file}:${line}`)

/** @param {string} id @param {number} many @param {string} word */
function badge(id, many, word) {
  find(id).hidden = many === 0
  setText(id, String(many))
  find(id).setAttribute('aria-label', count(many, word))
}

/**
 * What is to be typed stands between two double spaces or in backticks.
 * @param {string} hint
 */
function hintWith(hint) {
  const paragraph = make('p', 'hint')
  for (const [index, part] of hint.split(/ {2,}|`/).entries()) {
    const [, code = '', stop = ''] = /^(.*?)([.,]?)$/s.exec(part) ?? []
    if (index % 2 === 1 && code !== '') paragraph.append(' ', make('code', '', code), `${stop} `)
    else paragraph.append(part)
  }
  return paragraph
}

/**
 * The column is narrow: what all lines of a frame are indented by is left out.
 * @param {string} frame
 */
function withoutIndent(frame) {
  const spaces = [...frame.matchAll(/^[ \d]*\| ( *)/gm)].map((line) => line[1]?.length ?? 0)
  return frame.replace(new RegExp(`^([ \\d]*\\| ) {${Math.min(...spaces)}}`, 'gm'), '$1')
}
