import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AudienceHome } from '../../src/audience/home.ts'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { openDatabase, openLedger } from '../../src/ledger/open.ts'
import { runCli } from '../support/run-cli.ts'
import { sampleCopy } from '../support/sample.ts'

const TROUBLESOME = `email,id,name,topics,timezone,deliverAt,language,status,city,note
+plus@readers.example,no.1,"=HYPERLINK(""http://x.example"")",world mail,Asia/Tokyo,06:30,de,active,"Zürich, CH",-1
ada@readers.example,,"O'Brien, ""Ada""",,,,,,,@here
left@readers.example,,'=quoted,,,,,unsubscribed,,
off@readers.example,,Off,,,,,bounced,,
no address,,,,,,,,,
ada@readers.example,,again,,,,,,,
`
const idOf = (email: string): string => defaultId(addressHash(email))

describe('subscribers', () => {
  it('go into the database and out again as they were, safe for a spreadsheet', async () => {
    const root = await sampleCopy()
    await writeFile(path.join(root, 'people.csv'), TROUBLESOME)
    const imported = await runCli(['subscribers', 'import', path.join(root, 'people.csv'), '--root', root, '--json'])
    expect(JSON.parse(imported.stdout)).toEqual({
      added: 4,
      changed: 0,
      unsubscribed: 1,
      forgotten: 0,
      idTaken: 0,
      skipped: { 'bad-address': 1, duplicate: 1 },
    })
    // The audience has moved: no file any more.
    await rm(path.join(root, 'subscribers.csv'))
    const out = await runCli(['subscribers', 'export', '--root', root])
    expect(out.exitCode).toBe(0)
    for (const line of out.stdout.split('\r\n').slice(1))
      for (const cell of line.split(',')) expect(cell).not.toMatch(/^"?[=+\-@\t]/)
    const listed = async (at: string) =>
      (JSON.parse((await runCli(['subscribers', 'list', '--json', '--root', at])).stdout) as { id: string }[]).toSorted(
        (a, b) => a.id.localeCompare(b.id),
      )
    const before = await listed(root)
    expect(before).toHaveLength(4)
    expect(before).toContainEqual(
      expect.objectContaining({
        email: '+plus@readers.example',
        id: 'no.1',
        name: '=HYPERLINK("http://x.example")',
        topics: ['world', 'mail'],
        timezone: 'Asia/Tokyo',
        deliverAt: '06:30',
        language: 'de',
        extra: { city: 'Zürich, CH', note: '-1' },
        state: 'active',
      }),
    )
    expect(before).toContainEqual(
      expect.objectContaining({ email: 'left@readers.example', name: '=quoted', state: 'unsubscribed' }),
    )
    const other = await sampleCopy()
    await rm(path.join(other, 'subscribers.csv'))
    await writeFile(path.join(other, 'out.csv'), out.stdout)
    await runCli(['subscribers', 'import', path.join(other, 'out.csv'), '--root', other])
    expect(await listed(other)).toEqual(before)
    const sent = await runCli(['send', '2026-11-20', '--dry-run', '--json', '--root', other])
    expect(JSON.parse(sent.stdout)).toMatchObject({ audience: 4, skipped: { unsubscribed: 1, inactive: 1 } })
  })

  it('who left or asked to be deleted are revived by no import, and their rows in the file are named', async () => {
    const root = await sampleCopy({
      'subscribers.csv': 'email\nada@readers.example\nbob@readers.example\ncy@readers.example\n',
    })
    const database = await openDatabase(path.join(root, '.broadsheet/ledger.db'))
    const home = new AudienceHome(database, 'morning-digest')
    await home.choices.unsubscribe(idOf('ada@readers.example'), 5)
    await home.deletions.forget(idOf('bob@readers.example'), 'bob@readers.example', 6)
    await database.close()
    for (let times = 1; times <= 2; times++) {
      const file = path.join(root, 'subscribers.csv')
      const imported = await runCli(['subscribers', 'import', file, '--root', root, '--json'])
      expect(JSON.parse(imported.stdout)).toMatchObject({
        forgotten: 1,
        unsubscribed: 1,
        [times === 1 ? 'added' : 'changed']: 2,
      })
    }
    const list = await runCli(['subscribers', 'list', '--root', root])
    expect(list.stdout).toMatch(/^unsubscribed\tada@readers\.example/m)
    expect(list.stdout).toMatch(/^deleted\tbob@readers\.example\t\w+\tsubscribers\.csv:3$/m)
    expect((await runCli(['subscribers', 'list', '--state', 'active', '--root', root])).stdout).toMatch(
      /^active\tcy@[^\n]+\n$/,
    )
    expect((await runCli(['subscribers', 'export', '--root', root])).stdout).not.toContain('bob@')
    const show = await runCli(['subscribers', 'show', 'ADA@readers.example', '--root', root, '--json'])
    expect(JSON.parse(show.stdout)).toMatchObject({
      state: 'unsubscribed',
      email: 'ada@readers.example',
      deliveries: [],
    })
    const nobody = await runCli(['subscribers', 'show', 'dan@readers.example', '--root', root, '--json'])
    expect(nobody.exitCode).toBe(2)
    expect(JSON.parse(nobody.stdout).error.code).toBe('no-subscriber')
  })

  it('whose address is never to be mailed are listed as that, and an export says so', async () => {
    const root = await sampleCopy({ 'subscribers.csv': 'email\nada@readers.example\nbob@readers.example\n' })
    const ledger = await openLedger(path.join(root, '.broadsheet/ledger.db'))
    const suppress = { addressHash: addressHash('bob@readers.example'), reason: 'complaint' }
    const bounce = { fingerprint: 'f', verdict: 'complaint', reason: 'abuse', subscriberId: null, edition: null }
    await ledger.bounces.take('morning-digest', [{ ...bounce, delivery: null, suppress }], 5)
    await ledger.close()
    const list = await runCli(['subscribers', 'list', '--state', 'suppressed', '--root', root])
    expect(list.stdout).toMatch(/^suppressed\tbob@[^\n]+\n$/)
    const show = await runCli(['subscribers', 'show', 'bob@readers.example', '--root', root, '--json'])
    expect(JSON.parse(show.stdout)).toMatchObject({ state: 'suppressed', suppressed: 'complaint' })
    const out = await runCli(['subscribers', 'export', '--root', root])
    // A new database, which knows nothing of the complaint, mails them no more than this one.
    const other = await sampleCopy({ 'subscribers.csv': out.stdout })
    const sent = await runCli(['send', '2026-11-20', '--dry-run', '--json', '--root', other])
    expect(JSON.parse(sent.stdout)).toMatchObject({ audience: 2, skipped: { inactive: 1 } })
  })

  it('who left elsewhere have left, whatever they chose here before', async () => {
    const root = await sampleCopy({ 'subscribers.csv': 'email,status\nada@readers.example,unsubscribed\n' })
    const database = await openDatabase(path.join(root, '.broadsheet/ledger.db'))
    await new AudienceHome(database, 'morning-digest').choices.leaveTopic(idOf('ada@readers.example'), 'world', 5)
    await database.close()
    const file = path.join(root, 'subscribers.csv')
    const imported = await runCli(['subscribers', 'import', file, '--root', root, '--json'])
    expect(JSON.parse(imported.stdout)).toMatchObject({ added: 1, unsubscribed: 1 })
    const show = await runCli(['subscribers', 'show', 'ada@readers.example', '--root', root, '--json'])
    expect(JSON.parse(show.stdout)).toMatchObject({ state: 'unsubscribed', excluded: ['world'] })
  })

  it('keep the names of their columns on the way out and in, whatever those begin with', async () => {
    const root = await sampleCopy({ 'subscribers.csv': 'email,+shoe\nada@readers.example,41\n' })
    const out = await runCli(['subscribers', 'export', '--root', root])
    const other = await sampleCopy({ 'subscribers.csv': out.stdout })
    const list = await runCli(['subscribers', 'list', '--root', other, '--json'])
    expect(JSON.parse(list.stdout)).toMatchObject([{ extra: { '+shoe': '41' } }])
  })

  it('of a publication without a database are those of the file, and asking makes none', async () => {
    const root = await sampleCopy()
    const list = await runCli(['subscribers', 'list', '--json', '--root', root])
    expect(JSON.parse(list.stdout)).toHaveLength(10)
    await expect(readFile(path.join(root, '.broadsheet/ledger.db'))).rejects.toThrow()
  })
})
