import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import { isAddress } from '../../src/audience/subscriber.ts'
import { emptyFolder } from '../support/sample.ts'

async function read(content: string | Buffer): Promise<AudienceRow[]> {
  const root = await emptyFolder()
  await writeFile(path.join(root, 'subscribers.csv'), content)
  return Array.fromAsync(readSubscribers(root, 'subscribers.csv'))
}

const said = (rows: AudienceRow[]) => rows.flatMap((row) => row.findings.map((one) => `${one.line} ${one.code}`))

describe('the audience', () => {
  it('is read alike with or without a byte-order mark, with any delimiter and line end, columns in any order', async () => {
    const plain = await read('email,name,topics,city\na@b.example,Ada,"world mail",Hull\n')
    for (const other of [
      '\ufeffcity;topics;name;email\r\nHull;world, mail;Ada;a@b.example\r\n',
      'name\temail\tcity\ttopics\nAda\ta@b.example\tHull\tworld;mail\n',
    ]) {
      expect(await read(other)).toEqual(plain)
    }
    expect(plain).toMatchObject([
      {
        subscriber: {
          email: 'a@b.example',
          name: 'Ada',
          topics: ['world', 'mail'],
          extra: { city: 'Hull' },
          status: 'active',
          line: 2,
        },
      },
    ])
  })

  it('names every row that cannot be served with its line, right after a cell of several lines too, and serves the others', async () => {
    const rows = await read(
      'email,name\n"a@b.example","Ada\nLovelace"\nnobody,Bob\nA@B.example ,Twin\nc@b.example,"tab\u0007bell"\n,Empty\nd@b.example,Dora,too many\n',
    )
    expect(said(rows)).toEqual([
      '2 subscriber-name',
      '4 subscriber-address',
      '5 subscriber-duplicate',
      '6 subscriber-name',
      '7 subscriber-address',
      '8 subscriber-row',
    ])
    expect(rows.flatMap((row) => ('subscriber' in row ? [row.subscriber.name] : []))).toEqual([
      'Ada Lovelace',
      'tab bell',
      'Dora',
    ])
  })

  it('falls back on the publication for a zone or a time of day that does not exist, and says so', async () => {
    const rows = await read(
      'email,timezone,deliverAt\na@b.example,Europe/Londn,06:30\nb@b.example,Asia/Tokyo,7am\nc@b.example,,\n',
    )
    expect(said(rows)).toEqual(['2 subscriber-time', '3 subscriber-time'])
    expect(
      rows.flatMap((row) => ('subscriber' in row ? [[row.subscriber.timezone, row.subscriber.deliverAt]] : [])),
    ).toEqual([
      [undefined, '06:30'],
      ['Asia/Tokyo', undefined],
      [undefined, undefined],
    ])
  })

  it('takes the id it is given if it is safe, refuses one that leads out of a folder, and one used twice', async () => {
    const rows = await read('id,email\n17,a@b.example\n../x,b@b.example\n17,c@b.example\n')
    expect(said(rows)).toEqual(['3 subscriber-row', '4 subscriber-duplicate'])
  })

  it('must exist and have a column of addresses', async () => {
    await expect(read('name\nAda\n')).rejects.toThrow('no column "email"')
    await expect(read('')).rejects.toThrow('is empty')
    await expect(Array.fromAsync(readSubscribers('/nowhere', 'subscribers.csv'))).rejects.toThrow(
      'There is no audience',
    )
  })

  it('holds addresses mail can go to, and no others', () => {
    for (const good of [
      'a@b.example',
      'first.last+tag@sub.example.org',
      "o'neil@example.ie",
      'Grüße@münchen.example',
      'x_y-z@a-b.example',
    ])
      expect({ good, is: isAddress(good) }).toEqual({ good, is: true })
    for (const bad of [
      '',
      'a',
      'a@',
      '@b.example',
      'a@b',
      'a b@c.example',
      'a@b.example\r\nBcc: x@y.example',
      'a@b.example,c@d.example',
      '<a@b.example>',
      'a..b@c.example',
      '.a@c.example',
      'a@[10.0.0.1]',
      'a@10.0.0.1',
      '"a b"@c.example',
      'a@b..example',
      `${'x'.repeat(65)}@b.example`,
      'a@-b.example',
      'a@b.example>',
    ]) {
      expect({ bad, is: isAddress(bad) }).toEqual({ bad, is: false })
    }
  })

  it('reads a file put together from two, whose lines end differently', async () => {
    const rows = await read('email,name\r\na@x.example,A\nb@x.example,B\r\nc@x.example,C\n')
    expect(rows.map((row) => ('subscriber' in row ? `${row.subscriber.email} ${row.subscriber.line}` : row))).toEqual([
      'a@x.example 2',
      'b@x.example 3',
      'c@x.example 4',
    ])
  })

  it('says where a quotation mark goes wrong', async () => {
    await expect(read('email,name\na@x.example,A\nb@x.example,"B\nc@x.example,C\n')).rejects.toMatchObject({
      code: 'bad-audience',
      message: expect.stringContaining('line 3, is never closed'),
    })
    await expect(read('email,name\na@x.example,"A" B\n')).rejects.toMatchObject({
      code: 'bad-audience',
      message: expect.stringContaining('from line 2 on'),
    })
  })
})
