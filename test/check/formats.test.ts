import { describe, expect, it } from 'vitest'
import { reportGithub } from '../../src/check/report-github.ts'
import { reportJunit } from '../../src/check/report-junit.ts'
import { reportMarkdown } from '../../src/check/report-markdown.ts'
import { reportSarif } from '../../src/check/report-sarif.ts'
import { type Finding, finding } from '../../src/problems/finding.ts'

const HOSTILE = 'a, b: 100% <script>alert(1)</script> ]]> | `x` **b** [l](u)\n::error::x\r\u0007مرحبا 👩‍👩‍👧 & "q"'
const at = (line: number, text: string) => ({ file: 'digests/2024-12-19.yaml', line, column: 5, text, width: 4 })
const found: Finding[] = [
  finding('image-credit-missing', at(7, '    src: a.png'), HOSTILE, 'Add  credit: x.', 2),
  finding('headline-long', at(3, '    headline: long'), 'It is long.', 'Shorten it.', 1),
  finding('email-address', 'templates/own/email.mjml.hbs', 'It is missing.', 'Show it.'),
]

describe('GitHub annotations', () => {
  it('stand at file, line and column, with what could end or forge a command escaped', () => {
    const lines = reportGithub(found, 'newsletter/').split('\n')
    expect(lines[0]).toBe(
      '::warning file=newsletter/digests/2024-12-19.yaml,line=3,col=5,title=headline-long::It is long. Shorten it.',
    )
    expect(lines[1]).toMatch(
      /^::error file=newsletter\/digests\/2024-12-19\.yaml,line=7,col=5,title=image-credit-missing::a, b: 100%25 .*%0A::error::x%0D/,
    )
    expect(lines[2]).toBe(
      '::error file=newsletter/templates/own/email.mjml.hbs,title=email-address::It is missing. Show it.',
    )
    expect(lines.slice(3)).toEqual(['2 errors, 1 warning.', ''])
  })

  it('escape commas and colons in a path', () => {
    const odd = finding('file-empty', 'digests/a,b:c.yaml', 'Empty.', 'Write.')
    expect(reportGithub([odd], '')).toContain('file=digests/a%2Cb%3Ac.yaml,title=')
  })
})

describe('SARIF', () => {
  const log = JSON.parse(reportSarif(found, '', '1.2.3'))
  it('is one run of version 2.1.0 with a rule for each code that occurs', () => {
    expect(log.version).toBe('2.1.0')
    expect(log.runs).toHaveLength(1)
    const { driver } = log.runs[0].tool
    expect([driver.name, driver.version]).toEqual(['Broadsheet', '1.2.3'])
    expect(driver.rules.map((one: { id: string }) => one.id)).toEqual([
      'email-address',
      'headline-long',
      'image-credit-missing',
    ])
    expect(log.runs[0].columnKind).toBe('utf16CodeUnits')
  })

  it('places each result, and says which rule by index and name', () => {
    const [first, second, third] = log.runs[0].results
    expect(first).toMatchObject({
      ruleId: 'headline-long',
      ruleIndex: 1,
      level: 'warning',
      message: { text: 'It is long. Shorten it.' },
    })
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'digests/2024-12-19.yaml' },
      region: { startLine: 3, startColumn: 5, endColumn: 9, snippet: { text: '    headline: long' } },
    })
    expect(second).toMatchObject({ ruleId: 'image-credit-missing', level: 'error' })
    expect(third.locations[0].physicalLocation).toEqual({ artifactLocation: { uri: 'templates/own/email.mjml.hbs' } })
  })

  it('knows a result again when lines were added above it, and tells two alike apart', () => {
    const printsOf = (findings: Finding[]): string[] =>
      JSON.parse(reportSarif(findings, '', '1')).runs[0].results.map(
        (one: { partialFingerprints: object }) => Object.values(one.partialFingerprints)[0],
      )
    const moved = finding('headline-long', at(30, '    headline: long'), 'It is long.', 'Shorten it.', 1)
    expect(printsOf([moved])).toEqual(printsOf([found[1] as Finding]))
    expect(new Set(printsOf([found[1] as Finding, moved])).size).toBe(2)
  })
})

describe('JUnit', () => {
  const xml = reportJunit(found, ['digests/2024-12-19.yaml', 'digests/2024-12-20.yaml'])
  it('is well formed whatever the findings hold', () => {
    const open: string[] = []
    const rest = xml
      .replace(/<\?xml[^>]*\?>/, '')
      .replace(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, slash, name, __, self) => {
        if (self === '/') return ''
        if (slash === '') open.push(name)
        else expect(open.pop()).toBe(name)
        return ''
      })
    expect(open).toEqual([])
    expect(rest).not.toMatch(/[<>\u0000-\u0008]|&(?!(?:amp|lt|gt|quot|#10);)/)
  })

  it('has a failure for each error, warnings aside, and a passing case for a file with no error', () => {
    expect(xml).toContain('<testsuite name="digests/2024-12-19.yaml" tests="1" failures="1">')
    expect(xml).toContain('name="image-credit-missing digests/2024-12-19.yaml:7:5"')
    expect(xml).toContain('<system-out>digests/2024-12-19.yaml:3 headline-long: It is long.</system-out>')
    expect(xml).toContain('<testcase classname="digests/2024-12-20.yaml" name="no errors"/>')
    expect(xml.match(/<failure /g)).toHaveLength(2)
  })
})

describe('Markdown', () => {
  it('has a row for each finding, on one line and without meaning of its own', () => {
    const text = reportMarkdown(found, ['2024-12-19'])
    expect(text).toContain('## The edition of 2024-12-19: 2 errors, 1 warning')
    const row = text.split('\n').find((line) => line.includes('image-credit-missing')) ?? ''
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(6)
    expect(row).not.toContain('<script')
    expect(row).not.toContain('**b**')
  })

  it('says that nothing is wrong, and stops at two hundred rows', () => {
    expect(reportMarkdown([], ['2024-12-19'])).toContain('Nothing wrong.')
    const many = Array.from({ length: 250 }, (_, index) => finding('url-http', at(index + 1, 'x'), 'http', 'https', 1))
    const text = reportMarkdown(many, ['2024-12-19'])
    expect(text).toContain('And 50 more.')
    expect(text.match(/^\| \d+ \|/gm)).toHaveLength(200)
  })
})
