import { describe, expect, it } from 'vitest'
import type { OpenSite } from '../../scripts/public-site.ts'
import { type AudienceRow, readSubscribers } from '../../src/audience/read-csv.ts'
import { addressHash, type Subscriber } from '../../src/audience/subscriber.ts'
import { linkToken } from '../../src/audience/token.ts'
import { wayOutToken } from '../../src/audience/way-out.ts'
import { ADA, aSite } from '../support/public-site.ts'

/** A file that has got a column of ids after copies with the addresses' own had left. */
const WITH_IDS = `email,id,name\n${ADA},no-7,Ada\n`
const NEW_LINK = (site: OpenSite): string => `/p/${linkToken(site.secrets, 'preferences', 'test-digest', 'no-7')}`
const NEW_WAY_OUT = (site: OpenSite): string => `/u/${wayOutToken(site.secrets, 'test-digest', 'no-7')}`

const post = (site: OpenSite, at: string, fields: Record<string, string> = {}) =>
  site.app.request(at, { method: 'POST', body: new URLSearchParams(fields) })

async function adaOf(site: OpenSite): Promise<Subscriber | undefined> {
  const rows = await Array.fromAsync(site.home.audience(readSubscribers(`${site.file}/../..`, 'subscribers.csv')))
  return rows.flatMap((row: AudienceRow) => ('subscriber' in row ? [row.subscriber] : []))[0]
}

/** As `send` leaves it: a copy that went to Ada under the id of her row. */
async function aCopyLeft(site: OpenSite): Promise<void> {
  const key = { publication: 'test-digest', edition: '2026-11-20' }
  await site.ledger.open(key, 'x', true, 1)
  await site.ledger.plan(key, [{ id: 'no-7', addressHash: addressHash(ADA), dueAt: 1, skipped: null }], 1)
}

describe('a link in a copy that left before the file had ids', () => {
  it('opens the same preferences, and what is chosen there counts', async () => {
    const site = await aSite({}, WITH_IDS)
    const path = site.preferences(ADA)
    expect(await (await site.app.request(path)).text()).toContain('a•••@r•••.example')
    await post(site, path, { do: 'save', topic: 'world', deliverAt: '06:30' })
    expect(await adaOf(site)).toMatchObject({ id: 'no-7', deliverAt: '06:30', excluded: ['business'] })
    expect(await (await site.app.request(NEW_LINK(site))).text()).toContain('value="06:30" selected')
  })

  it('takes an unsubscription back, and so does the newer one, whichever it was made by', async () => {
    const site = await aSite({}, WITH_IDS)
    for (const [left, back] of [
      [site.wayOut(ADA), NEW_LINK(site)],
      [NEW_WAY_OUT(site), site.preferences(ADA)],
      [site.wayOut(ADA), site.preferences(ADA)],
    ] as const) {
      await aCopyLeft(site)
      await post(site, left, { page: 'yes' })
      expect((await adaOf(site))?.withheld).toBe('unsubscribed')
      for (const wayOut of [site.wayOut(ADA), NEW_WAY_OUT(site)])
        expect(await (await site.app.request(wayOut)).text()).toContain('value="resubscribe"')
      expect(await (await site.app.request(back)).text()).toContain('Subscribe again')
      expect((await post(site, back, { do: 'resubscribe' })).status).toBe(200)
      expect((await adaOf(site))?.withheld).toBeUndefined()
    }
  })

  it('leaves one topic, and another that was left by a newer one stays left', async () => {
    const site = await aSite({}, WITH_IDS)
    await post(site, site.wayOut(ADA), { topic: 'world' })
    site.clock.now += 1000
    await post(site, NEW_WAY_OUT(site), { topic: 'business' })
    expect((await adaOf(site))?.excluded?.toSorted()).toEqual(['business', 'world'])
  })

  it('leads to all that is kept, the proof of a sign-up too, and to its deletion', async () => {
    const site = await aSite({}, WITH_IDS)
    const asked = { email: ADA, name: '', topics: [], timezone: null, language: null, wording: 'I want it.' }
    const id = await site.home.signUps.ask(asked, 1000)
    await site.home.signUps.confirm(id, 1000, 1005)
    await post(site, NEW_LINK(site), { do: 'own-data' })
    const link = new URL(site.mails.at(-1)?.link ?? '').pathname
    const data = await (await post(site, link, { do: 'download' })).json()
    expect(data).toMatchObject({ consents: [{ words: 'I want it.' }] })
    await post(site, link, { do: 'delete' })
    expect((await adaOf(site))?.withheld).toBe('suppressed')
  })
})

describe('who was forgotten with an id of the publisher’s, and has signed up again', () => {
  it('can leave by the copies they get now', async () => {
    const site = await aSite({}, WITH_IDS)
    await site.home.deletions.forget('no-7', ADA, 1)
    const asked = { email: ADA, name: '', topics: [], timezone: null, language: null, wording: 'I want it.' }
    await site.home.signUps.confirm(await site.home.signUps.ask(asked, 1000), 1000, 1005)
    await aCopyLeft(site)
    expect((await adaOf(site))?.withheld).toBeUndefined()
    expect((await site.app.request(NEW_LINK(site))).status).toBe(200)
    await post(site, NEW_WAY_OUT(site))
    expect((await adaOf(site))?.withheld).toBe('unsubscribed')
  })
})
