import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { moveEntry } from '../../src/edition/move-entry.ts'
import { ENTRY_FIELDS, type EntryField, pathOfField, setField } from '../../src/edition/write-entry.ts'
import { UserError } from '../../src/problems/user-error.ts'
import { GOOD_EDITION } from '../check/good-edition.ts'

const windows = (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n')}`

const codeOf = (write: () => string): string => {
  try {
    return write()
  } catch (caught) {
    if (caught instanceof UserError) return caught.code
    throw caught
  }
}

/** The lines that went and came, as `git diff` would show them. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  let top = 0
  while (top < old.length && old[top] === now[top]) top++
  let bottom = 0
  while (bottom < old.length - top && bottom < now.length - top && old.at(-1 - bottom) === now.at(-1 - bottom)) bottom++
  return [
    ...old.slice(top, old.length - bottom).map((line) => `-${line}`),
    ...now.slice(top, now.length - bottom).map((line) => `+${line}`),
  ]
}

const MIXED = `# the day
subject: 'One'  # for the inbox
entries:
  # stays with the first
  - topic: port   # first
    headline: Board signs: the ferry
    url: https://news.example.org/ferry?a=1
    summary: >-
      The café on the quay opens its doors again on Monday morning, and whoever comes before nine is given a cup
      of coffee and a bun. After that both have their price, which is the same as before the winter, when the owners
      closed it to mend the roof.

  - topic: "town"
    headline: "The market moves"
    url: "https://news.example.org/m"
    summary: "It does."
    image:   # to come
  - { topic: town, headline: It turns, url: "https://news.example.org/t", summary: Slowly. }
`

describe('a field written into an edition', () => {
  it('changes that line and no other', () => {
    expect(difference(GOOD_EDITION, setField(GOOD_EDITION, 0, 'headline', 'The ferry comes home'))).toEqual([
      '-    headline: The ferry gets a new berth at last',
      '+    headline: The ferry comes home',
    ])
    expect(difference(GOOD_EDITION, setField(GOOD_EDITION, 1, 'credit', 'C. Carver'))).toEqual([
      '-      credit: B. Drawer',
      '+      credit: C. Carver',
    ])
  })

  it('is put in quotes where YAML would take some of it away, and in those its neighbours have', () => {
    const line = (value: string, entry = 0, field: EntryField = 'kicker'): string =>
      difference(MIXED, setField(MIXED, entry, field, value))
        .at(-1)
        ?.slice(1)
        .trim() ?? ''
    expect(line('Now: three')).toBe('kicker: "Now: three"')
    expect(line('No #1')).toBe('kicker: "No #1"')
    expect(line('"Yes": no')).toBe(`kicker: '"Yes": no'`)
    expect(line('1.10')).toBe('kicker: 1.10')
    expect(line('no')).toBe('kicker: no')
    expect(line('Plain', 1)).toBe('kicker: "Plain"')
    expect(line('It isn’t', 1, 'headline')).toBe('headline: "It isn’t"')
  })

  it('comes where the documentation has it, below a key that was empty, and in front of the first', () => {
    expect(difference(MIXED, setField(MIXED, 0, 'source', 'Gazette'))).toEqual(['+    source: Gazette'])
    expect(setField(MIXED, 0, 'source', 'Gazette')).toContain('ferry?a=1\n    source: Gazette\n    summary')
    expect(difference(MIXED, setField(MIXED, 1, 'alt', 'A stall'))).toEqual(['+      alt: "A stall"'])
    expect(difference(MIXED, setField(MIXED, 0, 'credit', 'A. B.'))).toEqual(['+    image:', '+      credit: A. B.'])
    expect(setField('headline: It\nurl: x\n', null, 'topic', 'town')).toBe('topic: town\nheadline: It\nurl: x\n')
    expect(difference(MIXED, setField(MIXED, 2, 'credit', 'A, B'))[1]).toContain(
      'summary: Slowly., image: { credit: "A, B" } }',
    )
  })

  it('is taken out with its line, and an image that has nothing left with it', () => {
    expect(difference(GOOD_EDITION, setField(GOOD_EDITION, 0, 'kicker', null))).toEqual(['-    kicker: Decided'])
    let text = GOOD_EDITION
    for (const field of ['src', 'alt', 'caption', 'credit'] as const) text = setField(text, 1, field, null)
    expect(difference(GOOD_EDITION, text)).toEqual([
      '-    image:',
      '-      src: images/lighthouse.png',
      '-      alt: A lighthouse throws its beam over a fleet of paper boats',
      '-      caption: The beam rests on one boat of many',
      '-      credit: B. Drawer',
    ])
    expect(setField(MIXED, 0, 'topic', ' ')).toContain('  # stays with the first\n  - headline: Board')
    expect(setField(GOOD_EDITION, 3, 'kicker', null)).toBe(GOOD_EDITION)
  })

  it('mends the line it stands on, and leaves the comment beside it', () => {
    expect(difference(MIXED, setField(MIXED, 0, 'headline', 'Board signs'))).toEqual([
      '-    headline: Board signs: the ferry',
      '+    headline: Board signs',
    ])
    expect(setField(MIXED, 0, 'topic', 'town')).toContain('  - topic: town   # first\n')
    const cut = GOOD_EDITION.replace('kicker: Decided', 'kicker: Quay #4 decided')
    expect(setField(cut, 0, 'kicker', 'Quay #5')).toContain('    kicker: "Quay #5"\n')
  })

  it('keeps a folded summary folded, and the lines that say the same', () => {
    const summary =
      'The café on the quay opens its doors again on Monday morning, and whoever comes before nine is given a cup of coffee and a bun. After that both have their price, which is the same as before the winter, when the town closed it to mend the roof.'
    expect(difference(MIXED, setField(MIXED, 0, 'summary', summary))).toEqual([
      '-      of coffee and a bun. After that both have their price, which is the same as before the winter, when the owners',
      '+      of coffee and a bun. After that both have their price, which is the same as before the winter, when the town',
    ])
    const longer = summary.replace('the town', 'the whole of the town council')
    expect(setField(MIXED, 0, 'summary', longer)).toContain(
      'when the whole of\n      the town council closed it to mend the roof.\n',
    )
    expect(setField(GOOD_EDITION, 2, 'summary', 'One.\n\nTwo: # three')).toContain(
      '    summary: >-\n      One.\n\n\n      Two: # three\n\n  - topic: town',
    )
  })

  it('keeps Windows line ends, and a byte-order mark', () => {
    for (const [entry, field, value] of [
      [0, 'kicker', 'New: now'],
      [0, 'source', 'Gazette'],
      [1, 'alt', 'A stall'],
      [0, 'summary', 'A first paragraph.\n\nA second.'],
      [1, 'headline', null],
    ] as const)
      expect(setField(windows(MIXED), entry, field, value)).toBe(windows(setField(MIXED, entry, field, value)))
    expect(setField('\ufeffheadline: x\r\n', null, 'topic', 'a')).toBe('\ufefftopic: a\r\nheadline: x\r\n')
  })

  it('refuses what no reader can see, line breaks in a headline, and places where it cannot be written alone', () => {
    for (const hidden of ['a\u0007b', 'a\u202eb', 'a\tb', 'a\r\nb', 'a\ufeffb', 'a\ufdd0b', 'a\ud800'])
      expect(codeOf(() => setField(MIXED, 0, 'summary', hidden))).toBe('control-character')
    expect(codeOf(() => setField(MIXED, 0, 'headline', 'a\nb'))).toBe('line-break')
    const shared = 'entries:\n  - headline: &a One\n    kicker: x\n  - headline: *a\n  - *a\n'
    expect(codeOf(() => setField(shared, 0, 'headline', 'Two'))).toBe('cannot-write')
    expect(codeOf(() => setField(shared, 2, 'headline', 'Two'))).toBe('cannot-write')
    expect(setField(shared, 1, 'headline', 'Two')).toContain('  - headline: Two\n')
    expect(codeOf(() => setField('entries: [a, b', 0, 'headline', 'Two'))).toMatch(/unreadable|cannot-write/)
    expect(codeOf(() => setField('image: pic.png\n', null, 'alt', 'Two'))).toBe('cannot-write')
  })

  it('reads back exactly as typed whatever it holds, and nothing else of the file is touched', () => {
    const piece = fc.constantFrom(
      ...['Board', 'signs:', '#1', 'a "new"', "it's", '[live]', '{x}', '&co', '*all', '!now', '@noon', '- so', '50%'],
      ...[
        'x: y',
        ' ',
        '  ',
        'e\u0301',
        '\\n',
        '|',
        '>-',
        '? q',
        '`q`',
        '---',
        '...',
        '%YAML',
        'no',
        'null',
        '~',
        '0x10',
      ],
      ...['1.10', '2024-12-19', '👩‍🚒', 'السفينة', '港', ', ', ']', '}', "''", '""', '<b>', '=', '<<', '# c', '\u00a0'],
      ...['long words that go on and on until the line is full and has to be broken somewhere before the end of it'],
    )
    const value = fc.tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('', ' ', '\n', '\n\n'))
    const field = fc.constantFrom(...ENTRY_FIELDS)
    const file = fc.constantFrom(GOOD_EDITION, windows(GOOD_EDITION), MIXED, ONE_ENTRY)
    fc.assert(
      fc.property(file, fc.nat(2), field, value, (text, position, name, [pieces, glue]) => {
        const typed = pieces.join(name === 'summary' ? glue : glue.replace(/\n/g, ' '))
        fc.pre(typed.trim() !== '')
        const entry = text === ONE_ENTRY ? null : position
        const written = setField(text, entry, name, typed)
        expect(readAs(written, entry, name)?.replace(/\n$/, text === ONE_ENTRY ? '' : '\n')).toBe(typed)
        expect(otherLines(written, entry, name)).toEqual(otherLines(text, entry, name))
        expect(setField(written, entry, name, typed)).toBe(written)
      }),
      { numRuns: 600 },
    )
  })
})

const ONE_ENTRY = `topic: world
# the title
headline: 'Plain'
url: https://x.example
summary: |
  One line.
  Another.
image: { src: images/a.png, alt: "An a" }
`

/** Read by the library alone, not by the code under test. */
function pairFor(text: string, entry: number | null, field: EntryField) {
  const document = parseDocument(text.replace('Board signs: the', 'Board signs; the'), { schema: 'failsafe' })
  const list = isMap(document.contents) ? document.contents.get('entries') : null
  let node: unknown = entry === null ? document.contents : isSeq(list) ? list.items[entry] : null
  let pair = null
  for (const key of pathOfField(field)) {
    if (!isMap(node)) return null
    pair = node.items.find((one) => isScalar(one.key) && one.key.value === key) ?? null
    node = pair?.value
  }
  return pair
}

function readAs(text: string, entry: number | null, field: EntryField): string | undefined {
  const value = pairFor(text, entry, field)?.value
  return isScalar(value) ? String(value.value) : undefined
}

/** The file without the lines of a field, and without the braces one may stand in. */
function otherLines(text: string, entry: number | null, field: EntryField): string[] {
  const pair = pairFor(text, entry, field)
  const lines = text.split('\n')
  const [from = 0] = (isScalar(pair?.key) && pair.key.range) || []
  const to = (isScalar(pair?.value) && pair.value.range?.[1]) || from
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length - 1
  const first = lineAt(from)
  const last = pair === null ? -1 : lineAt(from + text.slice(from, to).replace(/[ \r\n]+$/, '').length)
  return lines.filter(
    (line, index) => !(index >= first && index <= last) && !/[{}]/.test(line) && !/^ *image: *\r?$/.test(line),
  )
}

describe('an entry moved', () => {
  const three = `entries:
  # first's own
  - topic: a   # one

  # between

  -
    topic: b
    headline: It is: broken
    # second's own
  - { topic: c }
`
  it('takes the comments above it along, and leaves the space between entries where it is', () => {
    expect(moveEntry(three, 0, 2)).toBe(`entries:
  -
    topic: b
    headline: It is: broken
    # second's own

  # between

  - { topic: c }
  # first's own
  - topic: a   # one
`)
    expect(moveEntry(moveEntry(three, 0, 2), 2, 0)).toBe(three)
    expect(moveEntry(windows(three), 2, 1)).toBe(windows(moveEntry(three, 2, 1)))
  })

  it('stands at the end of a file that does not end its last line', () => {
    expect(moveEntry('entries:\n- a: 1\n- b: 2', 0, 1)).toBe('entries:\n- b: 2\n- a: 1')
  })

  it('is refused where the list has no such place, or is written in brackets, or an order has a meaning', () => {
    expect(codeOf(() => moveEntry(three, 0, 3))).toBe('no-entry')
    expect(codeOf(() => moveEntry('entries: [{ topic: a }, { topic: b }]\n', 0, 1))).toBe('cannot-write')
    expect(codeOf(() => moveEntry('entries:\n  - &a\n    topic: b\n  - *a\n', 0, 1))).toBe('cannot-write')
    expect(codeOf(() => moveEntry('topic: a\n', 0, 1))).toBe('cannot-write')
  })
})
