import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { hostileEditions } from '../test/editions/hostile.ts'
import { repository } from './browser.ts'
import { readVariation } from './read-email.ts'
import type { Variation } from './temporary-publication.ts'

const NAMES: Record<string, string> = {
  en: 'The Morning Digest',
  de: 'Der Morgen',
  fr: 'Le Matin',
  es: 'La Mañana',
  ar: 'نشرة الصباح',
  ja: '朝のダイジェスト',
}

/** The editions kept in full: the front page in three scripts. */
export async function fullGoldens(): Promise<Map<string, Variation>> {
  const read = (name: string): Promise<string> => readFile(path.join(repository, 'test/editions', name), 'utf8')
  return new Map<string, Variation>([
    ['broadsheet-en', { keys: keys('broadsheet', 'en') }],
    ['broadsheet-ar', { keys: keys('broadsheet', 'ar'), edition: await read('arabic.yaml') }],
    ['broadsheet-ja', { keys: keys('broadsheet', 'ja'), edition: await read('japanese.yaml') }],
  ])
}

/** Every template in every language with every hostile edition: kept by their hashes. */
export function hashedGoldens(): Map<string, Variation> {
  const all = new Map<string, Variation>()
  for (const template of ['broadsheet', 'bulletin', 'wire']) {
    for (const language of Object.keys(NAMES)) {
      for (const [name, edition] of Object.entries(hostileEditions))
        all.set(`${template}/${language}/${name}`, { keys: keys(template, language), edition })
    }
  }
  return all
}

/** HTML and text of a variation, one behind the other. */
export async function rendered(variation: Variation): Promise<{ html: string; text: string; codes: string[] }> {
  const { html, text, findings } = await readVariation(variation)
  return { html, text, codes: findings.map((one) => one.code) }
}

function keys(template: string, language: string): Record<string, string> {
  return { template, language, name: NAMES[language] ?? '' }
}
