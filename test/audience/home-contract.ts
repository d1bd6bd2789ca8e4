import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Chosen } from '../../src/audience/choices.ts'
import { AudienceHome } from '../../src/audience/home.ts'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import { addressHash, defaultId, type Subscriber } from '../../src/audience/subscriber.ts'
import { wantedTopics } from '../../src/delivery/plan.ts'
import type { OpenDatabase } from '../../src/ledger/database.ts'
import { ledgerOn } from '../../src/ledger/open.ts'
import { writeFiles } from '../support/publication.ts'
import { emptyFolder } from '../support/sample.ts'

const PUBLICATION = 'digest'
const idOf = (email: string): string => defaultId(addressHash(email))
const ADA = idOf('ada@readers.example')
const nothing: Chosen = {
  topics: null,
  excluded: [],
  timezone: null,
  deliverAt: null,
  language: null,
  pausedUntil: null,
}

/** What the audience's home promises on either engine. `runs`: how many histories are made up. */
export function homeContract(open: (root: string) => Promise<OpenDatabase>, runs: number): void {
  async function aHome(csv = 'email,topics\nada@readers.example,\nbob@readers.example,world mail\n') {
    const root = await emptyFolder()
    await writeFiles(root, { 'subscribers.csv': csv })
    const database = await open(root)
    const home = new AudienceHome(database, PUBLICATION)
    const write = (text: string) => writeFiles(root, { 'subscribers.csv': text })
    const rows = () => Array.fromAsync(home.audience(readSubscribers(root, 'subscribers.csv')))
    const everybody = async () =>
      (await rows()).flatMap((row: AudienceRow) => ('subscriber' in row ? [row.subscriber] : []))
    const who = async (email: string): Promise<Subscriber> => {
      const found = (await everybody()).filter((one) => one.email === email)
      expect(found).toHaveLength(1)
      return found[0] as Subscriber
    }
    const signUp = async (email: string, topics: readonly string[] = [], at = 1000) => {
      const asked = { email, name: '', topics, timezone: null, language: null, wording: 'I want it.' }
      const id = await home.signUps.ask(asked, at)
      expect(await home.signUps.confirm(id, at, at + 5)).toBe(true)
      return id
    }
    return { root, database, home, write, rows, everybody, who, signUp }
  }

  describe('what subscribers say lies over the file', () => {
    it('leaves a file nobody has said anything about as it is', async () => {
      const { everybody, root, database } = await aHome()
      const file = await Array.fromAsync(readSubscribers(root, 'subscribers.csv'))
      expect(await everybody()).toEqual(file.map((row) => ('subscriber' in row ? row.subscriber : null)))
      await database.close()
    })

    it('keeps an unsubscription when the row goes and comes back', async () => {
      const { home, write, who, everybody, database } = await aHome()
      await home.choices.unsubscribe(ADA, 5)
      expect((await who('ada@readers.example')).withheld).toBe('unsubscribed')
      await write('email\nbob@readers.example\n')
      expect(await everybody()).toHaveLength(1)
      await write('email,name\nbob@readers.example,Bob\nADA@readers.example,Ada again\n')
      expect((await who('ADA@readers.example')).withheld).toBe('unsubscribed')
      await database.close()
    })

    it('keeps an unsubscription when an id column is added later, and when it is dropped', async () => {
      const { home, write, who, database } = await aHome()
      await home.choices.unsubscribe(ADA, 5)
      await write('email,id\nada@readers.example,no-7\nbob@readers.example,no-8\n')
      expect((await who('ada@readers.example')).withheld).toBe('unsubscribed')
      const ledger = ledgerOn(database)
      const key = { publication: PUBLICATION, edition: '2026-11-20' }
      await ledger.open(key, 'x', false, 1)
      await ledger.plan(
        key,
        [{ id: 'no-8', addressHash: addressHash('bob@readers.example'), dueAt: 1, skipped: null }],
        1,
      )
      await home.choices.unsubscribe('no-8', 6)
      await write('email\nada@readers.example\nbob@readers.example\n')
      expect((await who('bob@readers.example')).withheld).toBe('unsubscribed')
      await database.close()
    })

    it('keeps an unsubscription whatever is chosen later under another id of the same person', async () => {
      const { home, write, who, database } = await aHome()
      await home.choices.unsubscribe(ADA, 5)
      await write('email,id\nada@readers.example,no-7\n')
      await home.choices.choose('no-7', { ...nothing, deliverAt: '06:30' }, 6)
      expect(await who('ada@readers.example')).toMatchObject({ withheld: 'unsubscribed', deliverAt: '06:30' })
      await database.close()
    })

    it('takes one topic away from whoever has all, and gives them later ones', async () => {
      const { home, who, database } = await aHome()
      await home.choices.leaveTopic(ADA, 'mail', 5)
      await home.choices.leaveTopic(ADA, 'mail', 6)
      expect(wantedTopics(await who('ada@readers.example'), ['world', 'mail', 'new'])).toEqual(['world', 'new'])
      await Promise.all(['one', 'two', 'three'].map((topic) => home.choices.leaveTopic(ADA, topic, 6)))
      expect((await who('ada@readers.example')).excluded?.toSorted()).toEqual(['mail', 'one', 'three', 'two'])
      await home.choices.leaveTopic(idOf('bob@readers.example'), 'mail', 6)
      expect(wantedTopics(await who('bob@readers.example'), ['world', 'mail', 'new'])).toEqual(['world'])
      await database.close()
    })

    it('has the last word on zone, hour, language and pause', async () => {
      const { home, who, database } = await aHome(
        'email,timezone,deliverAt,language\nada@readers.example,UTC,08:00,de\n',
      )
      const chosen = { ...nothing, timezone: 'Asia/Tokyo', deliverAt: '06:30', pausedUntil: '2026-12-24' }
      await home.choices.choose(ADA, chosen, 5)
      expect(await who('ada@readers.example')).toMatchObject({
        timezone: 'Asia/Tokyo',
        deliverAt: '06:30',
        language: 'de',
        pausedUntil: '2026-12-24',
      })
      await home.choices.choose(ADA, nothing, 6)
      expect(await who('ada@readers.example')).toMatchObject({ timezone: 'UTC', pausedUntil: undefined })
      await database.close()
    })

    it('never lets choices revive who left, or leaving forget what was chosen', async () => {
      const { home, who, database } = await aHome()
      await home.choices.choose(ADA, { ...nothing, deliverAt: '06:30' }, 5)
      await home.choices.unsubscribe(ADA, 6)
      await home.choices.choose(ADA, { ...nothing, deliverAt: '09:30' }, 7)
      expect(await who('ada@readers.example')).toMatchObject({ withheld: 'unsubscribed', deliverAt: '09:30' })
      await home.choices.resubscribe(ADA, addressHash('ada@readers.example'), 8)
      expect(await who('ada@readers.example')).toMatchObject({ withheld: undefined, deliverAt: '09:30' })
      await database.close()
    })
  })

  describe('a copy that is about to leave', () => {
    it('is kept back from who has left since, under the id it has or the one it had', async () => {
      const { home, database } = await aHome()
      const ledger = ledgerOn(database)
      const key = { publication: PUBLICATION, edition: '2026-11-20' }
      const people = ['ada', 'bob', 'cy'].map((name, at) => ({ id: `no-${at}`, address: `${name}@readers.example` }))
      const ids = people.map((one) => one.id)
      await ledger.open(key, 'x', false, 1)
      await ledger.plan(
        key,
        people.map((one) => ({ id: one.id, addressHash: addressHash(one.address), dueAt: 1, skipped: null })),
        1,
      )
      await ledger.lease(key, ids, 'me', 99, 2)
      await home.choices.unsubscribe('no-0', 3)
      await home.choices.unsubscribe(idOf('bob@readers.example'), 3)
      expect(await Promise.all(ids.map((id) => ledger.begin(key, id, 'me', 4)))).toEqual([false, false, true])
      expect([await ledger.withdraw(key, 'no-0', 5), await ledger.withdraw(key, 'no-1', 5)]).toEqual([
        'unsubscribed',
        'unsubscribed',
      ])
      expect(await ledger.withdraw(key, 'no-2', 5)).toBeNull()
      await database.close()
    })
  })

  describe("the database's own subscribers", () => {
    it('come after the file, once, though they may stand in both', async () => {
      const { everybody, signUp, database } = await aHome()
      await signUp('cy@readers.example', ['world'])
      await signUp('Bob@readers.example', ['mail'])
      const all = await everybody()
      expect(all.map((one) => `${one.email} ${one.topics} ${one.line}`)).toEqual([
        'ada@readers.example  2',
        'bob@readers.example mail 3',
        'cy@readers.example world 0',
      ])
      await database.close()
    })

    it('begin anew with a confirmation: who had left is back, with the topics chosen now', async () => {
      const { home, who, signUp, database } = await aHome()
      await home.choices.leaveTopic(ADA, 'mail', 4)
      await home.choices.unsubscribe(ADA, 5)
      await signUp('ada@readers.example', ['mail'])
      const ada = await who('ada@readers.example')
      expect(ada.withheld).toBeUndefined()
      expect(wantedTopics(ada, ['world', 'mail'])).toEqual(['mail'])
      await database.close()
    })

    it('are nobody until they confirm, and the proof says when and to which words', async () => {
      const { home, everybody, database } = await aHome()
      const asked = {
        email: 'cy@readers.example',
        name: 'Cy',
        topics: [],
        timezone: null,
        language: 'de',
        wording: 'Ja.',
      }
      const id = await home.signUps.ask(asked, 1000)
      expect(await everybody()).toHaveLength(2)
      expect(await home.signUps.confirm(id, 999, 1001)).toBe(false)
      expect(await home.signUps.confirm(id, 1000, 2000)).toBe(true)
      expect(await home.signUps.confirm(id, 1000, 3000)).toBe(true)
      expect(await home.signUps.consents(id)).toMatchObject([
        { asked_at: 1000, confirmed_at: 2000, wording: 'Ja.', language: 'de' },
      ])
      expect(await everybody()).toHaveLength(3)
      await database.close()
    })

    it('cannot be confirmed after a week', async () => {
      const { home, database } = await aHome()
      const asked = {
        email: 'cy@readers.example',
        name: '',
        topics: [],
        timezone: null,
        language: null,
        wording: 'Yes.',
      }
      const id = await home.signUps.ask(asked, 1000)
      expect(await home.signUps.confirm(id, 1000, 1001 + 7 * 86_400_000)).toBe(false)
      await database.close()
    })
  })

  describe('whoever asks to be forgotten', () => {
    it('leaves no row, no address and no plain hash, and is known again when a row comes back', async () => {
      const { home, who, signUp, database } = await aHome()
      await signUp('ada@readers.example')
      await home.choices.choose(ADA, { ...nothing, deliverAt: '06:30' }, 5)
      await home.deletions.forget(ADA, 'ada@readers.example', 9)
      for (const table of ['preference', 'subscriber', 'sign_up', 'consent'])
        expect(
          await database.db.withTables<Record<string, { x: 1 }>>().selectFrom(table).selectAll().execute(),
        ).toEqual([])
      const kept = JSON.stringify(
        await database.db.withTables<Record<string, { x: 1 }>>().selectFrom('deletion').selectAll().execute(),
      )
      expect(kept).not.toContain('ada')
      expect(kept).not.toContain(addressHash('ada@readers.example').slice(0, 20))
      expect((await who('ada@readers.example')).withheld).toBe('suppressed')
      expect([
        ...(await home.forgotten([addressHash('ada@readers.example'), addressHash('bob@readers.example')])),
      ]).toEqual([[addressHash('ada@readers.example'), 'deleted']])
      await home.choices.unsubscribe(ADA, 10)
      expect(await home.known(ADA)).toEqual({ own: null, preference: null, deleted: true })
      await database.close()
    })

    it('is hashed with a salt of this database alone', async () => {
      const [one, other] = [await aHome(), await aHome()]
      const hashes = await Promise.all(
        [one, other].map(async ({ home, database }) => {
          await home.deletions.forget(ADA, 'ada@readers.example', 9)
          const rows = await database.db
            .withTables<{ deletion: { salted_hash: string } }>()
            .selectFrom('deletion')
            .select('salted_hash')
            .execute()
          await database.close()
          return rows.map((row) => row.salted_hash)
        }),
      )
      expect(hashes[0]).toHaveLength(1)
      expect(hashes[0]).not.toEqual(hashes[1])
    })

    it('may ask for it again', async () => {
      const { home, who, signUp, database } = await aHome()
      await home.deletions.forget(ADA, 'ada@readers.example', 9)
      await signUp('ada@readers.example')
      expect((await who('ada@readers.example')).withheld).toBeUndefined()
      expect((await home.forgotten([addressHash('ada@readers.example')])).size).toBe(0)
      await database.close()
    })

    it('gets no copy that was planned and has not left', async () => {
      const { home, database } = await aHome()
      const ledger = ledgerOn(database)
      const key = { publication: PUBLICATION, edition: '2026-11-20' }
      await ledger.open(key, 'x', false, 1)
      await ledger.plan(key, [{ id: ADA, addressHash: addressHash('ada@readers.example'), dueAt: 1, skipped: null }], 1)
      await ledger.lease(key, [ADA], 'me', 99, 2)
      await home.deletions.forget(ADA, 'ada@readers.example', 3)
      expect(await ledger.begin(key, ADA, 'me', 4)).toBe(false)
      expect(await ledger.withdraw(key, ADA, 4)).toBe('suppressed')
      await database.close()
    })

    it('gets no copy that was planned under another id of theirs', async () => {
      const { home, database } = await aHome()
      const ledger = ledgerOn(database)
      const key = { publication: PUBLICATION, edition: '2026-11-20' }
      await ledger.open(key, 'x', false, 1)
      await ledger.plan(
        key,
        [{ id: 'no-7', addressHash: addressHash('ada@readers.example'), dueAt: 1, skipped: null }],
        1,
      )
      await ledger.lease(key, ['no-7'], 'me', 99, 2)
      await home.deletions.forget(ADA, 'ada@readers.example', 3)
      expect(await ledger.begin(key, 'no-7', 'me', 4)).toBe(false)
      await database.close()
    })

    it('is not written down again by a topic they leave', async () => {
      const { home, database } = await aHome()
      await home.deletions.forget(ADA, 'ada@readers.example', 3)
      await home.choices.leaveTopic(ADA, 'mail', 4)
      expect(await home.choices.of(ADA)).toBeNull()
      await database.close()
    })
  })

  describe('ten thousand rows', () => {
    it('come out once each, in the order of the file, whatever is known of some of them', async () => {
      const { home, write, rows, signUp, database } = await aHome()
      await write(`email\n${Array.from({ length: 10_000 }, (_, at) => `r${at}@readers.example`).join('\n')}\n`)
      for (const at of [0, 999, 1000, 1001, 9999]) await home.choices.unsubscribe(idOf(`r${at}@readers.example`), 5)
      await signUp('r1500@readers.example')
      await signUp('new@readers.example')
      const all = (await rows()).flatMap((row) => ('subscriber' in row ? [row.subscriber] : []))
      expect(all.slice(0, 10_000).map((one) => one.email)).toEqual(
        Array.from({ length: 10_000 }, (_, at) => `r${at}@readers.example`),
      )
      expect(all.slice(10_000).map((one) => one.email)).toEqual(['new@readers.example'])
      expect(all.filter((one) => one.withheld !== undefined).map((one) => one.email)).toEqual(
        [0, 999, 1000, 1001, 9999].map((at) => `r${at}@readers.example`),
      )
      await database.close()
    })
  })

  describe('whatever happens in whatever order', () => {
    it('nobody who left, and did not confirm a sign-up since, is served', async () => {
      const people = ['ada@readers.example', 'bob@readers.example', 'cy@readers.example']
      const person = fc.constantFrom(...people)
      const step = fc.oneof(
        fc.record({ do: fc.constant('leave' as const), person }),
        fc.record({ do: fc.constant('forget' as const), person }),
        fc.record({ do: fc.constant('sign up' as const), person }),
        fc.record({ do: fc.constant('choose' as const), person }),
        fc.record({ do: fc.constant('drop from file' as const), person }),
        fc.record({ do: fc.constant('add to file' as const), person }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { home, write, everybody, signUp, database } = await aHome()
          const file = new Set(people.slice(0, 2))
          const away = new Set<string>()
          let at = 1000
          for (const one of steps) {
            at += 100
            const id = idOf(one.person)
            if (one.do === 'leave') {
              await home.choices.unsubscribe(id, at)
              away.add(one.person)
            } else if (one.do === 'forget') {
              await home.deletions.forget(id, one.person, at)
              away.add(one.person)
            } else if (one.do === 'sign up') {
              await signUp(one.person, [], at)
              away.delete(one.person)
            } else if (one.do === 'choose') await home.choices.choose(id, nothing, at)
            else if (one.do === 'add to file') file.add(one.person)
            else file.delete(one.person)
            await write(`email\n${[...file].join('\n')}\n`)
          }
          const all = await everybody()
          expect(new Set(all.map((one) => one.email)).size).toBe(all.length)
          expect(all.filter((one) => one.withheld === undefined && away.has(one.email))).toEqual([])
          expect(all.filter((one) => one.withheld !== undefined && !away.has(one.email))).toEqual([])
          await database.close()
        }),
        { numRuns: runs },
      )
    })
  })
}
