import facts from './client-facts.json' with { type: 'json' }
import { featuresOf } from './client-features.ts'
import type { Examined } from './examined.ts'

/** caniemail's tests, cut down by scripts/client-facts.ts (MIT; the date stands in the file). */
interface Fact {
  title: string
  /** When it was last tested, YYYY-MM-DD. */
  tested: string
  /** Indexes into `clients`. */
  no: number[]
  partly: number[]
}

/** What a rule about errors says already, with more force. */
const SAID = new Set([
  'css-display-flex',
  'css-display-grid',
  'css-position',
  'css-variables',
  'css-at-import',
  'css-left-right-top-bottom',
  'html-video',
  'html-audio',
  'html-object',
  'html-base',
  'html-form',
  'html-select',
  'html-textarea',
  'html-input-text',
  'html-input-checkbox',
  'html-input-radio',
  'html-input-hidden',
  'html-input-submit',
  'html-button-submit',
  'html-button-reset',
  'html-input-reset',
  'html-link',
  'image-webp',
  'image-avif',
  'image-svg',
  'image-base64',
  'image-mp4',
  'css-min-width',
])
const OLD_YEARS = 3

/**
 * What the page uses beyond the built-in templates that some mail client does not show, the clients named. What works
 * only in part is said beside it. Content is text, so this is the templates' doing, and is said at their lines.
 */
export function clientFindings({ page, edition, say }: Examined): void {
  const known: Record<string, Fact> = facts.features
  const baseline = new Set(facts.baseline)
  for (const [name, texts] of featuresOf(page)) {
    const fact = known[name]
    if (fact === undefined || fact.no.length === 0 || baseline.has(name) || SAID.has(name)) continue
    const list = (indexes: readonly number[]): string => indexes.map((index) => facts.clients[index]).join(', ')
    const partly = fact.partly.length === 0 ? '' : `; only in part in ${list(fact.partly)}`
    const years = Math.floor((Date.parse(edition.date) - Date.parse(fact.tested)) / (365.25 * 86_400_000))
    const age = years >= OLD_YEARS ? ` Last tested ${years} years ago (${fact.tested.slice(0, 7)}).` : ''
    say(
      'client-support',
      null,
      `${fact.title} does not work in ${list(fact.no)}${partly}.${age}`,
      'Make sure the email is whole without it, or leave it out.',
      texts,
    )
  }
}
