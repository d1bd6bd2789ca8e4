import { fillPhrase } from '../../render/phrases.ts'
import { arabic } from './ar.ts'
import { german } from './de.ts'
import { english, type Words } from './en.ts'
import { spanish } from './es.ts'
import { french } from './fr.ts'
import { japanese } from './ja.ts'

const languages: Record<string, Words> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  ar: arabic,
  ja: japanese,
}

/** Says one thing of a page in a language; English where we do not speak it. */
export type Say = (word: keyof Words, ...values: string[]) => string

export function wordsFor(language: string): Say {
  const words = languages[language.split('-')[0]?.toLowerCase() ?? ''] ?? english
  return (word, ...values) => fillPhrase(words[word], ...values)
}
