import type { Objection } from '../edition/url.ts'
import { bare } from './words.ts'

/** Words that say nothing by themselves, in the languages of the built-in phrases and their neighbours. */
const GENERIC = new Set(
  [
    'here',
    'click',
    'click here',
    'click this',
    'read more',
    'read on',
    'more',
    'learn more',
    'find out more',
    'see more',
    'link',
    'this',
    'this link',
    'this page',
    'article',
    'this article',
    'continue',
    'continue reading',
    'details',
    'go',
    'view',
    'website',
    'hier',
    'hier klicken',
    'klick',
    'mehr',
    'mehr lesen',
    'weiterlesen',
    'mehr erfahren',
    'zum artikel',
    'lesen',
    'ici',
    'cliquez ici',
    'lire',
    'lire la suite',
    'lire plus',
    'en savoir plus',
    'suite',
    'voir plus',
    'plus',
    'aquí',
    'haga clic aquí',
    'haz clic aquí',
    'leer más',
    'más',
    'más información',
    'seguir leyendo',
    'ver más',
    'qui',
    'clicca qui',
    'leggi',
    'leggi di più',
    'lees meer',
    'klik hier',
    'meer',
    'aqui',
    'clique aqui',
    'leia mais',
    'saiba mais',
    'هنا',
    'اضغط هنا',
    'انقر هنا',
    'اقرأ المزيد',
    'المزيد',
    'こちら',
    'ここ',
    'ここをクリック',
    '続きを読む',
    'もっと見る',
    '詳細',
    '詳しくはこちら',
    'тут',
    'здесь',
    'читать далее',
    'подробнее',
    'כאן',
    'לחצו כאן',
    'קרא עוד',
    '这里',
    '点击这里',
    '阅读更多',
    '更多',
  ].map(bare),
)

/** True for words such as "read more" that say nothing of where a link leads. */
export const isGeneric = (words: string): boolean => GENERIC.has(bare(words))

/** The site that the words of a link name, if they look like an address; null for ordinary words. */
export function siteNamed(words: string): string | null {
  const trimmed = words.trim()
  if (!/^(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[/?#:]\S*)?$/iu.test(trimmed)) return null
  const scheme = /^https?:\/\//i.test(trimmed)
  // "Node.js" and "report.pdf" look like sites and are none.
  if (!scheme && /\.(?:js|ts|py|rs|go|md|pdf|png|jpe?g|gif|html?|txt|ya?ml|json|csv|zip|exe|sh|css)$/i.test(trimmed))
    return null
  const url = scheme ? trimmed : `https://${trimmed}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : null
}

/** True when the words name a site and the link leads to another (rspamd: R_SUSPICIOUS_URL, 5 points). */
export function misleads(words: string, href: string): boolean {
  const named = siteNamed(words)
  if (named === null || !URL.canParse(href)) return false
  const host = new URL(href).hostname.replace(/^www\./, '')
  return host !== named && !host.endsWith(`.${named}`)
}

const SECRET =
  /^(?:access_?token|auth_?token|id_?token|refresh_?token|api_?key|apikey|password|passwd|pwd|secret|client_?secret|session_?id|sessionid|jwt)$/i

/** What is wrong with a link and its words, beyond what its address alone can say. */
export function linkObjections(href: string, words: string): Objection[] {
  const found: Objection[] = []
  if (isGeneric(words))
    found.push({
      code: 'link-text-generic',
      message: `The words of the link are "${words}".`,
      hint: 'Link the words that name what is behind it.',
    })
  if (misleads(words, href))
    found.push({
      code: 'link-text-misleads',
      message: `The words of the link name ${siteNamed(words)}, but it leads to ${new URL(href).hostname}.`,
      hint: 'Let the words say where the link leads.',
    })
  if (!URL.canParse(href)) return found
  const url = new URL(href)
  const secret = [...url.searchParams.entries()].find(([name, value]) => SECRET.test(name) && value !== '')?.[0]
  if (secret !== undefined)
    found.push({
      code: 'url-secret',
      message: `The link carries "${secret}=…".`,
      hint: 'Remove it from the link, and change it where it is used.',
    })
  const label = mixedLabel(href)
  if (label !== null)
    found.push({
      code: 'url-mixed-script',
      message: `"${label}" in the link mixes alphabets.`,
      hint: 'Type the name of the site again by hand.',
    })
  return found
}

/** Alphabets whose letters look alike; Japanese and Korean mix theirs by nature. */
const LOOKALIKES = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
)

function mixedLabel(href: string): string | null {
  const host = /^[a-z]+:\/\/([^/?#]*)/i.exec(href)?.[1] ?? ''
  return host.split('.').find((label) => LOOKALIKES.filter((script) => script.test(label)).length > 1) ?? null
}
