import { describe, expect, it } from 'vitest'
import { readPublication } from '../../src/edition/read.ts'
import { aBroadsheetYaml, aPublication, placed, placedAll } from '../support/publication.ts'

async function read(fields: Parameters<typeof aBroadsheetYaml>[0] = {}) {
  return readPublication(await aPublication({ yaml: aBroadsheetYaml(fields) }))
}

describe('a publication', () => {
  it('with only what is required has a default for the rest', async () => {
    const { publication, findings } = await read()
    expect(findings).toEqual([])
    expect(publication).toMatchObject({
      deliverAt: '07:00',
      deliverWithin: '4h',
      template: 'broadsheet',
      images: 'link',
      creditStyle: '© {credit}',
      subscribers: 'subscribers.csv',
    })
  })

  it('with every key of the contract reads without a word', async () => {
    const { publication, findings } = await read({
      replyTo: 'editors@test.example',
      deliverAt: '"06:30"',
      deliverWithin: '90m',
      template: 'wire',
      theme: { accent: '"#9e2b25"' },
      subscribers: 'readers.csv',
      images: 'embed',
      creditStyle: '"Photo: {credit}"',
      publishOn: ['mon', 'fri'],
      skipOn: ['2024-12-25'],
      whenLate: 'next',
      bounceAddress: 'bounces@test.example',
      unsubscribeAddress: 'leave@test.example',
      editor: 'vscode://file/{file}:{line}:{column}',
      alarm: '2%',
      languages: ['de', 'ar'],
    })
    expect(findings).toEqual([])
    expect(publication).toMatchObject({
      deliverAt: '06:30',
      images: 'embed',
      skipOn: ['2024-12-25'],
      languages: ['de', 'ar'],
    })
  })

  it.each(['name', 'id', 'from', 'postalAddress', 'url', 'language', 'timezone', 'topics'])(
    'without %s cannot be read, and says so',
    async (key) => {
      const { publication, findings } = await read({ [key]: undefined })
      expect(publication).toBeNull()
      expect(findings).toMatchObject([{ code: 'key-missing', file: 'broadsheet.yaml' }])
      expect(findings[0]?.message).toContain(`"${key}"`)
    },
  )

  it.each([
    ['id', 'Morning Digest'],
    ['id', 'digest-'],
    ['from', 'The Digest'],
    ['from', 'digest@test.example, other@test.example'],
    ['from', '"A \\r\\nBcc: x@y.example <digest@test.example>"'],
    ['from', '"The \\u202etsegiD <digest@test.example>"'],
    ['from', '"The \\u0000 <digest@test.example>"'],
    ['bounceAddress', '"a\\u200f@test.example"'],
    ['language', 'english'],
    ['language', 'und'],
    ['timezone', 'London'],
    ['timezone', 'Europe/Londn'],
    ['deliverAt', '7:00'],
    ['deliverAt', '"24:00"'],
    ['deliverWithin', '4 hours'],
    ['template', '../secrets'],
    ['theme', '{ accent: red }'],
    ['topics', '[{ id: World News, name: World }]'],
    ['images', 'inline'],
    ['publishOn', '[monday]'],
    ['skipOn', '[Christmas]'],
    ['alarm', '"2"'],
  ])('whose %s is %s is told what it can be', async (key, value) => {
    const { findings } = await read({ [key]: value })
    expect(findings.map((one) => one.code)).toEqual(['wrong-value'])
    expect(findings[0]?.hint).not.toBe('')
  })

  it.each(['UTC', 'Asia/Calcutta', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    'may keep time in %s',
    async (timezone) => {
      expect((await read({ timezone })).findings).toEqual([])
    },
  )

  it('with a text where a group or a list belongs hears of one mistake', async () => {
    expect(placedAll((await read({ theme: 'red' })).findings)).toEqual(['11:8 wrong-type'])
    expect(placedAll((await read({ topics: 'world, business' })).findings)).toEqual(['8:9 wrong-type'])
    expect(placedAll((await read({ topics: ['world', '{ id: business, name: Business }'] })).findings)).toEqual([
      '9:5 wrong-type',
    ])
  })

  it('with a mistake in the second of two lists of keys points at it', async () => {
    const { findings } = await read({ topics: ['{ id: world, name: World }', '{ id: business, nam: Business }'] })
    expect(findings.map((one) => [placed(one), one.hint])).toEqual([
      ['10:5 key-missing', 'Add  name: …'],
      ['10:21 unknown-key', 'Did you mean "name"?'],
    ])
  })

  it('needs a topic', async () => {
    expect((await read({ topics: '[]' })).publication).toBeNull()
    expect((await read({ topics: '[]' })).findings).toHaveLength(1)
  })

  it('that names a topic twice hears of the second', async () => {
    const { findings } = await read({ topics: ['{ id: world, name: World }', '{ id: world, name: Welt }'] })
    expect(findings).toMatchObject([{ code: 'topic-twice', line: 10, column: 11 }])
  })

  it('keeps a text as typed, though YAML has other plans for it', async () => {
    expect((await read({ name: '1.10', topics: ['{ id: no, name: null }'] })).publication).toMatchObject({
      name: '1.10',
      topics: [{ id: 'no', name: 'null' }],
    })
  })
})
