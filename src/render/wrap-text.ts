/** Lines of at most 78 columns (inbox rules D29). A word that is longer, such as a link, has a line to itself. */
export function wrapText(text: string, indent = '', columns = 78): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, indent, columns))
    .join('\n')
}

function wrapLine(line: string, indent: string, columns: number): string {
  const lines: string[] = []
  let current = ''
  let width = 0
  for (const { piece, spaced } of pieces(line, columns - indent.length)) {
    const size = columnsOf(piece)
    const gap = spaced && current !== '' ? 1 : 0
    if (current !== '' && indent.length + width + gap + size > columns) {
      lines.push(indent + current)
      current = ''
      width = 0
    }
    current += (spaced && current !== '' ? ' ' : '') + piece
    width += (spaced && width > 0 ? 1 : 0) + size
  }
  if (current !== '') lines.push(indent + current)
  return lines.join('\n')
}

/** Words; where a script has no spaces, what the segmenter takes for words, closing punctuation kept with the word before. */
function pieces(line: string, columns: number): { piece: string; spaced: boolean }[] {
  const all: { piece: string; spaced: boolean }[] = []
  for (const word of line.split(/[ \t]+/).filter((one) => one !== '')) {
    if (columnsOf(word) <= columns || !UNSPACED.test(word)) {
      all.push({ piece: word, spaced: true })
      continue
    }
    let first = true
    for (const { segment } of new Intl.Segmenter('und', { granularity: 'word' }).segment(word)) {
      const last = all.at(-1)
      if (
        !first &&
        last !== undefined &&
        /^[\p{P}\p{M}ー々]/u.test(segment) &&
        !/^[「『（〈《【\p{Ps}\p{Pi}]/u.test(segment)
      )
        last.piece += segment
      else all.push({ piece: segment, spaced: first })
      first = false
    }
  }
  return all
}

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u

function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += WIDE.test(character) ? 2 : /[\p{Mn}\p{Me}\p{Cf}]/u.test(character) ? 0 : 1
  return width
}
