import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { linkFindings, linksOf } from '../../src/check/links.ts'
import { LinkCache } from '../../src/commands/link-cache.ts'
import type { Edition } from '../../src/edition/edition.ts'
import { readEdition, readPublication } from '../../src/edition/read.ts'
import type { Answer } from '../../src/network/ask.ts'
import { runCli } from '../support/run-cli.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from './good-edition.ts'

async function edition(text = GOOD_EDITION): Promise<Edition> {
  const root = await aGoodPublication({ [`digests/${GOOD_DATE}.yaml`]: text })
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const { edition: read } = await readEdition(root, GOOD_DATE, publication)
  if (read === null) throw new Error('no edition')
  return read
}

const found = (url: string): Answer => ({ state: 'found', status: 200, url, permanent: true })
const said = async (answer: (url: string) => Answer, text?: string): Promise<string[]> =>
  (await linkFindings(await edition(text), async (url) => answer(url))).map(
    (one) => `${one.line} ${one.code} ${one.message}`,
  )
const lineOf = (text: string): number => GOOD_EDITION.split('\n').findIndex((line) => line.includes(text)) + 1

describe('the links of an edition', () => {
  it('are those of entries, summaries and pictures, each at its line', async () => {
    const text = GOOD_EDITION.replace('src: images/lighthouse.png', 'src: https://pictures.example.org/a.png')
    const links = linksOf(await edition(text)).map(
      ({ url, at, kind }) => `${typeof at === 'string' ? at : at.line} ${kind} ${url}`,
    )
    expect(links).toEqual([
      `${lineOf('org/ferry')} link https://news.example.org/ferry`,
      `${lineOf('summary: >-')} link https://news.example.org/slipway`,
      `${lineOf('org/keeper')} link https://news.example.org/keeper`,
      `${lineOf('images/lighthouse.png')} picture https://pictures.example.org/a.png`,
      `${lineOf('org/market')} link https://news.example.org/market`,
      `${lineOf('org/letter')} link https://news.example.org/letter`,
    ])
  })

  it('that are all there are told nothing', async () => {
    expect(await said(found)).toEqual([])
  })

  it('that are gone, moved, private or unanswered are told so at their lines', async () => {
    const at = lineOf('org/market')
    const when = (answer: Answer) => (url: string) => (url.endsWith('/market') ? answer : found(url))
    const url = 'https://news.example.org/market'
    expect(await said(when({ state: 'refused', status: 404, url }))).toEqual([
      `${at} link-broken The link ${url} is gone: the server says 404.`,
    ])
    expect(await said(when({ state: 'refused', status: 403, url }))).toEqual([
      `${at} link-not-checked The link ${url} could not be asked: the server says 403.`,
    ])
    expect(await said(when({ state: 'private', url }))).toEqual([
      `${at} link-private The link ${url} leads into a private network.`,
    ])
    expect(await said(when({ state: 'silent', url, why: 'ENOTFOUND' }))).toEqual([
      `${at} link-not-checked The link ${url} could not be asked (ENOTFOUND).`,
    ])
    expect(await said(when({ state: 'found', status: 200, url: 'https://new.example.org/', permanent: true }))).toEqual(
      [`${at} link-redirected The link ${url} has moved to https://new.example.org/.`],
    )
    expect(
      await said(when({ state: 'found', status: 200, url: 'https://new.example.org/', permanent: false })),
    ).toEqual([])
  })

  it('are each asked once, two at a time of one host', async () => {
    const entries = Array.from(
      { length: 20 },
      (_, index) =>
        `  - topic: town\n    headline: Story ${index}\n    url: https://${index % 2 === 0 ? 'a' : 'b'}.example.org/${index % 10}#part-${index}\n    summary: The stalls stand under the old roof.\n`,
    ).join('')
    const now = new Map<string, number>()
    let most = 0
    const asked: string[] = []
    await linkFindings(await edition(`entries:\n${entries}`), async (url) => {
      asked.push(url)
      const { host } = new URL(url)
      now.set(host, (now.get(host) ?? 0) + 1)
      most = Math.max(most, now.get(host) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
      now.set(host, (now.get(host) ?? 1) - 1)
      return found(url)
    })
    expect(asked).toHaveLength(10)
    expect(new Set(asked).size).toBe(10)
    expect(most).toBe(2)
  })
})

describe('answers', () => {
  it('are kept a day when the page was there, an hour when not, and never when nobody answered', async () => {
    const root = await aGoodPublication()
    const HOUR = 3_600_000
    const ages: Record<Answer['state'], number[]> = {
      found: [23, 25],
      refused: [0.9, 1.1],
      private: [0.9, 1.1],
      silent: [0.1, 0.1],
    }
    const asked: string[] = []
    const answers: Answer[] = [
      found('https://a.example/'),
      { state: 'refused', status: 404, url: '' },
      { state: 'private', url: '' },
      { state: 'silent', url: '', why: '' },
    ]
    const through = async (now: number): Promise<string[]> => {
      const cache = await LinkCache.open(root, now)
      asked.length = 0
      for (const answer of answers)
        await cache.through(answer.state, async () => {
          asked.push(answer.state)
          return answer
        })
      return [...asked]
    }
    const first = await LinkCache.open(root, 0)
    for (const answer of answers) await first.through(answer.state, async () => answer)
    await first.save()
    expect(Object.keys(JSON.parse(await readFile(path.join(root, '.broadsheet/links.json'), 'utf8')))).toEqual([
      'found',
      'refused',
      'private',
    ])
    for (const { state } of answers) {
      expect((await through((ages[state][0] ?? 0) * HOUR)).includes(state)).toBe(state === 'silent')
      expect(await through((ages[state][1] ?? 0) * HOUR)).toContain(state)
    }
  })

  it('that cannot be had without a network are "not checked", never fine; a waiver of theirs counts only with --links', async () => {
    const waiver = GOOD_EDITION.replace(
      'delighted.\n',
      'delighted.\n    ignore: { link-broken: it comes back on Monday }\n',
    ).replaceAll('news.example.org', 'news.invalid')
    const root = await aGoodPublication({ [`digests/${GOOD_DATE}.yaml`]: waiver })
    const codes = async (...more: string[]): Promise<string[]> =>
      JSON.parse((await runCli(['check', '--root', root, '--json', ...more])).stdout).findings.map(
        (one: { code: string }) => one.code,
      )
    expect(await codes()).toEqual([])
    const asked = await codes('--links')
    expect(asked.filter((code) => code === 'link-not-checked')).toHaveLength(5)
    expect(asked.filter((code) => code !== 'link-not-checked')).toEqual(['ignore-unused'])
  })
})
