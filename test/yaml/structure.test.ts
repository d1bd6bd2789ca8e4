import { describe, expect, it } from 'vitest'
import { placed, placedAll } from '../support/publication.ts'
import { readYaml } from './read-yaml.ts'

const read = (...lines: string[]) => readYaml(lines.concat('').join('\n'))
const twoKeys = { entries: [{ topic: 'world', headline: 'One', url: 'x' }] }

describe('a tab', () => {
  it('that indents a line is reported there, drawn as an arrow, and the file is read on', () => {
    const { value, findings } = read('entries:', '  - topic: world', '\t  headline: One', '    url: x')
    expect(placedAll(findings)).toEqual(['3:1 yaml-tab'])
    expect(findings[0]?.hint).toContain('two spaces')
    expect(value).toEqual(twoKeys)
  })

  it('on every line is reported on every line', () => {
    const { value, findings } = read('entries:', '\t- topic: world', '\t\theadline: One', '\t\turl: x')
    expect(placedAll(findings)).toEqual(['2:1 yaml-tab', '3:1 yaml-tab', '4:1 yaml-tab'])
    expect(value).toEqual(twoKeys)
  })

  it('after spaces is reported in its own column', () => {
    const { value, findings } = read('entries:', '  - topic: world', '  \theadline: One', '    url: x')
    expect(placedAll(findings)).toEqual(['3:3 yaml-tab'])
    expect(value).toEqual(twoKeys)
  })

  it('behind a dash is reported, and the file is read on', () => {
    const { value, findings } = read('entries:', '  -\ttopic: world', '    headline: One', '    url: x')
    expect(placedAll(findings)).toEqual(['2:4 yaml-tab'])
    expect(value).toEqual(twoKeys)
  })

  it('between key and value, or at the end of a line, does no harm', () => {
    expect(read('a:\tb\t', 'c: d')).toMatchObject({ value: { a: 'b', c: 'd' }, findings: [] })
  })
})

describe('indentation', () => {
  it.each([1, 2, 3])('%i columns too far left is reported, and the key is read where it belongs', (column) => {
    const { value, findings } = read('entries:', '  - topic: world', '    headline: One', `${' '.repeat(column)}url: x`)
    expect(placedAll(findings)).toEqual([`4:${column + 1} yaml-indent`])
    expect(findings[0]?.place?.width).toBe('url: x'.length)
    expect(value).toEqual(twoKeys)
  })

  it('too far right is reported on its line, not on the next', () => {
    const { findings } = read('entries:', '  - topic: world', '    headline: One', '     url: x', '    summary: Two')
    expect(placedAll(findings)).toEqual(['4:6 yaml-colon'])
    expect(findings[0]?.hint).toContain('indent it like its neighbours')
  })

  it.each([
    ['  - topic: world', ' - topic: business', '4:2'],
    ['  - topic: world', '   - topic: business', '4:4'],
    ['- topic: world', ' - topic: business', '4:2'],
  ])('of a dash beside the others is reported: %j, %j', (first, second, at) => {
    const inner = ' '.repeat(first.indexOf('t'))
    const { value, findings } = read('entries:', first, `${inner}url: x`, second, `${inner}url: y`)
    expect(placedAll(findings)).toEqual([`${at} yaml-indent`])
    expect(value).toEqual({
      entries: [
        { topic: 'world', url: 'x' },
        { topic: 'business', url: 'y' },
      ],
    })
  })

  it('missing under a text that goes on is reported on each line, and the keys below are read', () => {
    const { value, findings } = read('entries:', '  - summary: One', '    two three', '    four', '    url: x')
    expect(placedAll(findings)).toEqual(['3:5 yaml-missing-colon', '4:5 yaml-missing-colon'])
    expect(value).toEqual({ entries: [{ summary: 'One', url: 'x' }] })
  })

  it('of no matter how many spaces is fine as long as neighbours agree', () => {
    expect(read('entries:', '- topic: world', '  url: x').findings).toEqual([])
    expect(read('entries:', '        - topic: world', '          url: x').findings).toEqual([])
  })
})

describe('a key', () => {
  it('that stands twice is reported at the second, with a thought for a forgotten dash', () => {
    const { findings, value } = read('entries:', '  - topic: a', '    url: x', '    topic: b', '    url: y')
    expect(placedAll(findings)).toEqual(['4:5 yaml-duplicate-key', '5:5 yaml-duplicate-key'])
    expect(findings[0]?.message).toContain('"topic" stands twice')
    expect(findings[0]?.hint).toContain('- topic:')
    expect(value).toEqual({ entries: [{ topic: 'b', url: 'y' }] })
  })

  it('that stands twice under another group or in another entry is fine', () => {
    expect(read('a:', '  - k: 1', '  - k: 2', 'b: { k: 3 }').findings).toEqual([])
  })

  it('without a space after its colon is reported, and read as it was meant', () => {
    const { value, findings } = read('topic:world', 'headline:One', 'url: x')
    expect(placedAll(findings)).toEqual(['1:1 yaml-missing-colon', '2:1 yaml-missing-colon'])
    expect(findings[0]?.hint).toContain('topic: …')
    expect(value).toEqual({ topic: 'world', headline: 'One', url: 'x' })
  })

  it('without a colon is reported, and the keys after it are read', () => {
    const { value, findings } = read('topic: world', 'headline One', 'url: x')
    expect(placedAll(findings)).toEqual(['2:1 yaml-missing-colon'])
    expect(value).toEqual({ topic: 'world', url: 'x' })
  })

  it('named __proto__ or constructor is a key like any other and touches nothing', () => {
    const { value, findings } = read('__proto__: { polluted: yes }', 'constructor: { prototype: { polluted: yes } }')
    expect(findings).toEqual([])
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('that is a list or a map is reported, not dropped in silence', () => {
    expect(placedAll(read('{Live}: from Kyiv', 'url: x').findings)).toEqual(['1:1 yaml-bracket'])
    expect(placedAll(read('? [a]', ': b').findings)).toEqual(['1:3 yaml-reserved'])
  })

  it('behind a mark that YAML would swallow is reported', () => {
    expect(placedAll(read('!new headline: One').findings)).toEqual(['1:1 yaml-tag'])
    expect(placedAll(read('&new headline: One').findings)).toEqual(['1:1 yaml-anchor'])
  })

  it('of two arrows is no merge: its value is kept under that name, for the schema to refuse', () => {
    expect(read('a: &x { k: v }', 'b:', '  <<: *x')).toMatchObject({
      value: { a: { k: 'v' }, b: { '<<': { k: 'v' } } },
      findings: [],
    })
  })
})

describe('a document', () => {
  it('that ends early, at three dashes, is reported there', () => {
    const { value, findings } = read('a: b', '---', 'c: d')
    expect(placedAll(findings)).toEqual(['2:1 yaml-documents'])
    expect(value).toEqual({ a: 'b' })
  })

  it('that ends early, at three dots, is reported where it goes on', () => {
    expect(placedAll(read('a: b', '...', 'c: d').findings)).toEqual(['3:1 yaml-documents'])
  })

  it('may begin with three dashes and a comment', () => {
    expect(read('# our paper', '---', 'a: b')).toMatchObject({ value: { a: 'b' }, findings: [] })
  })

  it('that is a list, or plain text, is left to the schema', () => {
    expect(read('- a', '- b')).toMatchObject({ value: ['a', 'b'], findings: [] })
    expect(read('Good morning.', 'One story leads.')).toMatchObject({
      value: 'Good morning. One story leads.',
      findings: [],
    })
  })

  it('that is no YAML in any reading says so with a place', () => {
    for (const text of [
      '}{][',
      '%',
      '\u0001\u0002: \u0003',
      ']: [',
      '? ? ?',
      '-\n-\n -',
      ': :',
      '"\n---\n"',
      '&&&',
      '***',
    ])
      for (const one of readYaml(text).findings)
        expect(one).toMatchObject({ file: 'edition.yaml', line: expect.any(Number) })
  })
})

describe('an unclosed quote or bracket in the middle of a file', () => {
  const later = ['  - topic: business', '    headline: UK: again', '    url: y', '    kicker: @now']
  const laterFindings = ['6:15 yaml-colon', '8:13 yaml-reserved']

  it.each([
    ['"Never closed', 'yaml-quote'],
    ["'Never closed", 'yaml-quote'],
    ['[Never closed', 'yaml-bracket'],
    ['{Never closed', 'yaml-bracket'],
  ])('%s is reported where it opens, and what comes later is reported too', (typed, code) => {
    const { value, findings } = read('entries:', '  - topic: world', `    headline: ${typed}`, '    url: x', ...later)
    expect(findings.map(placed)).toEqual([`3:15 ${code}`, ...laterFindings])
    expect(value).toEqual({
      entries: [
        { topic: 'world', headline: typed, url: 'x' },
        { topic: 'business', headline: 'UK: again', url: 'y', kicker: '@now' },
      ],
    })
  })

  it('is found where it opens even when a later text has quotes of its own', () => {
    const { findings } = read('a: "Never closed', 'b: x', 'c: "closed"', 'd: He said "no"', 'e: UK: again')
    expect(findings.map(placed)).toEqual(['1:4 yaml-quote', '5:4 yaml-colon'])
  })
})
