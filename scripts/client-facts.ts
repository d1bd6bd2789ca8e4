// Cuts caniemail's tests (MIT, devDependency) down to what the checks use, and notes what the built-in templates use of it:
//   node scripts/client-facts.ts     writes src/check/client-facts.json
// `npm run docs:check` fails when the file is not what this would write.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { featuresOf } from '../src/check/client-features.ts'
import { readPage } from '../src/check/page.ts'
import { readVariation } from './read-email.ts'

/** Clients people read newsletters in, as caniemail calls them, and as we do. */
const CLIENTS: [family: string, platform: string, name: string][] = [
  ['gmail', 'desktop-webmail', 'Gmail'],
  ['gmail', 'ios', 'Gmail (iOS)'],
  ['gmail', 'android', 'Gmail (Android)'],
  ['apple-mail', 'macos', 'Apple Mail'],
  ['apple-mail', 'ios', 'Apple Mail (iOS)'],
  ['outlook', 'windows', 'Outlook (Windows)'],
  ['outlook', 'macos', 'Outlook (macOS)'],
  ['outlook', 'outlook-com', 'Outlook.com'],
  ['outlook', 'ios', 'Outlook (iOS)'],
  ['outlook', 'android', 'Outlook (Android)'],
  ['yahoo', 'desktop-webmail', 'Yahoo'],
  ['yahoo', 'ios', 'Yahoo (iOS)'],
  ['yahoo', 'android', 'Yahoo (Android)'],
  ['samsung-email', 'android', 'Samsung Email'],
  ['thunderbird', 'macos', 'Thunderbird'],
  ['protonmail', 'desktop-webmail', 'Proton Mail'],
  ['fastmail', 'desktop-webmail', 'Fastmail'],
  ['gmx', 'desktop-webmail', 'GMX'],
  ['web-de', 'desktop-webmail', 'WEB.DE'],
]

interface CanIEmail {
  last_update_date: string
  data: {
    slug: string
    title: string
    last_test_date: string
    stats: Record<string, Record<string, Record<string, string>>>
  }[]
}

export async function clientFacts(): Promise<string> {
  const file = path.join(import.meta.dirname, '../node_modules/caniemail/data/caniemail.json')
  const source = JSON.parse(await readFile(file, 'utf8')) as CanIEmail
  const features: Record<string, object> = {}
  for (const { slug, title, last_test_date: tested, stats } of source.data.toSorted((a, b) =>
    a.slug.localeCompare(b.slug, 'en'),
  )) {
    const no: number[] = []
    const partly: number[] = []
    for (const [index, [family, platform]] of CLIENTS.entries()) {
      // Versions stand in the order they were tested in; the last is today's.
      const latest = Object.values(stats[family]?.[platform] ?? {}).at(-1)?.[0]
      if (latest === 'n') no.push(index)
      if (latest === 'a') partly.push(index)
    }
    if (no.length > 0) features[slug] = { title, tested, no, partly }
  }
  const lines = Object.entries(features).map(([slug, fact]) => `    ${JSON.stringify(slug)}: ${JSON.stringify(fact)}`)
  return `{
  "source": "caniemail.com, MIT licence, through the npm package caniemail",
  "updated": ${JSON.stringify(source.last_update_date.slice(0, 10))},
  "clients": ${JSON.stringify(CLIENTS.map(([, , name]) => name))},
  "baseline": ${JSON.stringify((await baseline()).filter((slug) => slug in features))},
  "features": {
${lines.join(',\n')}
  }
}
`
}

/** What the built-in templates use, in both directions. */
async function baseline(): Promise<string[]> {
  const used = new Set<string>()
  for (const template of ['broadsheet', 'bulletin', 'wire'])
    for (const language of ['en-GB', 'ar']) {
      const { html } = await readVariation({ keys: { template, language } })
      for (const name of featuresOf(readPage(html, /(?!)/)).keys()) used.add(name)
    }
  return [...used].sort()
}

if (import.meta.main) {
  const { writeFile } = await import('node:fs/promises')
  await writeFile(path.join(import.meta.dirname, '../src/check/client-facts.json'), await clientFacts())
}
