import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { addressHash, defaultId } from '../../src/audience/subscriber.ts'
import { type LinkPurpose, linkToken } from '../../src/audience/token.ts'
import { wayOutToken } from '../../src/audience/way-out.ts'
import { ADA, answerTo, aServer, aSite } from '../support/public-site.ts'

/** RFC 8058, section 3.2, and what mail programs really send; over a real socket, byte for byte. */
const ID = defaultId(addressHash(ADA))
const BODY = 'List-Unsubscribe=One-Click'
const BOUNDARY = '----=_Part_7351_1836109.1732600000000'
const MULTIPART = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--${BOUNDARY}--\r\n`
const sized = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const requests: Record<string, (path: string) => string[]> = {
  'as in the example of RFC 8058, 8.1': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n${sized(BODY)}`,
  ],
  'as in the example of RFC 8058, 8.3, multipart': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: example.com\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\n${sized(MULTIPART)}`,
  ],
  'as Gmail makes it': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nConnection: keep-alive\r\nContent-Type: application/x-www-form-urlencoded\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Google-Unsubscribe\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n${sized(BODY)}`,
  ],
  'as Yahoo makes it': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nUser-Agent: YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html\r\nAccept: */*\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nConnection: close\r\n${sized(MULTIPART)}`,
  ],
  'with the charset some programs name': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n${sized(BODY)}`,
  ],
  'as text/plain': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: text/plain\r\n${sized(BODY)}`,
  ],
  'as JSON': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: application/json\r\n${sized('{"List-Unsubscribe":"One-Click"}')}`,
  ],
  'without a content type': (path) => [`POST ${path} HTTP/1.1\r\nHost: test.example\r\n${sized(BODY)}`],
  'without a body': (path) => [`POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Length: 0\r\n\r\n`],
  'with no word about a body': (path) => [`POST ${path} HTTP/1.1\r\nHost: test.example\r\n\r\n`],
  chunked: (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `5\r\nList-\r\n`,
    `15\r\nUnsubscribe=One-Click\r\n0\r\n\r\n`,
  ],
  'in HTTP/1.0, without a Host': (path) => [
    `POST ${path} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n${sized(BODY)}`,
  ],
  'in HTTP/1.1 without a Host': (path) => [`POST ${path} HTTP/1.1\r\n${sized(BODY)}`],
  'under a Host that is none of ours': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: UPPER_case.invalid:99999\r\n${sized(BODY)}`,
  ],
  'with cookies, an origin and a referrer': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nCookie: a=b\r\nOrigin: null\r\nReferer: https://mail.example/\r\n${sized(BODY)}`,
  ],
  'with a boundary that is wrong': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: multipart/form-data; boundary=x\r\n${sized(MULTIPART)}`,
  ],
  'with a body of a megabyte': (path) => [
    `POST ${path} HTTP/1.1\r\nHost: test.example\r\nContent-Type: application/x-www-form-urlencoded\r\n${sized(`${BODY}&x=${'y'.repeat(1_000_000)}`)}`,
  ],
  'with a slash at its end': (path) => [`POST ${path}/ HTTP/1.1\r\nHost: test.example\r\n${sized(BODY)}`],
  'with a query its carrier added': (path) => [
    `POST ${path}?utm_source=mail HTTP/1.1\r\nHost: test.example\r\n${sized(BODY)}`,
  ],
}

describe('a one-click request', () => {
  it.each(Object.entries(requests))('%s ends the subscription: 200, no redirect, no cookie', async (_name, request) => {
    const site = await aServer()
    const { status, head } = await answerTo(site.url, ...request(site.wayOut(ADA)))
    expect(status).toBe(200)
    expect(head).not.toMatch(/^(location|set-cookie):/im)
    expect((await site.home.choices.of(ID))?.unsubscribed_at).toBe(site.clock.now)
  })

  it('may be repeated, and the first time counts', async () => {
    const site = await aSite()
    const first = site.clock.now
    for (let times = 0; times < 3; times++) {
      expect((await site.app.request(site.wayOut(ADA), { method: 'POST', body: BODY })).status).toBe(200)
      site.clock.now += 1000
    }
    expect((await site.home.choices.of(ID))?.unsubscribed_at).toBe(first)
  })

  it('of an unknown token is answered to the letter like a known one', async () => {
    const { app, wayOut, home } = await aSite()
    const answers = await Promise.all(
      [wayOut(ADA), `/u/${ID}.AAAAAAAAAAAAAAAAAAAAAA`, '/u/x', '/u/%', '/u/%E0%A4%A', '/u/proof'].map(async (path) => {
        const answer = await app.request(path, { method: 'POST', body: BODY })
        return { status: answer.status, text: await answer.text(), headers: [...answer.headers] }
      }),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]?.status).toBe(200)
    expect(await home.choices.of('x')).toBeNull()
  })

  it('is never limited: a thousand in a second from one place', async () => {
    const { app, secrets, home } = await aSite()
    const paths = Array.from({ length: 1000 }, (_, at) => `/u/${wayOutToken(secrets, 'test-digest', `r${at}`)}`)
    const answers = await Promise.all(paths.map((path) => app.request(path, { method: 'POST', body: BODY })))
    expect(new Set(answers.map((one) => one.status))).toEqual(new Set([200]))
    expect((await home.choices.of('r999'))?.unsubscribed_at).not.toBeNull()
  })

  it('of a page with a topic that is no more asks again, and ends nothing', async () => {
    const site = await aSite()
    const body = new URLSearchParams({ page: '1', topic: 'gone' })
    const answer = await site.app.request(site.wayOut(ADA), { method: 'POST', body })
    expect(await answer.text()).toContain('name="topic" value="world"')
    expect(await site.home.choices.of(ID)).toBeNull()
  })

  it('is not what PUT, DELETE and PATCH are', async () => {
    const { app, wayOut, home } = await aSite()
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await app.request(wayOut(ADA), { method })).status).toBe(404)
    expect(await home.choices.of(ID)).toBeNull()
  })

  it('works under the path the publication lives at, and when a proxy takes it off', async () => {
    const site = await aSite({ url: 'https://test.example/news/' })
    expect((await site.app.request(`/news${site.wayOut(ADA)}`, { method: 'POST', body: BODY })).status).toBe(200)
    expect((await site.home.choices.of(ID))?.unsubscribed_at).not.toBeNull()
    expect((await site.app.request(site.wayOut(ADA))).status).toBe(200)
  })

  it('is told to come back when the database is busy, and the log says so', async () => {
    const site = await aSite()
    await site.home.choices.of(ID)
    await sql`pragma busy_timeout = 20`.execute(site.database.db)
    const other = new DatabaseSync(site.file)
    other.exec('begin immediate')
    const answer = await site.app.request(site.wayOut(ADA), { method: 'POST', body: BODY })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(site.logged.join('\n')).toContain('ledger-busy')
    other.exec('rollback')
    other.close()
    expect((await site.app.request(site.wayOut(ADA), { method: 'POST', body: BODY })).status).toBe(200)
  })
})

describe('a scanner of links', () => {
  it('opens every link a thousand times, and changes nothing', async () => {
    const site = await aServer()
    const before = JSON.stringify(await everything(site))
    const paths = [site.wayOut(ADA), site.preferences(ADA), '/sign-up', '/u/proof', '/healthz', '/']
    let opened = 0
    for (let round = 0; round < 50; round++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          fetch(site.url + paths[at % paths.length], { method: at % 3 === 0 ? 'HEAD' : 'GET' }),
        ),
      )
      for (const answer of answers) await answer.arrayBuffer()
      opened += answers.length
      expect(answers.every((one) => one.status === 200 || one.url.endsWith(`${new URL(site.url).port}/`))).toBe(true)
    }
    expect(opened).toBe(1000)
    expect(JSON.stringify(await everything(site))).toBe(before)
    expect(site.mails).toEqual([])
  })

  it('is shown a page by HEAD as by GET', async () => {
    const site = await aServer()
    const [get, head] = await Promise.all([
      fetch(site.url + site.wayOut(ADA)),
      fetch(site.url + site.wayOut(ADA), { method: 'HEAD' }),
    ])
    expect(head.status).toBe(get.status)
    expect(head.headers.get('content-security-policy')).toBe(get.headers.get('content-security-policy'))
    expect(await head.text()).toBe('')
  })
})

/** Every row that is not the ledger's. */
async function everything({ database }: Awaited<ReturnType<typeof aSite>>): Promise<object> {
  const db = database.db.withTables<Record<string, { x: 1 }>>()
  const tables = ['preference', 'subscriber', 'sign_up', 'consent', 'deletion', 'deletion_salt', 'suppression', 'event']
  return Object.fromEntries(
    await Promise.all(tables.map(async (name) => [name, await db.selectFrom(name).selectAll().execute()] as const)),
  )
}

describe('a token', () => {
  const post = async (site: Awaited<ReturnType<typeof aSite>>, token: string): Promise<boolean> => {
    expect((await site.app.request(`/u/${token}`, { method: 'POST', body: BODY })).status).toBe(200)
    return (await site.home.choices.of(ID))?.unsubscribed_at != null
  }

  it('that is forged, changed in one letter or cut short is refused', async () => {
    const site = await aSite()
    const token = wayOutToken(site.secrets, 'test-digest', ID)
    expect(await post(site, `${ID}.${'A'.repeat(22)}`)).toBe(false)
    for (let at = 1; at < token.length; at++) {
      if (token[at] === '.') continue
      const other = token[at] === 'a' ? 'b' : 'a'
      expect(await post(site, token.slice(0, at) + other + token.slice(at + 1))).toBe(false)
      expect(await post(site, token.slice(0, at))).toBe(false)
    }
    expect(await post(site, `${token}A`)).toBe(false)
    expect(await post(site, token)).toBe(true)
  })

  it('for another purpose, another publication or with another key is refused', async () => {
    const site = await aSite()
    for (const purpose of ['preferences', 'confirm', 'own-data', 'form'] satisfies LinkPurpose[])
      expect(await post(site, linkToken(site.secrets, purpose, 'test-digest', ID))).toBe(false)
    expect(await post(site, wayOutToken(site.secrets, 'another', ID))).toBe(false)
    expect(await post(site, wayOutToken({ keys: ['another-secret-of-the-tests'] }, 'test-digest', ID))).toBe(false)
  })

  it('for the way out opens no preferences, and none of another purpose does', async () => {
    const { app, secrets } = await aSite()
    for (const purpose of ['unsubscribe', 'confirm', 'own-data', 'form'] satisfies LinkPurpose[]) {
      const path = `/p/${linkToken(secrets, purpose, 'test-digest', ID)}`
      expect((await app.request(path)).status).toBe(404)
      expect((await app.request(path, { method: 'POST', body: 'do=unsubscribe' })).status).toBe(404)
    }
  })

  it('made with the key before is honoured while that key is kept, and no longer', async () => {
    const site = await aSite()
    const token = wayOutToken({ keys: ['the-key-of-last-year-16'] }, 'test-digest', ID)
    expect(await post(site, token)).toBe(false)
    site.secrets.keys.push('the-key-of-last-year-16')
    expect(await post(site, token)).toBe(true)
  })

  it('of somebody who was forgotten is honoured without a word being kept', async () => {
    const site = await aSite()
    await site.home.deletions.forget(ID, ADA, 1)
    expect(await post(site, wayOutToken(site.secrets, 'test-digest', ID))).toBe(false)
    const page = await (await site.app.request(site.wayOut(ADA))).text()
    expect(page).not.toContain('a•••')
    expect((await site.app.request(site.preferences(ADA))).status).toBe(404)
  })

  it('of nobody at all opens the page, if it is ours: so that `doctor` can tell whether the secret is the same', async () => {
    const { app, secrets } = await aSite()
    expect((await app.request(`/u/${wayOutToken(secrets, 'test-digest', 'doctor')}`)).status).toBe(200)
    expect(
      (await app.request(`/u/${wayOutToken({ keys: ['another-secret-of-16'] }, 'test-digest', 'doctor')}`)).status,
    ).toBe(404)
  })

  it('of somebody whose row has gone from the file still ends the subscription, for when it comes back', async () => {
    const site = await aSite()
    const id = defaultId(addressHash('gone@readers.example'))
    await site.app.request(`/u/${wayOutToken(site.secrets, 'test-digest', id)}`, { method: 'POST', body: BODY })
    expect((await site.home.choices.of(id))?.unsubscribed_at).not.toBeNull()
  })

  it('holds an id of the publisher’s own, whatever letters that has', async () => {
    const site = await aSite({}, 'email,id\nada@readers.example,No.7+x@y:z-_\n')
    const token = wayOutToken(site.secrets, 'test-digest', 'No.7+x@y:z-_')
    expect(await (await site.app.request(`/u/${token}`)).text()).toContain('a•••@r•••.example')
    await site.app.request(`/u/${token}`, { method: 'POST', body: BODY })
    expect((await site.home.choices.of('No.7+x@y:z-_'))?.unsubscribed_at).not.toBeNull()
  })
})

describe('the log', () => {
  it('holds no token, no address and no id', async () => {
    const site = await aSite()
    for (const path of [site.wayOut(ADA), site.preferences(ADA)]) {
      await site.app.request(path)
      await site.app.request(path, { method: 'POST', body: 'do=own-data' })
    }
    for (const strange of ['/x', '/news/u', '/u/x/y']) await site.app.request(`${strange}/${ID}?to=${ADA}`)
    await site.app.request(site.wayOut(ADA), { method: 'POST', body: BODY })
    const text = site.logged.join('\n')
    expect(text).toContain('unsubscribed')
    expect(text).not.toContain(ID)
    expect(text).not.toMatch(/ada|readers\.example|\.[\w-]{22}/)
  })
})
