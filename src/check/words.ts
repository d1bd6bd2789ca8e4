/** Counting and comparing prose in any language, for the rules about what the words say. */

/** Words as the language has them: Japanese and Chinese are segmented, not split at spaces. */
export function countWords(text: string, language: string): number {
  let count = 0
  for (const { isWordLike } of segmenter(language, 'word').segment(text)) if (isWordLike === true) count += 1
  return count
}

export function countSentences(text: string, language: string): number {
  return [...segmenter(language, 'sentence').segment(text)].filter(({ segment }) => /[\p{L}\p{N}]/u.test(segment))
    .length
}

/** Characters as a reader counts them: an emoji of four people is one. */
export function countCharacters(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...segmenter('en', 'grapheme').segment(text)].length
}

/** The words that carry meaning, small letters, at least two characters (one where words are not spaced). */
export function tellingWords(text: string, language: string): Set<string> {
  const words = new Set<string>()
  for (const { segment, isWordLike } of segmenter(language, 'word').segment(text.toLocaleLowerCase(language))) {
    if (isWordLike === true && (segment.length > 2 || /[^\p{Script=Latin}\p{N}]/u.test(segment))) words.add(segment)
  }
  return words
}

/** Without case, accents of form, punctuation and spaces: what two texts share when they say the same. */
export function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

const segmenters = new Map<string, Intl.Segmenter>()

function segmenter(language: string, granularity: 'word' | 'sentence' | 'grapheme'): Intl.Segmenter {
  const key = `${language} ${granularity}`
  const known = segmenters.get(key) ?? new Intl.Segmenter(language, { granularity })
  segmenters.set(key, known)
  return known
}
