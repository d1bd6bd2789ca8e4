import { type Edition, placeOfEntry } from '../edition/edition.ts'
import { linksIn, parseProse } from '../edition/inline.ts'
import type { Answer } from '../network/ask.ts'
import { type Finding, finding, type Place } from '../problems/finding.ts'

/** A web address of an edition, and where it stands. */
export interface AskedLink {
  url: string
  at: Place | string
  entry: number | null
  kind: 'link' | 'picture'
}

/** Every link and every https picture, in the file's order; an address that stands twice is there twice. */
export function linksOf(edition: Edition): AskedLink[] {
  const links: AskedLink[] = []
  const add = (url: string, at: Place | string | undefined, entry: number | null, kind: AskedLink['kind']): void => {
    if (/^https?:/i.test(url)) links.push({ url, at: at ?? edition.file, entry, kind })
  }
  for (const { url } of parseProse(edition.intro ?? '').flatMap(linksIn))
    add(url, edition.places.get('intro'), null, 'link')
  for (const entry of edition.entries) {
    add(entry.url, placeOfEntry(entry, 'url'), entry.position, 'link')
    for (const { url } of parseProse(entry.summary).flatMap(linksIn))
      add(url, placeOfEntry(entry, 'summary'), entry.position, 'link')
    if (entry.image !== undefined) add(entry.image.src, placeOfEntry(entry, 'image.src'), entry.position, 'picture')
  }
  return links
}

/** What an answer means to an editor, or null when all is well. */
export function linkFinding({ url, at, entry, kind }: AskedLink, answer: Answer): Finding | null {
  const what = kind === 'picture' ? 'The picture' : 'The link'
  switch (answer.state) {
    case 'private':
      return finding(
        'link-private',
        at,
        `${what} ${url} leads into a private network.`,
        'Readers cannot open it. Use its public address.',
        entry,
      )
    case 'silent':
      return finding(
        'link-not-checked',
        at,
        `${what} ${url} could not be asked (${answer.why}).`,
        'Open it yourself, or run the check again with a network.',
        entry,
      )
    case 'refused':
      if (answer.status === 404 || answer.status === 410)
        return finding(
          'link-broken',
          at,
          `${what} ${url} is gone: the server says ${answer.status}.`,
          'Correct the address.',
          entry,
        )
      // Sign-in walls and robot filters answer like this to a page that readers can open.
      return finding(
        'link-not-checked',
        at,
        `${what} ${url} could not be asked: the server says ${answer.status}.`,
        'Open it yourself.',
        entry,
      )
    case 'found':
      return answer.permanent && answer.url !== url
        ? finding('link-redirected', at, `${what} ${url} has moved to ${answer.url}.`, 'Use the new address.', entry)
        : null
  }
}

/**
 * Asks each address once, at most `perHost` at a time of one host and `atOnce` in all. Findings in the file's order.
 */
export async function linkFindings(
  edition: Edition,
  ask: (url: string) => Promise<Answer>,
  { perHost = 2, atOnce = 16 } = {},
): Promise<Finding[]> {
  const links = linksOf(edition)
  const answers = new Map<string, Answer>()
  const waiting = [...new Set(links.map((one) => withoutFragment(one.url)))]
  const busy = new Map<string, number>()
  const next = (): string | undefined => {
    const index = waiting.findIndex((url) => (busy.get(hostOf(url)) ?? 0) < perHost)
    return index < 0 ? undefined : waiting.splice(index, 1)[0]
  }
  await new Promise<void>((resolve, reject) => {
    let running = 0
    const fill = (): void => {
      if (waiting.length === 0 && running === 0) resolve()
      for (
        let url = running < atOnce ? next() : undefined;
        url !== undefined;
        url = running < atOnce ? next() : undefined
      ) {
        const address = url
        running += 1
        busy.set(hostOf(address), (busy.get(hostOf(address)) ?? 0) + 1)
        ask(address).then((answer) => {
          answers.set(address, answer)
          running -= 1
          busy.set(hostOf(address), (busy.get(hostOf(address)) ?? 1) - 1)
          fill()
        }, reject)
      }
    }
    fill()
  })
  return links.flatMap((link) => {
    const answer = answers.get(withoutFragment(link.url))
    const said = answer === undefined ? null : linkFinding(link, withFragment(answer, link.url))
    return said === null ? [] : [said]
  })
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)
const withoutFragment = (url: string): string => url.replace(/#.*$/, '')

/** A page that stayed where it is keeps its fragment, which no server ever sees. */
function withFragment(answer: Answer, asked: string): Answer {
  return new URL(answer.url).href === new URL(withoutFragment(asked)).href ? { ...answer, url: asked } : answer
}
