/** The words the built-in templates say themselves. {0} and {1} stand for what the template puts in. */
export interface Phrases {
  /** By plural category of the language (Intl.PluralRules); `other` always. */
  stories: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }
  minutes: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }
  readOnline: string
  /** {0} is the subscriber's name. */
  copyFor: string
  /** Stands in for a name we do not know. */
  you: string
  /** {0} is the publication's name. */
  because: string
  unsubscribe: string
  /** Joins the names of a byline: {0} and {1}. */
  by: string
}

const english: Phrases = {
  stories: { one: '{0} story', other: '{0} stories' },
  minutes: { one: '{0} minute', other: '{0} minutes' },
  readOnline: 'Read online',
  copyFor: 'This copy was set for {0}.',
  you: 'you',
  because: 'You get {0} because you asked for it.',
  unsubscribe: 'Unsubscribe from {0}',
  by: 'By {0}',
}

const german: Phrases = {
  stories: { one: '{0} Beitrag', other: '{0} Beiträge' },
  minutes: { one: '{0} Minute', other: '{0} Minuten' },
  readOnline: 'Im Browser lesen',
  copyFor: 'Dieses Exemplar wurde für {0} gesetzt.',
  you: 'Sie',
  because: 'Sie erhalten {0}, weil Sie es bestellt haben.',
  unsubscribe: '{0} abbestellen',
  by: 'Von {0}',
}

const french: Phrases = {
  stories: { one: '{0} article', other: '{0} articles' },
  minutes: { one: '{0} minute', other: '{0} minutes' },
  readOnline: 'Lire en ligne',
  copyFor: 'Cet exemplaire a été composé pour {0}.',
  you: 'vous',
  because: 'Vous recevez {0} parce que vous l’avez demandé.',
  unsubscribe: 'Se désabonner de {0}',
  by: 'Par {0}',
}

const spanish: Phrases = {
  stories: { one: '{0} noticia', other: '{0} noticias' },
  minutes: { one: '{0} minuto', other: '{0} minutos' },
  readOnline: 'Leer en línea',
  copyFor: 'Este ejemplar se compuso para {0}.',
  you: 'usted',
  because: 'Recibe {0} porque lo solicitó.',
  unsubscribe: 'Darse de baja de {0}',
  by: 'Por {0}',
}

const arabic: Phrases = {
  stories: {
    zero: 'لا مقالات',
    one: 'مقال واحد',
    two: 'مقالان',
    few: '{0} مقالات',
    many: '{0} مقالًا',
    other: '{0} مقال',
  },
  minutes: {
    zero: 'أقل من دقيقة',
    one: 'دقيقة واحدة',
    two: 'دقيقتان',
    few: '{0} دقائق',
    many: '{0} دقيقة',
    other: '{0} دقيقة',
  },
  readOnline: 'القراءة على الويب',
  copyFor: 'أُعدّت هذه النسخة من أجل: {0}',
  you: 'حضرتكم',
  because: 'تصلكم {0} لأنكم طلبتموها.',
  unsubscribe: 'إلغاء الاشتراك في {0}',
  by: 'بقلم {0}',
}

const japanese: Phrases = {
  stories: { other: '記事{0}本' },
  minutes: { other: '約{0}分' },
  readOnline: 'ウェブで読む',
  copyFor: 'この号の宛先：{0}',
  you: '読者の皆さま',
  because: '「{0}」は、お申し込みいただいた方にお届けしています。',
  unsubscribe: '「{0}」の配信を停止する',
  by: '文・{0}',
}

const languages: Record<string, Phrases> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  ar: arabic,
  ja: japanese,
}

/** The phrases of a language tag; English where we have none. */
export function phrasesFor(language: string): Phrases {
  return languages[language.split('-')[0]?.toLowerCase() ?? ''] ?? english
}

/** "1 story", "7 stories": the number in the language's own digits and plural. */
export function counted(count: number, forms: Phrases['stories'], language: string): string {
  const { plurals, numbers } = formatsFor(language)
  return fillPhrase(forms[plurals.select(count)] ?? forms.other, numbers.format(count))
}

/** Making them takes 0.1 ms, and thousands of variants count their stories. */
function formatsFor(language: string): { plurals: Intl.PluralRules; numbers: Intl.NumberFormat } {
  const known = formats.get(language)
  if (known !== undefined) return known
  const made = { plurals: new Intl.PluralRules(language), numbers: new Intl.NumberFormat(language) }
  formats.set(language, made)
  return made
}

const formats = new Map<string, ReturnType<typeof formatsFor>>()

export function fillPhrase(phrase: string, ...values: string[]): string {
  return phrase.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '')
}

/** Right to left for the scripts that are; decided by the language's usual script. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  const script = new Intl.Locale(language).maximize().script ?? 'Latn'
  return ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm', 'Rohg'].includes(script) ? 'rtl' : 'ltr'
}
