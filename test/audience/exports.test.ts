import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import { sharedReal } from '../support/publication.ts'
import { emptyFolder } from '../support/sample.ts'

async function read(text: string): Promise<string[]> {
  const root = await emptyFolder()
  await writeFile(path.join(root, 'a.csv'), text)
  return (await Array.fromAsync(readSubscribers(root, 'a.csv'))).map(said)
}
const said = (row: AudienceRow): string =>
  'skipped' in row
    ? `${row.email} ${row.skipped}`
    : [
        row.subscriber.email,
        row.subscriber.status,
        row.subscriber.name,
        row.subscriber.timezone ?? '',
        row.subscriber.language ?? '',
      ].join('|')

describe('the export of another service', () => {
  it('Mailchimp: an address column of another name, first and last name, and who left or bounced', async () => {
    expect(
      await read(
        'Email Address,First Name,Last Name,TIMEZONE,TAGS\na@x.example, Ada , Lovelace ,Europe/London,"""One"""\n',
      ),
    ).toEqual(['a@x.example|active|Ada Lovelace|Europe/London|'])
    expect(await read('Email Address,UNSUB_TIME\na@x.example,2024-01-01 00:00:00\nb@x.example,\n')).toEqual([
      'a@x.example|unsubscribed|||',
      'b@x.example|active|||',
    ])
    expect(await read('Email Address,CLEAN_TIME\na@x.example,2024-01-01 00:00:00\n')).toEqual([
      'a@x.example|unsubscribed|||',
    ])
  })

  it('Substack: email_disabled', async () => {
    expect(
      await read(
        'email,expiry,email_disabled,type\na@x.example,2030-01-01,false,paid\nb@x.example,2030-01-01,true,comp\n',
      ),
    ).toEqual(['a@x.example|active|||', 'b@x.example|unsubscribed|||'])
  })

  it('Ghost: subscribed_to_emails, and rows shorter than the header', async () => {
    expect(
      await read('email,name,subscribed_to_emails\na@x.example,Ada,true\nb@x.example,Bob,false\nc@x.example\n'),
    ).toEqual(['a@x.example|active|Ada||', 'b@x.example|unsubscribed|Bob||', 'c@x.example|active|||'])
  })

  it('beehiiv: a status, outweighed by the day somebody left', async () => {
    expect(
      await read(
        'email,First Name,Last Name,status,unsubscribed_at\na@x.example,Ada,,active,\nb@x.example,,,pending,\nc@x.example,,,active,2023-04-11 14:02:46 UTC\n',
      ),
    ).toEqual(['a@x.example|active|Ada||', 'b@x.example|pending|||', 'c@x.example|unsubscribed|||'])
  })

  it('listmonk: enabled is active, blocklisted is not, and attributes become slots', async () => {
    const root = await emptyFolder()
    await writeFile(
      path.join(root, 'a.csv'),
      'email,name,status,attributes\na@x.example,Ada,enabled,"{""city"": ""Hull"", ""age"": 40, ""deep"": {}}"\nb@x.example,Bob,blocklisted,{broken\n',
    )
    const [ada, bob] = await Array.fromAsync(readSubscribers(root, 'a.csv'))
    expect(ada).toMatchObject({ subscriber: { status: 'active', extra: { city: 'Hull', age: '40' } } })
    expect(ada).not.toMatchObject({ subscriber: { extra: { deep: expect.anything() } } })
    expect(bob).toMatchObject({ subscriber: { status: 'blocklisted' } })
  })

  it('Keila, as Excel writes it, and Notifuse with zone and language', async () => {
    expect(await read('\ufeffEmail;First name;Last name\r\na@x.example;Joël;Müller\r\n')).toEqual([
      'a@x.example|active|Joël Müller||',
    ])
    expect(
      await read('email,first_name,last_name,timezone,language\na@x.example,John,Doe,America/New_York,en\n'),
    ).toEqual(['a@x.example|active|John Doe|America/New_York|en'])
  })
})

/** Other people's files: looked at where they are, never copied. */
describe.skipIf(!existsSync(sharedReal))('real exports', () => {
  const rowsOf = async (file: string): Promise<AudienceRow[]> =>
    Array.fromAsync(readSubscribers(path.join(sharedReal, 'subscribers'), file))
  const active = (rows: readonly AudienceRow[]): string[] =>
    rows.flatMap((row) => ('skipped' in row || row.subscriber.status !== 'active' ? [] : [row.subscriber.email]))

  it('are read whole, and nobody who left is mailed', async () => {
    expect(active(await rowsOf('mailchimp-subscribed.csv'))).toHaveLength(5)
    expect(active(await rowsOf('ghost-valid-members-import.csv'))).toEqual(['jbloggs@example.com'])
    expect(await rowsOf('ghost-members-ragged-row.csv')).toHaveLength(2)
    const beehiiv = await rowsOf('beehiiv.csv')
    expect(beehiiv).toHaveLength(9)
    expect(active(beehiiv)).not.toContain('unsublit@example.com')
    for (const file of [
      'keila-import_excel.csv',
      'listmonk-subs.csv',
      'notifuse-sample.csv',
      'substack-subscribers.csv',
    ])
      expect({ file, active: active(await rowsOf(file)).length > 5 }).toEqual({ file, active: true })
  })
})
