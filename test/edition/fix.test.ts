import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixEdition } from '../../src/commands/fix.ts'
import { readEdition, readPublication } from '../../src/edition/read.ts'
import { isError } from '../../src/problems/finding.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from '../check/good-edition.ts'
import { runCli } from '../support/run-cli.ts'

async function fixed(text: string): Promise<{ text: string; codes: string[]; again: number }> {
  const root = await aGoodPublication({ [`digests/${GOOD_DATE}.yaml`]: text })
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const codes = (await fixEdition(root, GOOD_DATE, publication)).map((one) => `${one.line} ${one.code}`)
  const after = await readFile(path.join(root, `digests/${GOOD_DATE}.yaml`), 'utf8')
  return { text: after, codes, again: (await fixEdition(root, GOOD_DATE, publication)).length }
}

const MESSY = `# yaml-language-server: $schema=../schemas/edition.schema.json
subject: The ferry  gets a berth   # for the inbox
entries:
  # the lead
  - topic: port   # first
    headline: Board signs: the  ferry gets a berth
    url: https://news.example.org/ferry?a=1  # keep   this
    kicker: No #1
    summary: >-
      The cafe\u0301 on the quay  opens its doors
      again  on Monday morning.

  - topic: town
    headline: السفينة الجديدة تصل إلى الميناء
    url: https://news.example.org/ship
    summary: وصلت السفينة صباح الاثنين بعد رحلة طويلة.

  - { topic: town, headline: The market moves, url: "https://news.example.org/m", summary: "Under  cover since this Monday." }
  - topic: town
    headline: 'It''s  here'
    url: https://news.example.org/here
    summary: [Live] The vote is open until the evening.
`
const MENDED = `# yaml-language-server: $schema=../schemas/edition.schema.json
subject: The ferry gets a berth   # for the inbox
entries:
  # the lead
  - topic: port   # first
    headline: "Board signs: the ferry gets a berth"
    url: https://news.example.org/ferry?a=1  # keep   this
    kicker: "No #1"
    summary: >-
      The caf\u00e9 on the quay opens its doors
      again on Monday morning.

  - topic: town
    headline: السفينة الجديدة تصل إلى الميناء
    lang: ar
    url: https://news.example.org/ship
    summary: وصلت السفينة صباح الاثنين بعد رحلة طويلة.

  - { topic: town, headline: The market moves, url: "https://news.example.org/m", summary: "Under cover since this Monday." }
  - topic: town
    headline: 'It''s here'
    url: https://news.example.org/here
    summary: "[Live] The vote is open until the evening."
`

describe('check --fix', () => {
  it('mends quotes, spaces, composed letters and lang; comments, order and everything else stay to the byte', async () => {
    const { text, codes, again } = await fixed(MESSY)
    expect(text).toBe(MENDED)
    expect(new Set(codes.map((one) => one.split(' ')[1]))).toEqual(
      new Set(['double-space', 'yaml-colon', 'text-cut', 'not-normalised', 'lang-missing', 'yaml-bracket']),
    )
    expect(again).toBe(0)
  })

  it('keeps Windows line ends, and a byte-order mark', async () => {
    const windows = (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n')}`
    expect((await fixed(windows(MESSY))).text).toBe(windows(MENDED))
  })

  it('leaves a good edition as it is', async () => {
    expect(await fixed(GOOD_EDITION)).toEqual({ text: GOOD_EDITION, codes: [], again: 0 })
  })

  it('leaves alone what cannot be mended without a guess', async () => {
    for (const line of ['summary: "it never closes', 'image: [a, b', '\tkicker: tab', 'headline: Again']) {
      const broken = GOOD_EDITION.replace('    kicker: Decided', `    ${line}`)
      expect((await fixed(broken)).text).toBe(broken)
    }
  })

  it('works on the folder form, and says on stderr what it mended', async () => {
    const root = await aGoodPublication({
      'digests/2026-11-21/edition.yaml': 'preheader: The market  moves under cover, and more to read today\n',
      'digests/2026-11-21/1.yaml':
        'topic: town\nheadline: Wanted: a keeper\nurl: https://news.example.org/wanted\nsummary: The lighthouse looks for somebody who sleeps little.\n',
    })
    const run = await runCli(['check', '2026-11-21', '--fix', '--root', root])
    expect(run).toMatchObject({ exitCode: 0, stdout: '2026-11-21: 0 errors, 0 warnings.\n' })
    expect(run.stderr).toContain('mended digests/2026-11-21/1.yaml:2 yaml-colon')
    expect(await readFile(path.join(root, 'digests/2026-11-21/1.yaml'), 'utf8')).toContain(
      'headline: "Wanted: a keeper"\n',
    )
    expect(await readFile(path.join(root, 'digests/2026-11-21/edition.yaml'), 'utf8')).toContain('The market moves')
  })

  it('whatever a headline holds, changes no other line and ends with the headline as typed, or leaves the file alone', {
    timeout: 60_000,
  }, async () => {
    const root = await aGoodPublication()
    const { publication } = await readPublication(root)
    if (publication === null) throw new Error('no publication')
    const file = path.join(root, `digests/${GOOD_DATE}.yaml`)
    const piece = fc.constantFrom(
      'Board',
      'signs:',
      '#1',
      'a "new"',
      "it's",
      '[live]',
      '{x}',
      '&co',
      '*all',
      '!now',
      '@noon',
      '- so',
      '50%',
      'x: y',
      '  ',
      'e\u0301',
      '\\n',
      '|',
      '>',
      '?',
      '`q`',
    )
    let mended = 0
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        const typed = pieces.join(' ').trim()
        fc.pre(typed !== '')
        const text = GOOD_EDITION.replace('The ferry gets a new berth at last', () => typed)
        await writeFile(file, text)
        const said = await fixEdition(root, GOOD_DATE, publication)
        const after = await readFile(file, 'utf8')
        if (said.length === 0) {
          expect(after).toBe(text)
          return
        }
        mended += 1
        const line = text.split('\n').findIndex((one) => one.startsWith('    headline:'))
        const rest = (whole: string): string[] => whole.split('\n').filter((_, index) => index !== line)
        expect(rest(after)).toEqual(rest(text))
        const { edition, findings } = await readEdition(root, GOOD_DATE, publication)
        if (findings.some(isError)) return
        expect(edition?.entries[0]?.headline.replace(/\s+/g, ' ')).toBe(typed.normalize('NFC').replace(/\s+/g, ' '))
      }),
      { numRuns: 300 },
    )
    expect(mended).toBeGreaterThan(100)
  })
})
