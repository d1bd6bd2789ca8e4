import { describe, expect, it } from 'vitest'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { ADA, aSite } from '../support/public-site.ts'

type Site = Awaited<ReturnType<typeof aSite>>
const NEW = 'new@readers.example'

/** The page's form, filled in by somebody who took five seconds. */
async function fillIn(site: Site, email: string, more: Record<string, string | string[]> = {}): Promise<Response> {
  const page = await (await site.app.request('/sign-up')).text()
  const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? ''
  site.clock.now += 5000
  return post(site, '/sign-up', { form, email, ...more })
}

function post(site: Site, at: string, fields: Record<string, string | string[]> = {}): Promise<Response> {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
  return Promise.resolve(site.app.request(at, { method: 'POST', body }))
}

const pathOf = (link: string): string => new URL(link).pathname

describe('signing up', () => {
  it('goes by a mail and a button behind its link, and the proof is kept', async () => {
    const site = await aSite()
    const asked = await fillIn(site, NEW, { name: 'Cy', topic: ['world'] })
    expect(asked.status).toBe(200)
    expect(site.mails).toHaveLength(1)
    const [mail] = site.mails
    expect(mail).toMatchObject({ name: 'confirm', to: NEW, language: 'en-GB' })
    expect(mail?.link).toMatch(/^https:\/\/test\.example\/c\/[a-z2-7]{20}~\w+\.[\w-]{22}$/)
    const link = pathOf(mail?.link ?? '')
    expect(await (await site.app.request(link)).text()).toContain(NEW)
    expect(await site.home.hasOwn()).toBe(false)
    site.clock.now += 60_000
    expect((await post(site, link)).status).toBe(200)
    const id = defaultId(addressHash(NEW))
    const { own } = await site.home.known(id)
    expect(own).toMatchObject({ email: NEW, name: 'Cy', topics: 'world', origin: 'sign-up' })
    expect(await site.home.signUps.consents(id)).toMatchObject([
      { confirmed_at: site.clock.now, wording: 'I want to get The Test Digest by email.' },
    ])
    expect((await post(site, link)).status).toBe(200)
    expect(await site.home.signUps.consents(id)).toHaveLength(1)
  })

  it('answers the same to the letter for an address it knows, one that left, one that is suppressed, and a program', async () => {
    const site = await aSite()
    const away = 'away@readers.example'
    const never = 'never@readers.example'
    await site.home.choices.unsubscribe(defaultId(addressHash(away)), 1)
    await site.ledger.suppress('test-digest', addressHash(never), 'complaint', 1)
    const answers: string[] = []
    for (const email of [NEW, ADA, away, never]) {
      const answer = await fillIn(site, email)
      answers.push(`${answer.status} ${await answer.text()}`)
    }
    const program = await fillIn(site, 'bot@readers.example', { website: 'https://spam.example' })
    answers.push(`${program.status} ${await program.text()}`)
    expect(new Set(answers).size).toBe(1)
    expect(site.mails.map((one) => one.to)).toEqual([NEW, ADA, away])
  })

  it('asks for one more press when the form was filled in too fast, comes from another site, or is a day old', async () => {
    const site = await aSite()
    const page = await (await site.app.request('/sign-up')).text()
    const form = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? ''
    site.clock.now += 500
    const fast = await (await post(site, '/sign-up', { form, email: NEW })).text()
    const elsewhere = await (await post(site, '/sign-up', { email: NEW, topic: 'world' })).text()
    site.clock.now += 25 * 3_600_000
    const old = await (await post(site, '/sign-up', { form, email: NEW })).text()
    for (const one of [fast, elsewhere, old]) expect(one).toContain('Send me the mail')
    expect(site.mails).toEqual([])
    const fields = Object.fromEntries(
      [...elsewhere.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>
    site.clock.now += 25 * 3_600_000
    fields['form'] = /name="form" value="([^"]+)"/.exec(await (await post(site, '/sign-up', fields)).text())?.[1] ?? ''
    site.clock.now += 3000
    await post(site, '/sign-up', fields)
    expect(site.mails.map((one) => one.to)).toEqual([NEW])
  })

  it('writes to an address three times a day at most, and to nobody what a stranger typed', async () => {
    const site = await aSite()
    for (let times = 0; times < 5; times++)
      expect((await fillIn(site, NEW, { name: 'WIN at http://x.example' })).status).toBe(200)
    expect(site.mails).toHaveLength(3)
    expect(JSON.stringify(site.mails)).not.toContain('WIN')
    site.clock.now += 24 * 3_600_000
    await fillIn(site, NEW)
    expect(site.mails).toHaveLength(4)
  })

  it('is limited by client, of whom a network of IPv6 is one, and what they write into X-Forwarded-For changes nothing', async () => {
    const site = await aSite()
    const from = (address: string, forged = '') =>
      site.app.request('/sign-up', {
        method: 'POST',
        body: new URLSearchParams({ email: NEW }),
        headers: { 'x-forwarded-for': `${forged}${address}` },
      })
    for (let times = 0; times < 30; times++)
      expect((await from(`2a00:1450:4001:80b::${times + 1}`, `198.51.100.${times}, `)).status).toBe(200)
    expect((await from('2a00:1450:4001:80b::ffff')).status).toBe(429)
    expect((await from('2a00:1450:4001:80c::1')).status).toBe(200)
    site.clock.now += 600_001
    expect((await from('2a00:1450:4001:80b::ffff')).status).toBe(200)
  })

  it('says so when the address is none, and keeps what was typed, escaped', async () => {
    const site = await aSite()
    const answer = await fillIn(site, '"><script>alert(1)</script>', { name: '<b>Cy' })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).not.toContain('<script>')
    expect(page).toContain('&lt;b&gt;Cy')
  })

  it('of who was forgotten begins anew', async () => {
    const site = await aSite()
    await site.home.deletions.forget(defaultId(addressHash(ADA)), ADA, 1)
    await fillIn(site, ADA)
    await post(site, pathOf(site.mails[0]?.link ?? ''))
    expect(await (await site.app.request(site.preferences(ADA))).text()).toContain('a•••@r•••.example')
  })

  it('cannot be confirmed after a week, with the link of another, or one letter off', async () => {
    const site = await aSite()
    await fillIn(site, NEW)
    const link = pathOf(site.mails[0]?.link ?? '')
    for (const wrong of [link.slice(0, -1), link.replace('/c/', '/c/a'), link.replace('/c/', '/u/')])
      await post(site, wrong)
    expect((await post(site, link.slice(0, -1))).status).toBe(404)
    expect(await site.home.hasOwn()).toBe(false)
    site.clock.now += 8 * 86_400_000
    expect((await post(site, link)).status).toBe(404)
    expect(await site.home.hasOwn()).toBe(false)
  })
})

describe('preferences', () => {
  const topics = ['world', 'business']

  it('change topics, hour, zone and pause, and show what was saved', async () => {
    const site = await aSite({ languages: '[de]' })
    const path = site.preferences(ADA)
    const saved = await post(site, path, {
      do: 'save',
      topic: ['business'],
      deliverAt: '06:30',
      timezone: 'Asia/Kathmandu',
      language: 'de',
      pausedUntil: '2026-12-24',
    })
    const page = await saved.text()
    expect(saved.headers.get('content-language')).toBe('de')
    expect(page).toMatch(/value="06:30" selected/)
    expect(page).toMatch(/value="Asia\/Kathmandu" selected/)
    expect(page).toMatch(/value="2026-12-24"/)
    expect(page).not.toMatch(/value="world" checked/)
    expect(page).toMatch(/value="business" checked/)
    const rows = await site.home.choices.of(defaultId(addressHash(ADA)))
    expect(rows).toMatchObject({ topics: null, excluded_topics: 'world', paused_until: '2026-12-24' })
  })

  it('save nothing that was not to choose from', async () => {
    const site = await aSite()
    const path = site.preferences(ADA)
    const wrong: Record<string, string | string[]>[] = [
      { topic: [] },
      { topic: 'sport' },
      { topic: topics, deliverAt: '25:00' },
      { topic: topics, timezone: 'Mars/Olympus' },
      { topic: topics, language: 'fr' },
      { topic: topics, pausedUntil: '2026-11-20' },
      { topic: topics, pausedUntil: '2026-02-30' },
      { topic: topics, pausedUntil: '2036-01-01' },
    ]
    for (const fields of wrong) expect((await post(site, path, { do: 'save', ...fields })).status).toBe(422)
    expect(await site.home.choices.of(defaultId(addressHash(ADA)))).toBeNull()
  })

  it('add a topic to those of the row, and later topics come to those alone who have all', async () => {
    const site = await aSite()
    await post(site, site.preferences('bob@readers.example'), { do: 'save', topic: topics })
    expect(await site.home.choices.of(defaultId(addressHash('bob@readers.example')))).toMatchObject({
      topics: 'world business',
      excluded_topics: '',
    })
  })

  it('take an unsubscription back, and make one', async () => {
    const site = await aSite()
    const path = site.preferences(ADA)
    const id = defaultId(addressHash(ADA))
    await post(site, path, { do: 'unsubscribe' })
    expect((await site.home.choices.of(id))?.unsubscribed_at).not.toBeNull()
    expect(await (await site.app.request(path)).text()).toContain('Subscribe again')
    await post(site, path, { do: 'resubscribe' })
    expect((await site.home.choices.of(id))?.unsubscribed_at).toBeNull()
  })

  it('never show the address; data and deletion go by a link to it that lasts a day', async () => {
    const site = await aSite()
    const path = site.preferences(ADA)
    for (let times = 0; times < 5; times++)
      expect(await (await post(site, path, { do: 'own-data' })).text()).not.toContain(ADA)
    expect(site.mails).toHaveLength(3)
    expect(site.mails[0]).toMatchObject({ name: 'own-data', to: ADA })
    const link = pathOf(site.mails[0]?.link ?? '')
    expect(await (await site.app.request(link)).text()).toContain(ADA)
    const data = await post(site, link, { do: 'download' })
    expect(data.headers.get('content-disposition')).toContain('test-digest.json')
    expect(await data.json()).toMatchObject({ subscriber: { email: ADA, name: 'Ada' }, consents: [], deliveries: [] })
    site.clock.now += 25 * 3_600_000
    expect((await post(site, link, { do: 'delete' })).status).toBe(404)
    await post(site, path, { do: 'own-data' })
    await post(site, pathOf(site.mails.at(-1)?.link ?? ''), { do: 'delete' })
    expect((await site.home.known(defaultId(addressHash(ADA)))).deleted).toBe(true)
    expect((await site.app.request(path)).status).toBe(404)
  })
})
