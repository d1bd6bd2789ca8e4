import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/bounces/fingerprint.ts'
import { masked } from '../../src/bounces/masked.ts'
import { readMails } from '../../src/bounces/read-mails.ts'
import { writeFiles } from '../support/publication.ts'
import { emptyFolder } from '../support/sample.ts'
import { aReport } from './notices.ts'

async function readAll(files: Record<string, string | Uint8Array>, source = '.'): Promise<[string, string][]> {
  const folder = await emptyFolder()
  await writeFiles(folder, files)
  const mails = await Array.fromAsync(readMails(path.join(folder, source)))
  for (const [name, content] of Object.entries(files))
    expect(await readFile(path.join(folder, name))).toEqual(Buffer.from(content as string))
  return mails.map((one) => [one.place, one.bytes.toString('latin1')])
}

const FROM = 'From MAILER-DAEMON Fri Nov 20 08:00:00 2026'

describe('a source of returned mail', () => {
  it('is a file with one mail', async () => {
    expect(await readAll({ 'one.eml': 'Subject: x\r\n\r\nFrom me\r\n' }, 'one.eml')).toEqual([
      ['one.eml', 'Subject: x\n\nFrom me'],
    ])
  })

  it('is an mbox, its quoted lines restored', async () => {
    const text = `${FROM}\nSubject: a\n\n>From the start\n>>From the quoted\nFrom nowhere in particular\n\n${FROM} +0900\nSubject: b\n\nFrom here, without a blank line\n\nFrom prose after one\n`
    expect(await readAll({ box: text }, 'box')).toEqual([
      ['box#1', 'Subject: a\n\nFrom the start\n>From the quoted\nFrom nowhere in particular\n'],
      ['box#2', 'Subject: b\n\nFrom here, without a blank line\n\nFrom prose after one'],
    ])
  })

  it('is a folder, in the order of names, without hidden files and folders', async () => {
    const files = {
      'b.eml': 'Subject: b\n\n',
      'a.mbox': `${FROM}\nSubject: a\n\n\n${FROM}\nSubject: c\n\n`,
      '.hidden': 'x',
      'sub/d.eml': 'Subject: d\n',
    }
    expect((await readAll(files)).map(([place]) => place)).toEqual(['a.mbox#1', 'a.mbox#2', 'b.eml'])
  })

  it('is a maildir: what is new and what has been seen, not what is still being written', async () => {
    const files = {
      'cur/2:2,S': 'Subject: c\n\n',
      'new/1': 'Subject: n\n\n',
      'tmp/3': 'Subject: t\n\n',
      'dovecot.index': 'x',
    }
    expect((await readAll(files)).map(([place]) => place)).toEqual(['cur/2:2,S', 'new/1'])
  })

  it('keeps every byte of every charset, and a mail that is empty', async () => {
    const bytes = Buffer.from(
      [...'Subject: x\n\n'].map((one) => one.charCodeAt(0)).concat([0xff, 0x85, 0xe2, 0x80, 0xa8, 0xa0]),
    )
    const [[, text] = []] = await readAll({ a: bytes }, 'a')
    expect(Buffer.from(text ?? '', 'latin1')).toEqual(bytes)
    expect(await readAll({ a: '' }, 'a')).toEqual([['a', '']])
  })

  it('that is not there is an operator’s mistake', async () => {
    await expect(Array.fromAsync(readMails('/nowhere/at/all'))).rejects.toMatchObject({ code: 'no-source' })
  })
})

describe('a fingerprint', () => {
  it('is the same however the mail was filed, and another for another mail', () => {
    const mail = aReport()
    const print = (text: string): string => fingerprintOf(Buffer.from(text))
    const filed = `X-UID: 7\nReceived: by elsewhere\n${mail.replaceAll('\r\n', '\n')}\n\n`
    expect(print(filed)).toBe(print(mail))
    expect(print(aReport({ messageId: '<other@mx.test.example>' }))).not.toBe(print(mail))
    expect(print(aReport({ status: '5.2.2' }))).not.toBe(print(mail))
  })

  it('of what is no mail is its own, so that one kept from a pipe never takes the place of another', () => {
    const prints = ['', 'nothing', 'nothing else', '\0\0\0', 'a line\n\nand another'].map((text) =>
      fingerprintOf(Buffer.from(text)),
    )
    expect(new Set(prints).size).toBe(5)
  })
})

describe('a masked address', () => {
  it.each([
    ['ada@readers.example', 'a…@readers.example'],
    ['@x', '…'],
    ['nothing', '…'],
    ['a@b\u001b[31m', 'a…@b[31m'],
  ])('of %j is %j', (address, shown) => {
    expect(masked(address)).toBe(shown)
  })
})
