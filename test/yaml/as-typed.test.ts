import { describe, expect, it } from 'vitest'
import { anEdition, anEntry, readText } from '../support/publication.ts'
import { readHeadline, readYaml } from './read-yaml.ts'

/** What YAML would take for a number, a truth, nothing, a date: a third of the trouble with YAML. */
const WORDS = [
  ...['no', 'No', 'NO', 'yes', 'on', 'off', 'y', 'n', 'true', 'false', 'True'],
  ...['null', 'Null', '~', 'nil', 'NaN', '.nan', '.inf', '-.Inf'],
  ...['1.10', '010', '0x10', '0o17', '1e3', '1_000', '+1', '-0', '12:30:45', '190:20:30', '1,000', '.5', '5.'],
  ...['2024-12-19', '2024-12-19T06:00:00Z', '2001-12-14 21:59:43.10 -5', '19.12.2024', '=', '<<', '...x', '---x'],
]

describe('an unquoted text', () => {
  it.each(WORDS)('%s stays as typed', (typed) => {
    expect(readHeadline(typed)).toMatchObject({ headline: typed, findings: [], cuts: [] })
    expect(readYaml(`- ${typed}\n- a\n`)).toMatchObject({ value: [typed, 'a'], findings: [] })
  })

  it('reaches the edition as typed in every text field', async () => {
    const { edition, findings } = await readText(
      anEdition(
        [
          anEntry({
            headline: '1.10',
            kicker: 'no',
            summary: 'null',
            source: '0x10',
            byline: ['yes', '~', '2024-12-19'],
          }),
        ],
        { subject: '2024-12-19', preheader: '1e3', intro: 'off' },
      ),
    )
    expect(findings).toEqual([])
    expect(edition).toMatchObject({ subject: '2024-12-19', preheader: '1e3', intro: 'off' })
    expect(edition?.entries[0]).toMatchObject({
      headline: '1.10',
      kicker: 'no',
      summary: 'null',
      source: '0x10',
      byline: ['yes', '~', '2024-12-19'],
    })
  })

  it('keeps Norway in a list of countries', () => {
    expect(readYaml('- dk\n- no\n- se\n').value).toEqual(['dk', 'no', 'se'])
  })
})

describe('a quoted text', () => {
  it('is what stands between the quotes', () => {
    expect(readHeadline('"1.10"').headline).toBe('1.10')
    expect(readHeadline("'It''s'").headline).toBe("It's")
    expect(readHeadline('"a \\"b\\" \\u00e9 \\\\"').headline).toBe('a "b" é \\')
  })

  it('with a backslash that escapes nothing is reported at the backslash', () => {
    const { findings } = readHeadline('"C:\\dir"')
    expect(findings.map((one) => [one.line, one.column, one.code])).toEqual([[2, 14, 'yaml-escape']])
    expect(findings[0]?.hint).toContain('single quotes')
  })

  it('may run over several lines, and those fold into one', () => {
    expect(readYaml('a: "one\n  two: #three"\nb: c\n')).toMatchObject({
      value: { a: 'one two: #three', b: 'c' },
      findings: [],
      cuts: [],
    })
  })
})

describe('a block of text', () => {
  it('keeps colons, hashes, quotes and brackets', () => {
    const text = 'a: b # c "d" [e] {f} & * ! % @ `'
    expect(readYaml(`k: >-\n  ${text}\n  ${text}\nl: |-\n  ${text}\n`).value).toEqual({ k: `${text} ${text}`, l: text })
  })
})
