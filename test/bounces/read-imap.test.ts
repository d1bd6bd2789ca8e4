import { describe, expect, it } from 'vitest'
import { parseImapUrl, readImap } from '../../src/bounces/read-imap.ts'
import { imapServer } from '../support/imap-server.ts'
import { aReport } from './notices.ts'

const SINCE = new Date('2026-11-01T00:00:00Z')

describe('a mailbox on a server', () => {
  it('is read and not touched: opened to be read only, fetched without marking', async () => {
    const mails = [Buffer.from(aReport()), Buffer.from([0x53, 0x75, 0x62, 0x3a, 0x0d, 0x0a, 0x0d, 0x0a, 0xff, 0xe2])]
    const { port, commands } = await imapServer('bounces', 'pass word', mails)
    const mailbox = parseImapUrl(`imap://bounces@127.0.0.1:${port}/INBOX`, 'pass word')
    const read = await Array.fromAsync(readImap(mailbox, SINCE))
    expect(read.map((one) => one.place)).toEqual(['INBOX/1', 'INBOX/2'])
    expect(read.map((one) => Buffer.from(one.bytes))).toEqual(mails)
    expect(commands.filter((one) => /^(EXAMINE|SELECT)/.test(one))).toEqual(['EXAMINE INBOX'])
    expect(commands.filter((one) => one.includes('SEARCH'))).toEqual(['UID SEARCH SINCE 01-Nov-2026'])
    expect(commands.filter((one) => /STORE|MOVE|COPY|EXPUNGE|APPEND|BODY\[/.test(one))).toEqual([])
  })

  it.each([
    ['a password that is wrong', 'INBOX', 'wrong', 'does not let bounces in'],
    ['a folder that is not there', 'Elsewhere', 'right', 'does not open Elsewhere'],
  ])('with %s is an operator’s mistake', async (_, folder, password, words) => {
    const { port } = await imapServer('bounces', 'right', [])
    const mailbox = parseImapUrl(`imap://bounces@127.0.0.1:${port}/${folder}`, password)
    const read = Array.fromAsync(readImap(mailbox, SINCE))
    await expect(read).rejects.toMatchObject({ code: 'imap-failed', message: expect.stringContaining(words) })
  })

  it('that is not there, or offers no encryption elsewhere than on this machine, is refused', async () => {
    const { port, commands } = await imapServer('bounces', 'right', [])
    const here = parseImapUrl(`imap://bounces@127.0.0.1:${port}/INBOX`, 'right')
    await expect(Array.fromAsync(readImap({ ...here, isLoopback: false }, SINCE))).rejects.toMatchObject({
      code: 'imap-failed',
    })
    expect(commands).not.toContain('LOGIN')
    await expect(Array.fromAsync(readImap({ ...here, port: 1 }, SINCE))).rejects.toMatchObject({ code: 'imap-failed' })
  })
})

describe('the address of a mailbox', () => {
  it('has defaults, and signs in a user', () => {
    expect(parseImapUrl('imaps://a%40b.example@mail.example', 'p')).toEqual({
      host: 'mail.example',
      port: 993,
      secure: true,
      isLoopback: false,
      user: 'a@b.example',
      password: 'p',
      folder: 'INBOX',
    })
    expect(parseImapUrl('imap://a@[::1]:1143/Sent%20mail', 'p')).toMatchObject({
      host: '::1',
      port: 1143,
      isLoopback: true,
      folder: 'Sent mail',
    })
  })

  it.each([
    ['imaps://mail.example/INBOX', 'p', 'bad-imap-url'],
    ['imaps://a:secret@mail.example/INBOX', 'p', 'bad-imap-url'],
    ['imaps://a@mail.example/INBOX', null, 'no-imap-password'],
  ])('%s with password %s is refused as %s', (url, password, code) => {
    expect(() => parseImapUrl(url, password)).toThrow(expect.objectContaining({ code }))
  })
})
