import { describe, expect, it } from 'vitest'
import { placed } from '../support/publication.ts'
import { readHeadline, readYaml } from './read-yaml.ts'

/** [as typed, code, the quoted form the hint must show] */
const mistakes: [string, string, string][] = [
  ['UK: troops to train recruits', 'yaml-colon', '"UK: troops to train recruits"'],
  ['What to do:', 'yaml-colon', '"What to do:"'],
  ["It's official: rates fall", 'yaml-colon', '"It\'s official: rates fall"'],
  ['The "new" normal: a guide', 'yaml-colon', '\'The "new" normal: a guide\''],
  ['One: two: three', 'yaml-colon', '"One: two: three"'],
  [':', 'yaml-colon', '":"'],
  ['[Update] UK weighs troops', 'yaml-bracket', '"[Update] UK weighs troops"'],
  ['[Update]: UK weighs troops', 'yaml-bracket', '"[Update]: UK weighs troops"'],
  ['[never closed', 'yaml-bracket', '"[never closed"'],
  ['{Live} from Kyiv', 'yaml-bracket', '"{Live} from Kyiv"'],
  ['{never closed', 'yaml-bracket', '"{never closed"'],
  ['"Never again" says minister', 'yaml-quote', '\'"Never again" says minister\''],
  ['"Yes" and "no"', 'yaml-quote', '\'"Yes" and "no"\''],
  ['"Yes": a vote', 'yaml-quote', '\'"Yes": a vote\''],
  ['"The "new" normal"', 'yaml-quote', '\'The "new" normal\''],
  ["'It's over'", 'yaml-quote', '"It\'s over"'],
  ["'Never again' says minister", 'yaml-quote', '"\'Never again\' says minister"'],
  ['"Never closed', 'yaml-quote', '"Never closed"'],
  ["'Tis the season", 'yaml-quote', '"\'Tis the season"'],
  ['@minister answers', 'yaml-reserved', '"@minister answers"'],
  ['`npm test` passes', 'yaml-reserved', '"`npm test` passes"'],
  ['%50 off', 'yaml-reserved', '"%50 off"'],
  [', said the minister', 'yaml-reserved', '", said the minister"'],
  [']', 'yaml-reserved', '"]"'],
  ['} closes', 'yaml-reserved', '"} closes"'],
  ['| a bar', 'yaml-reserved', '"| a bar"'],
  ['|bar', 'yaml-reserved', '"|bar"'],
  ['> quoted mail', 'yaml-reserved', '"> quoted mail"'],
  ['>quoted', 'yaml-reserved', '">quoted"'],
  ['- a dash first', 'yaml-reserved', '"- a dash first"'],
  ['-', 'yaml-reserved', '"-"'],
  ['? a question', 'yaml-reserved', '"? a question"'],
  ['?', 'yaml-reserved', '"?"'],
  ['& Sons goes public', 'yaml-anchor', '"& Sons goes public"'],
  ['&Sons goes public', 'yaml-anchor', '"&Sons goes public"'],
  ['*Exclusive* from Kyiv', 'yaml-anchor', '"*Exclusive* from Kyiv"'],
  ['*exclusive', 'yaml-anchor', '"*exclusive"'],
  ['! Stop press', 'yaml-tag', '"! Stop press"'],
  ['!Stop press', 'yaml-tag', '"!Stop press"'],
  ['!!Stop press', 'yaml-tag', '"!!Stop press"'],
]

/** Words behind a type or an anchor are all that is left of the text; the finding has said so. */
const LOSES_ITS_FIRST_WORD = /^(?:[!&]\w|! |!!)/

describe('an unquoted headline', () => {
  it.each(mistakes)('%s is reported where it stands, with the quotes it needs', (typed, code, quoted) => {
    const { headline, findings, rest } = readHeadline(typed)
    expect(findings.map(placed)).toEqual([`2:11 ${code}`])
    expect(findings[0]?.hint).toContain(`Put the headline in quotes:  headline: ${quoted}`)
    expect(findings[0]?.place?.text).toBe(`headline: ${typed}`)
    if (!LOSES_ITS_FIRST_WORD.test(typed)) expect(headline).toBe(typed)
    expect(rest).toEqual({ topic: 'world', url: 'https://example.org/' })
  })

  it.each(mistakes)('%s is read without a word once it is typed as the hint says', (_, __, quoted) => {
    const { findings, cuts } = readHeadline(quoted)
    expect(findings).toEqual([])
    expect(cuts).toEqual([])
  })

  it.each([
    ['“Smart: quotes” are letters to YAML', '“Smart: quotes” are letters to YAML'],
    ['„Ja“: sagt der Minister', '„Ja“: sagt der Minister'],
    ['« Oui » : dit le ministre', '« Oui » : dit le ministre'],
  ])('with curly quotes round its colon learns that they do not count: %s', (typed, kept) => {
    const { headline, findings } = readHeadline(typed)
    expect(findings.map(placed)).toEqual(['2:11 yaml-colon'])
    expect(findings[0]?.hint).toContain('Curly quotes do not count')
    expect(headline).toBe(kept)
  })

  it('with a colon that no space follows is fine', () => {
    for (const typed of ['The 10:30 train', 'C:\\new', 'https://example.org/', 'Q:A', ':x'])
      expect(readHeadline(typed)).toMatchObject({ headline: typed, findings: [] })
  })

  it('may hold every one of these signs further in', () => {
    for (const typed of [
      'a [b] c',
      'a {b} c',
      'say "yes"',
      "it's",
      'me@home',
      '50 % off',
      'R&D',
      'a * b',
      'why?',
      'a | b > c',
      'no!',
    ])
      expect(readHeadline(typed)).toMatchObject({ headline: typed, findings: [] })
  })

  it('that is a bracketed list or map from end to end is left to the schema, which asks for text', () => {
    expect(readHeadline('[Exclusive]')).toMatchObject({ headline: ['Exclusive'], findings: [] })
    expect(readHeadline('{Live}')).toMatchObject({ headline: { Live: '' }, findings: [] })
  })
})

describe('an unquoted text in a list', () => {
  it('is reported like a headline, item by item', () => {
    const { value, findings } = readYaml(
      ['byline:', '  - [Jo] Doe', '  - "Al" Roe', '  - @kim', '  - *lee', '  - Max Moe', ''].join('\n'),
    )
    expect(findings.map(placed).toSorted()).toEqual([
      '2:5 yaml-bracket',
      '3:5 yaml-quote',
      '4:5 yaml-reserved',
      '5:5 yaml-anchor',
    ])
    expect(value).toEqual({ byline: ['[Jo] Doe', '"Al" Roe', '@kim', '*lee', 'Max Moe'] })
  })
})

describe('an unquoted text of several lines', () => {
  it('with a colon in the middle is reported on that line and kept whole', () => {
    const { value, findings } = readYaml(
      ['summary: After two years', '  the bridge reopens: trains', '  cross again.', 'url: x', ''].join('\n'),
    )
    expect(findings.map(placed)).toEqual(['2:3 yaml-colon'])
    expect(findings[0]?.hint).toContain('>-')
    expect(value).toEqual({ summary: 'After two years the bridge reopens: trains cross again.', url: 'x' })
  })

  it('with a colon in each of its lines is reported on each', () => {
    const { value, findings } = readYaml(['summary: One: a', '  two: b', '  three: c', 'url: x', ''].join('\n'))
    expect(findings.map(placed).toSorted()).toEqual(['1:10 yaml-colon', '2:3 yaml-colon', '3:3 yaml-colon'])
    expect(value).toEqual({ summary: 'One: a two: b three: c', url: 'x' })
  })
})

describe('private-use characters', () => {
  it('survive the mending of another line', () => {
    const { value } = readYaml('headline: UK: troops\nkicker: \ue03a\ue023 icons\n')
    expect(value).toEqual({ headline: 'UK: troops', kicker: '\ue03a\ue023 icons' })
  })
})
