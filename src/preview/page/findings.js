// @ts-check
// The findings as cards: what, where, the line itself, and what to do.

/**
 * Errors first, each group in the order of the files.
 * @param {import('../state.ts').PreviewState} state
 */
export function findingCards({ findings }) {
  const errors = findings.filter((one) => one.severity === 'error')
  const warnings = findings.filter((one) => one.severity !== 'error')
  const counts = make('p', 'counts')
  if (findings.length === 0) counts.append(make('span', 'fine', 'Nothing to report'))
  if (errors.length > 0) counts.append(make('span', 'error', count(errors.length, 'error')))
  if (warnings.length > 0) counts.append(make('span', 'warning', count(warnings.length, 'warning')))
  const cards = [...errors, ...warnings].map((one) => {
    const card = make('article', `finding ${one.severity}`)
    const place = make('p', 'place')
    place.append(make('span', '', one.line === null ? one.file : `${one.file}:${one.line}`), make('span', '', one.code))
    card.append(make('h3', '', one.message), place)
    if (one.frame !== '') card.append(make('pre', 'frame', withoutIndent(one.frame)))
    card.append(hintWith(one.hint))
    return card
  })
  return [counts, ...cards]
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

/** @param {number} many @param {string} word */
const count = (many, word) => `${many} ${word}${many === 1 ? '' : 's'}`

/** @param {string} tag @param {string} className @param {string} text */
export function make(tag, className = '', text = '') {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.textContent = text
  return element
}
