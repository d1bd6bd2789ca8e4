import { describe, expect, it } from 'vitest'
import { anEdition, anEntry, anImage, placed, placedAll, readText } from '../support/publication.ts'

describe('an edition', () => {
  it('with every field there is reads without a word', async () => {
    const { edition, findings } = await readText(
      anEdition(
        [
          anEntry({
            kicker: 'Must read',
            source: 'Financial Times',
            byline: ['Jo Doe', 'Al Roe'],
            published: '2024-12-18',
            image: anImage(),
            lead: 'true',
            lang: 'en-US',
            ignore: { 'image-caption-missing': 'it says so' },
          }),
        ],
        {
          subject: 'Today',
          preheader: 'And more',
          intro: 'Good morning.',
          status: 'ready',
          embargo: '2024-12-19T06:00Z',
        },
      ),
    )
    expect(findings).toEqual([])
    expect(edition).toMatchObject({
      date: '2024-12-19',
      file: 'digests/2024-12-19.yaml',
      subject: 'Today',
      preheader: 'And more',
      intro: 'Good morning.',
      status: 'ready',
      embargo: '2024-12-19T06:00Z',
    })
    expect(edition?.entries[0]).toMatchObject({
      position: 1,
      topic: 'world',
      kicker: 'Must read',
      byline: ['Jo Doe', 'Al Roe'],
      published: '2024-12-18',
      lead: true,
      lang: 'en-US',
      image: { src: 'images/dot.png', credit: 'Jo Doe/Agency' },
    })
  })

  it('is ready unless it says draft', async () => {
    expect((await readText(anEdition())).edition?.status).toBe('ready')
    expect((await readText(anEdition(undefined, { status: 'draft' }))).edition?.status).toBe('draft')
  })

  it.each([
    ['a list at the top', '- topic: world\n', '1:1 wrong-type', 'Put  entries:  before the list'],
    ['plain text', 'Good morning.\n', '1:1 wrong-type', 'Begin with  entries:'],
    ['no entries at all', 'subject: Today\n', '1:1 no-entries', 'entries:'],
    ['an empty list of entries', 'subject: Today\nentries: []\n', '2:10 no-entries', 'entries:'],
    ['nothing behind entries', 'subject: Today\nentries:\n', '2:1 no-entries', 'entries:'],
    ['text behind entries', 'entries: none today\n', '1:10 wrong-type', 'one line with a dash'],
    ['a map behind entries', 'entries: { topic: world }\n', '1:10 wrong-type', 'one line with a dash'],
  ])('that is %s is one finding', async (_, text, at, hint) => {
    const { findings } = await readText(text)
    expect(placedAll(findings)).toEqual([at])
    expect(findings[0]?.hint).toContain(hint)
  })

  it('whose entries are misspelt is told the right word', async () => {
    for (const word of ['entires', 'articles', 'stories', 'entry']) {
      const { findings } = await readText(anEdition().replace('entries:', `${word}:`))
      expect(findings.find((one) => one.code === 'unknown-key')?.hint).toBe('Did you mean "entries"?')
    }
  })

  it('with an entry that is text or a list says so for that entry, and shows the others', async () => {
    const { edition, findings } = await readText(anEdition(['  - just words', anEntry(), '  - [a, b]']))
    expect(findings.map((one) => [placed(one), one.entry])).toEqual([
      ['2:5 wrong-type', 1],
      ['7:5 wrong-type', 3],
    ])
    expect(edition?.entries.map((entry) => entry.position)).toEqual([2])
  })
})

describe('a key', () => {
  it.each([
    ['headlin', 'headline'],
    ['Headline', 'headline'],
    ['sumary', 'summary'],
    ['by-line', 'byline'],
    ['link', undefined],
    ['tags', undefined],
  ])('%s that Broadsheet does not know is an error: did you mean %s?', async (key, near) => {
    const { findings } = await readText(anEdition([anEntry({ [key]: 'x' }), anEntry({ kicker: '#1' })]))
    expect(placedAll(findings)).toEqual([`6:5 unknown-key`, '11:13 text-cut'])
    expect(findings[0]).toMatchObject({
      entry: 1,
      severity: 'error',
      hint: near === undefined ? 'Remove it, or correct its name.' : `Did you mean "${near}"?`,
    })
  })

  it('inside a picture is checked, and suggested from the keys of a picture', async () => {
    const { findings } = await readText(anEdition([anEntry({ image: anImage({ captoin: 'x' }) })]))
    expect(findings.map((one) => [placed(one), one.hint])).toEqual([['11:7 unknown-key', 'Did you mean "caption"?']])
  })

  it('at the top is checked too', async () => {
    const { findings } = await readText(anEdition(undefined, { subjekt: 'x', title: 'x' }))
    expect(findings.map((one) => [placed(one), one.hint])).toEqual([
      ['1:1 unknown-key', 'Did you mean "subject"?'],
      ['2:1 unknown-key', 'Remove it, or correct its name.'],
    ])
  })

  it.each(['<<', '__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'named %s is unknown like any other',
    async (key) => {
      const { findings } = await readText(anEdition([anEntry({ [`"${key}"`]: 'x' })]))
      expect(placedAll(findings)).toEqual(['6:5 unknown-key'])
    },
  )

  it.each(['topic', 'headline', 'url', 'summary'])(
    '%s left out is missing, and the other mistakes are still told',
    async (key) => {
      const { edition, findings } = await readText(anEdition([anEntry({ [key]: undefined, kicker: '#1' }), anEntry()]))
      expect(findings.map((one) => one.code).toSorted()).toEqual(['key-missing', 'text-cut'])
      const missing = findings.find((one) => one.code === 'key-missing')
      expect(missing).toMatchObject({ entry: 1, line: 2, message: expect.stringContaining(`"${key}" is missing`) })
      expect(edition?.entries.map((entry) => entry.position)).toEqual([2])
    },
  )

  it.each(['topic', 'headline', 'url', 'summary'])(
    '%s with nothing behind it is missing, at its own line',
    async (key) => {
      const { findings } = await readText(anEdition([anEntry({ [key]: '' })]))
      const line = 2 + ['topic', 'headline', 'url', 'summary'].indexOf(key)
      expect(placedAll(findings)).toEqual([`${line}:5 key-missing`])
    },
  )

  it('that may be left out may also have nothing behind it', async () => {
    const { edition, findings } = await readText(
      anEdition([anEntry({ kicker: '', byline: '', image: '', source: '""', lead: '', ignore: '' })], { subject: '' }),
    )
    expect(findings).toEqual([])
    expect(edition?.subject).toBeUndefined()
    expect(edition?.entries[0]).not.toHaveProperty('kicker')
  })
})

describe('a value', () => {
  it.each([
    ['headline', '[Exclusive]', 'put it in quotes:  "[Exclusive]"'],
    ['headline', '{Live}', 'put it in quotes:  "{Live}"'],
    ['kicker', '{ a: b }', 'put it in quotes'],
    ['summary', '\n      - a\n      - b', 'Write one text behind  summary:'],
    ['url', '[https://example.org/]', 'put it in quotes'],
    ['byline', 'Jo Doe', 'one line with a dash'],
    ['image', 'images/dot.png', 'below it its keys'],
    ['ignore', 'all of it', 'below it its keys'],
    ['published', '[2024]', 'put it in quotes'],
  ])('of %s that is %j is of the wrong type', async (key, value, hint) => {
    const { findings } = await readText(anEdition([anEntry({ [key]: value })]))
    expect(findings.map((one) => one.code)).toEqual(['wrong-type'])
    expect(findings[0]).toMatchObject({ entry: 1, severity: 'error' })
    expect(findings[0]?.hint).toContain(hint)
  })

  it('in a list of names is checked one by one, with quotes for the colon', async () => {
    const { edition, findings } = await readText(
      anEdition([anEntry({ byline: ['Reporter: Jo Doe', 'Al Roe', '[x]'] })]),
    )
    expect(placedAll(findings)).toEqual(['7:9 wrong-type', '9:9 wrong-type'])
    expect(findings[0]?.hint).toContain('"Reporter: Jo Doe"')
    expect(edition?.entries[0]?.byline).toEqual(['Al Roe'])
  })

  it.each([
    ['lead', 'yes', 'Write true or false.'],
    ['lead', 'True', 'Write true or false.'],
    ['published', '19.12.2024', 'a date such as 2024-12-19'],
    ['published', '2024-02-30', 'a date such as 2024-12-19'],
    ['published', '2024-12-19T06:00Z', 'a date such as 2024-12-19'],
    ['lang', 'english', 'a language tag'],
    ['lang', 'en_GB', 'a language tag'],
    ['topic', 'World News', 'a topic id'],
  ])('of %s that is %s is not one it can take', async (key, value, hint) => {
    const { findings } = await readText(anEdition([anEntry({ [key]: value })]))
    expect(findings.map((one) => one.code)).toEqual(['wrong-value'])
    expect(findings[0]?.hint).toContain(hint)
  })

  it.each([
    ['status', 'published', 'draft, ready'],
    ['embargo', '2024-12-19 06:00', 'an instant such as'],
    ['embargo', '2024-13-19T06:00Z', 'an instant such as'],
  ])('of %s at the top that is %s is not one it can take', async (key, value, hint) => {
    const { findings, edition } = await readText(anEdition(undefined, { [key]: value }))
    expect(placedAll(findings)).toEqual([`1:${key.length + 3} wrong-value`])
    expect(findings[0]?.hint).toContain(hint)
    expect(edition?.entries).toHaveLength(1)
  })
})

describe('a topic', () => {
  it.each([
    ['wrold', 'Did you mean "world"?'],
    ['busines', 'Did you mean "business"?'],
    ['sports', 'Choose one of: world, business; or add it to broadsheet.yaml.'],
  ])('%s that is not in broadsheet.yaml is an error', async (topic, hint) => {
    const { findings } = await readText(anEdition([anEntry(), anEntry({ topic })]))
    expect(findings).toMatchObject([{ code: 'unknown-topic', line: 6, column: 12, entry: 2, hint }])
  })
})

describe('a lead', () => {
  it('claimed twice is an error at the second', async () => {
    const { findings } = await readText(anEdition([anEntry({ lead: 'true' }), anEntry(), anEntry({ lead: 'true' })]))
    expect(findings).toMatchObject([{ code: 'lead-twice', line: 15, column: 11, entry: 3 }])
    expect(findings[0]?.message).toContain('number 1')
  })

  it('of false is none', async () => {
    expect((await readText(anEdition([anEntry({ lead: 'false' }), anEntry({ lead: 'true' })]))).findings).toEqual([])
  })
})

describe('text that is typed', () => {
  it('folds its line breaks and runs of spaces into one space', async () => {
    const { edition } = await readText(
      anEdition([anEntry({ headline: '|-\n      One\n      two   three', summary: '"  a  b  "' })]),
    )
    expect(edition?.entries[0]).toMatchObject({ headline: 'One two three', summary: 'a b' })
  })

  it('keeps the paragraphs of a summary and an intro', async () => {
    const summary = '|-\n      One\n      line.\n\n      Two.\n\n\n      Three.'
    const { edition } = await readText(anEdition([anEntry({ summary })], { intro: '|\n  A\n\n  B' }))
    expect(edition?.entries[0]?.summary).toBe('One line.\n\nTwo.\n\nThree.')
    expect(edition?.intro).toBe('A\n\nB')
  })

  it('keeps spaces that do not break, joiners, soft hyphens and private-use letters', async () => {
    const text = 'a\u00a0b\u202fc\u200dd\u200ce\u00adf\ue05fg\ue05ch\ue021i\u{f0000}'
    const { edition, findings } = await readText(anEdition([anEntry({ headline: text, summary: text })]))
    expect(findings).toEqual([])
    expect(edition?.entries[0]).toMatchObject({ headline: text, summary: text })
  })

  it.each([
    ['\\u0000', 'U+0000'],
    ['\\u001b', 'U+001B'],
    ['\\u007f', 'U+007F'],
    ['\\u0085', 'U+0085'],
    ['\\r', 'U+000D'],
    ['\\u202e', 'direction mark (U+202E)'],
    ['\\u2066', 'direction mark (U+2066)'],
    ['\\u200f', 'direction mark (U+200F)'],
    ['\\u2028', 'U+2028'],
    ['\\ufeff', 'U+FEFF'],
    ['\\ufdd0', 'U+FDD0'],
    ['\\uffff', 'U+FFFF'],
    ['\\U0001fffe', 'U+1FFFE'],
    ['\\ud800', 'U+D800'],
    ['\\t', 'A tab'],
  ])('with %s in it is an error that names the character and what stands before it', async (typed, name) => {
    const { edition, findings } = await readText(anEdition([anEntry({ headline: `"Rates ${typed}fall"` })]))
    expect(findings).toMatchObject([{ code: 'control-character', line: 3, column: 15, entry: 1, severity: 'error' }])
    expect(findings[0]?.message).toContain(name)
    expect(findings[0]?.message).toContain('after "Rates "')
    expect(edition?.entries[0]?.headline).toBe('Rates fall')
  })
})
