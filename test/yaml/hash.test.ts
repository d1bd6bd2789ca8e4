import { describe, expect, it } from 'vitest'
import { anEdition, anEntry, placed, placedAll, readText } from '../support/publication.ts'
import { readHeadline, readYaml } from './read-yaml.ts'

describe('a # in an unquoted headline', () => {
  it('after a space is reported, not cut off in silence', async () => {
    const { findings } = await readText(anEdition([anEntry({ headline: 'Song tops the chart for #1 spot' })]))
    expect(placedAll(findings)).toEqual(['3:39 text-cut'])
    expect(findings[0]).toMatchObject({ severity: 'error', entry: 1, file: 'digests/2024-12-19.yaml' })
    expect(findings[0]?.message).toContain('"#1 spot" would be lost')
    expect(findings[0]?.hint).toContain('quotes')
    expect(findings[0]?.place?.width).toBe('#1 spot'.length)
  })

  it.each([
    ['Rates fall #2', '2:22'],
    ['Rates fall # again', '2:22'],
    ['Rates fall  #again', '2:23'],
    ['Rates fall   #', null],
    ['Rates fall \t# again', '2:23'],
    ['Rates fall\t# again', '2:22'],
    ['Rates fall #', '2:22'],
    ['#MeToo', '2:11'],
    ['# MeToo', '2:11'],
    [' # a comment, nothing typed yet', null],
    ['Rates fall  # a comment', null],
    ['Rates fall     # a comment', null],
    ['C# and F#', null],
    ['Rates#fall', null],
    ['"Rates fall #2"', null],
    ["'Rates fall #2'", null],
    ['"Rates fall" # a comment', null],
    ['"#MeToo"', null],
  ])('%j: cut at %s', (typed, at) => {
    const { cuts, findings } = readHeadline(typed)
    expect(cuts).toEqual(at === null ? [] : [at])
    expect(findings).toEqual([])
  })

  it('is text when it is quoted or in a block, and no part of the text when it is a comment', () => {
    expect(readHeadline('"Rates fall #2"').headline).toBe('Rates fall #2')
    expect(readHeadline('Rates fall  # check this').headline).toBe('Rates fall')
    const { value, cuts } = readYaml('a: >-\n  one #two\n  # three\nb: |-\n  # four\nc: |- # a comment\n  five #six\n')
    expect(value).toEqual({ a: 'one #two # three', b: '# four', c: 'five #six' })
    expect(cuts).toEqual([])
  })
})

describe('a # beside a text of several lines', () => {
  const summary = (...lines: string[]) => readYaml(['summary: First', ...lines, 'url: x', ''].join('\n'))

  it('in the middle of the text is reported on its line, and the text is kept whole', () => {
    const middle = summary('  second #tag', '  third.')
    expect(middle.findings.map(placed)).toEqual(['2:3 text-cut'])
    expect(middle.value).toEqual({ summary: 'First second #tag third.', url: 'x' })
    const whole = summary('  # second', '  third.')
    expect(whole.findings.map(placed)).toEqual(['2:3 text-cut'])
    expect(whole.value).toEqual({ summary: 'First # second third.', url: 'x' })
  })

  it('at the start of its last line is reported, though YAML takes the line for a comment', () => {
    expect(summary('  second', '  #tag at the end').cuts).toEqual(['3:3'])
    expect(summary('  #tag at the end').cuts).toEqual(['2:3'])
  })

  it('is a comment in the column of the keys, or with its two spaces before it and one behind', () => {
    expect(summary('#kicker: not today').cuts).toEqual([])
    expect(summary('  second', '  # a comment').cuts).toEqual([])
    const inEntry = readYaml('entries:\n  - headline: One\n    #kicker: not today\n    url: x\n  #- headline: Two\n')
    expect(inEntry.cuts).toEqual([])
    expect(readYaml('byline:\n  - One\n  #- Two\n').cuts).toEqual([])
  })

  it('below a block of text, where YAML would drop the line, is reported too', () => {
    expect(readYaml('a:\n  b: >-\n      one\n    #two\n  c: d\n').cuts).toEqual(['4:5'])
    expect(readYaml('a:\n  b: >-\n      one\n  #two\n  c: d\n').cuts).toEqual([])
  })
})

describe('a # behind a key, where its text would stand', () => {
  it('is reported for a kicker, which would otherwise vanish without a word', async () => {
    const { findings } = await readText(anEdition([anEntry({ kicker: '#MeToo' })]))
    expect(placedAll(findings)).toEqual(['6:13 text-cut'])
  })

  it('is reported when the text goes on below it', async () => {
    const { findings } = await readText(anEdition([anEntry({ kicker: '#MeToo\n      and more' })]))
    expect(placedAll(findings)).toEqual(['6:13 text-cut'])
  })

  it('of a headline is one mistake, not also a missing headline', async () => {
    const { findings, edition } = await readText(
      anEdition([anEntry({ headline: '#MeToo, seven years on' }), anEntry()]),
    )
    expect(placedAll(findings)).toEqual(['3:15 text-cut'])
    expect(edition?.entries.map((entry) => entry.headline)).toEqual([
      '#MeToo, seven years on',
      'The harbour bridge reopens',
    ])
  })

  it('is a comment over a list or a group of keys', async () => {
    const { findings } = await readText(
      anEdition([anEntry({ byline: '# two of them\n      - Jo Doe\n      - Al Roe' })]),
    )
    expect(findings).toEqual([])
  })
})
