/** Scripts of text, for telling that an entry is in another language than its publication. */
const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Thai',
  'Devanagari',
  'Georgian',
  'Armenian',
] as const
type Script = (typeof SCRIPTS)[number]
const PATTERNS = SCRIPTS.map((script) => ({ script, pattern: new RegExp(`\\p{Script=${script}}`, 'gu') }))

/** Languages that are nearly always meant by a script; Cyrillic and Devanagari serve too many. */
const LANGUAGE: Partial<Record<Script, string>> = {
  Arabic: 'ar',
  Hebrew: 'he',
  Greek: 'el',
  Hiragana: 'ja',
  Katakana: 'ja',
  Hangul: 'ko',
  Thai: 'th',
  Han: 'zh',
  Georgian: 'ka',
  Armenian: 'hy',
}

/** ISO 15924 codes that stand for several. */
const SEVERAL: Record<string, readonly Script[]> = {
  Latn: ['Latin'],
  Cyrl: ['Cyrillic'],
  Grek: ['Greek'],
  Arab: ['Arabic'],
  Hebr: ['Hebrew'],
  Jpan: ['Han', 'Hiragana', 'Katakana'],
  Kore: ['Hangul', 'Han'],
  Hans: ['Han'],
  Hant: ['Han'],
  Thai: ['Thai'],
  Deva: ['Devanagari'],
  Geor: ['Georgian'],
  Armn: ['Armenian'],
}

/**
 * When most letters of a text are of a script the language is not written in: the language they surely are, or null
 * where that cannot be told. Undefined when there is nothing foreign.
 */
export function foreignLanguage(text: string, language: string): string | null | undefined {
  const own = SEVERAL[new Intl.Locale(language).maximize().script ?? 'Latn']
  if (own === undefined) return undefined
  const counts = PATTERNS.map(({ script, pattern }) => ({ script, count: text.match(pattern)?.length ?? 0 })).filter(
    (one) => one.count > 0,
  )
  const total = counts.reduce((sum, one) => sum + one.count, 0)
  const foreign = counts.filter((one) => !own.includes(one.script))
  const strange = foreign.reduce((sum, one) => sum + one.count, 0)
  if (total < 10 || strange / total < 0.6) return undefined
  // Kana among Chinese characters make it Japanese.
  if (foreign.some((one) => one.script === 'Hiragana' || one.script === 'Katakana')) return 'ja'
  const [first] = foreign.toSorted((a, b) => b.count - a.count)
  return first === undefined ? null : (LANGUAGE[first.script] ?? null)
}
