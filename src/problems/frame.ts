import type { Place } from './finding.ts'

const WIDEST_LINE = 100

/** The source line with a caret run under it, trimmed round the caret to 100 columns. Two lines, no colour. */
export function frame(place: Place): string {
  const number = String(place.line)
  const from = Math.max(0, Math.min(place.column - 1 - 30, place.text.length - WIDEST_LINE))
  const cut = place.text.slice(from, from + WIDEST_LINE)
  const shown = (from > 0 ? '…' : '') + visible(cut) + (from + WIDEST_LINE < place.text.length ? '…' : '')
  const before = (from > 0 ? '…' : '') + visible(place.text.slice(from, place.column - 1))
  const room = Math.max(1, shown.length - before.length)
  const carets = '^'.repeat(Math.max(1, Math.min(place.width, room)))
  return `${number} | ${shown}\n${' '.repeat(number.length)} | ${' '.repeat(columns(before))}${carets}`
}

/** Tabs and control characters as one visible character each, so that the caret stands under its mark. */
function visible(text: string): string {
  return text.replace(/\t/g, '→').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\u00b7')
}

/** Wide (East Asian and emoji) characters take two terminal columns; combining marks none. */
function columns(text: string): number {
  let width = 0
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)) {
    width +=
      /[\p{Extended_Pictographic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/u.test(
        segment,
      )
        ? 2
        : 1
  }
  return width
}
