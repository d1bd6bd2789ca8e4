import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame } from '../../src/problems/frame.ts'
import { placed, placedAll } from '../support/publication.ts'
import { readYaml } from './read-yaml.ts'

const troubled = `subject: Today: two stories
entries:
  - topic: world
    headline: [Update] UK weighs troops
    url: https://example.org/
    byline:
      - "Jo" Doe
    summary: A text of
      several lines: this one
      has the colon.
\t  kicker: Tabbed
    image:
      src: images/a.png
      alt: @alt
  - topic: business
    headline: 'Never closed
    url: https://example.org/
    url: https://example.org/
    published: *today
  - topic: world
     headline: Too far in
`

describe('many mistakes in one file', () => {
  it('are all reported at once, each on its own line', () => {
    const { findings, value } = readYaml(troubled)
    expect(findings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).map(placed)).toEqual([
      '1:10 yaml-colon',
      '4:15 yaml-bracket',
      '7:9 yaml-quote',
      '9:7 yaml-colon',
      '11:1 yaml-tab',
      '14:12 yaml-reserved',
      '16:15 yaml-quote',
      '18:5 yaml-duplicate-key',
      '19:16 yaml-anchor',
      '21:6 yaml-colon',
    ])
    expect(value).toMatchObject({ subject: 'Today: two stories', entries: [{ kicker: 'Tabbed' }, {}, {}] })
  })

  it('of one kind, sixty in a file of forty entries, are all reported', () => {
    const text = Array.from({ length: 60 }, (_, index) => `- headline: Story ${index}: more\n  url: x\n`).join('')
    const { findings, value } = readYaml(text)
    expect(placedAll(findings)).toEqual(Array.from({ length: 60 }, (_, index) => `${2 * index + 1}:13 yaml-colon`))
    expect(value).toHaveLength(60)
  })

  it('hundreds of them are all reported, even where mending stops', () => {
    const text = Array.from({ length: 150 }, (_, index) => `- headline: Story ${index}: more\n  url: x\n`).join('')
    expect(readYaml(text).findings).toHaveLength(150)
  })
})

describe('the frame of a finding', () => {
  const frameOf = (text: string) => {
    const [one] = readYaml(text).findings
    if (one?.place === null || one === undefined) throw new Error('no place')
    return frame(one.place).split('\n')
  }

  it('shows the line with carets under the value', () => {
    expect(frameOf('topic: world\nheadline: UK: troops\n')).toEqual([
      '2 | headline: UK: troops', //
      '  |           ^^^^^^^^^^',
    ])
  })

  it('keeps its carets under wide letters, emoji and combining marks', () => {
    expect(frameOf('"新聞": @a\n')).toEqual(['1 | "新聞": @a', '  |         ^'])
    expect(frameOf('"👩‍👩‍👧": @a\n')).toEqual(['1 | "👩‍👩‍👧": @a', '  |       ^'])
    expect(frameOf('"ne\u0301e": @a\n')).toEqual(['1 | "ne\u0301e": @a', '  |        ^'])
  })

  it('trims a long line round its carets', () => {
    const [line = '', carets = ''] = frameOf(`a: ${'x'.repeat(300)}\nb: "${'y'.repeat(300)}\\q${'z'.repeat(300)}"\n`)
    expect(line.length).toBeLessThan(110)
    expect(line[carets.indexOf('^')]).toBe('\\')
    expect(line).toMatch(/^2 \| ….*…$/)
  })

  it('shows tabs and control characters as one visible sign each', () => {
    expect(frameOf('a: "\u0007\u202e\\q"\n')).toEqual(['1 | a: "··\\q"', '  |       ^'])
    expect(frameOf('a:\n\t- b\n')).toEqual(['2 | →- b', '  | ^'])
  })
})

describe('whatever is typed into an edition', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      ...'\t\n\n\n  :-#"\'[]{}&*!|>%@`?,\\',
      ': ',
      ' #',
      '- ',
      '---\n',
      '\u0000',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\ud800',
      'é',
      '🎉',
      '<<: *a',
      '&a ',
      '!!x ',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  )
  /** Pieces put into a file at places, with so much of the file taken out there. */
  const edits = fc.array(fc.tuple(fc.nat(troubled.length), pieces, fc.nat(12)), { minLength: 1, maxLength: 6 })

  it('ends in values or findings, each on a line of the file, and never in an exception', () => {
    fc.assert(
      fc.property(edits, (list) => {
        let text = troubled
        for (const [at, piece, length] of list) text = text.slice(0, at) + piece + text.slice(at + length)
        const lines = text.replace(/\r\n?/g, '\n').split('\n')
        const { value, findings } = readYaml(text)
        if (value === null) expect(findings.length).toBeGreaterThan(0)
        for (const { line, column, place } of findings) {
          expect(place?.text).toBe(lines[(line ?? 0) - 1])
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((place?.text.length ?? 0) + 1)
        }
      }),
      { numRuns: 300 },
    )
  })
})
