// @ts-check

/** @typedef {{ text: string, differs: boolean }[]} Pieces */

/** Past this many words on a side the whole is shown as different: nobody reads such a comparison word by word. */
const MOST_WORDS = 400

/**
 * Two texts, with what the one has and the other has not: the longest common run of words stays plain.
 * @param {string} before
 * @param {string} after
 * @returns {{ left: Pieces, right: Pieces }}
 */
export function wordDifferences(before, after) {
  const [one, other] = [before, after].map((text) => text.match(/\s+|[\p{L}\p{N}\p{M}’']+|[^\s]/gu) ?? [])
  if (one === undefined || other === undefined || one.length > MOST_WORDS || other.length > MOST_WORDS)
    return { left: [{ text: before, differs: true }], right: [{ text: after, differs: true }] }
  const longest = lengths(one, other)
  /** @type {Pieces} */
  const left = []
  /** @type {Pieces} */
  const right = []
  let [i, j] = [0, 0]
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      add(left, one[i++] ?? '', false)
      add(right, other[j++] ?? '', false)
    } else if (j >= other.length || (i < one.length && (longest[i + 1]?.[j] ?? 0) >= (longest[i]?.[j + 1] ?? 0)))
      add(left, one[i++] ?? '', true)
    else add(right, other[j++] ?? '', true)
  }
  return { left, right }
}

/** How many words the rests have in common, from each pair of places on. @param {string[]} one @param {string[]} other */
function lengths(one, other) {
  const table = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1))
  for (let i = one.length - 1; i >= 0; i--) {
    const row = /** @type {Uint16Array} */ (table[i])
    const below = /** @type {Uint16Array} */ (table[i + 1])
    for (let j = other.length - 1; j >= 0; j--)
      row[j] = one[i] === other[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
  }
  return table
}

/** @param {Pieces} pieces @param {string} text @param {boolean} differs */
function add(pieces, text, differs) {
  const last = pieces.at(-1)
  if (last?.differs === differs) last.text += text
  else pieces.push({ text, differs })
}
