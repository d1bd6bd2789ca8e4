import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../../scripts/browser.ts'
import { runCli } from '../support/run-cli.ts'
import { aStudio, DATE, edition, inPanes, NEWEST, openPage, startCommand, type World } from './studio-world.ts'

let world: World
let browser: Browser
/** Stands for the web: whoever asks it for something has left the studio. */
let web: Server
let webUrl: string
const asked: string[] = []

beforeAll(async () => {
  web = createServer((received, response) => {
    asked.push(received.url ?? '')
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>The web</p>')
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  const [started, launched] = await Promise.all([
    aStudio([], { SMTP_URL: 'smtp://somebody:hunter2@mail.example:587' }),
    launchChromium(),
  ])
  world = started
  browser = launched
})
afterAll(async () => {
  await browser.close()
  web.close()
  web.closeAllConnections()
  await world.stop()
})
beforeEach(async () => {
  await world.reset()
  asked.length = 0
})

describe('a hostile edition', () => {
  it('runs no script, draws over nothing outside its pane, opens no frame and asks nobody', async () => {
    const script = `top.broken = true; document.body.dataset.broken = 1; new Image().src = '${webUrl}/script'`
    await world.write(
      'templates/partials/footer.mjml.hbs',
      `<tr><td id="bad"><script>${script}</script><script src="${webUrl}/src.js"></script>
<img src="${webUrl}/picture.png" srcset="${webUrl}/set.png 2x" onerror="${script}"><img src="/none" onerror="${script}">
<iframe src="${webUrl}/frame"></iframe><iframe srcdoc="&lt;script&gt;${script}&lt;/script&gt;"></iframe>
<object data="${webUrl}/object"></object><embed src="${webUrl}/embed"><video src="${webUrl}/video" autoplay></video>
<link rel="stylesheet" href="${webUrl}/style.css"><link rel="prefetch" href="${webUrl}/prefetch">
<form action="${webUrl}/form"><input name="a"><button id="post">Post</button></form>
<a id="out" href="javascript:${script}" target="_top">Out</a><svg onload="${script}"></svg>
<div style="position:fixed;inset:0;z-index:2147483647;background:url(${webUrl}/background.png) red">Covering</div></td></tr>
<tr><td>{{publication.postalAddress}} <a href="{{slot "wayOut"}}">{{phrases.unsubscribe}}</a></td></tr>`,
    )
    await world.write(
      NEWEST,
      edition(`"<img src=x onerror='${script}'> <script>${script}</script> ${'Enormous '.repeat(20_000)}"`),
    )
    const page = await openPage(browser, `${world.url}/?panes=light,dark&entry=1&tab=entry`)
    await expect.poll(() => inPanes(page, 'sheet.querySelector("#bad") !== null')).toEqual([true, true])
    await page.frameLocator('iframe').first().locator('#out').dispatchEvent('click')
    await page.waitForTimeout(300)
    expect(await page.evaluate('window.broken')).toBeUndefined()
    expect(
      await inPanes(
        page,
        'sheet.body.dataset.broken === undefined && sheet.querySelector("iframe,script,object,embed") === null',
      ),
    ).toEqual([true, true])
    expect(asked).toEqual([])
    // The page around it stands where it stood, and what covers the email covers no button.
    const proof = await page.locator('#proof-button').boundingBox()
    expect(proof?.y).toBeLessThan(100)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await page.locator('#proof-button').click({ timeout: 2000 })
    expect(await page.locator('#proof').isVisible()).toBe(true)
    expect(page.url()).toContain(world.url)
  }, 40_000)
})

describe('who may look and who may write', () => {
  it('refuses another Host, whatever stands behind it', async () => {
    expect((await ask('/state', { host: 'evil.example' })).status).toBe(403)
    expect((await ask('/', { host: 'localhost.evil.example:4747' })).status).toBe(403)
    expect((await ask('/edit', { ...(await ours()), host: 'evil.example' }, 'POST', anEdit())).status).toBe(403)
    expect((await ask('/../../package.json')).status).toBe(404)
    expect((await ask('/state?edition=../../broadsheet')).body).toContain('is not a date')
  })

  it('writes for its own page only: not without its token, its origin or JSON, and by no other method', async () => {
    const right = await ours()
    const sent = async (headers: Record<string, string>, method = 'POST') =>
      (await ask('/edit', headers, method, anEdit())).status
    const { origin, 'x-studio-token': token, 'content-type': type, ...rest } = right
    expect(await sent({ ...rest, origin, 'content-type': type })).toBe(403)
    expect(await sent({ ...right, 'x-studio-token': `${token.slice(0, -1)}!` })).toBe(403)
    expect(await sent({ ...rest, 'content-type': type, 'x-studio-token': token })).toBe(403)
    expect(await sent({ ...right, origin: 'https://evil.example' })).toBe(403)
    expect(await sent({ ...right, origin: 'null' })).toBe(403)
    expect(await sent({ ...right, origin: 'http://localhost:1' })).toBe(403)
    expect(await sent({ ...right, 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await sent({ ...right, 'content-type': 'text/plain' })).toBe(403)
    expect(await sent(right, 'PUT')).toBe(405)
    expect(
      (await ask(`/edit?token=${token}`, { ...rest, origin, 'content-type': type }, 'POST', anEdit())).status,
    ).toBe(403)
    expect(await world.read(NEWEST)).toBe(edition())
    const done = await ask('/edit', right, 'POST', anEdit(await fingerprint()))
    expect(JSON.parse(done.body)).toMatchObject({ done: true, file: NEWEST })
    expect(await world.read(NEWEST)).toContain('kicker: Ours')
  })

  it('takes no edit that is none, and none that reaches out of the edition', async () => {
    const right = await ours()
    for (const edit of [
      null,
      { kind: 'field', entry: 1, field: 'lead', value: 'true' },
      { kind: 'shell' },
      { kind: 'field', entry: 1.5, field: 'headline', value: 'x' },
    ])
      expect((await ask('/edit', right, 'POST', JSON.stringify({ edition: DATE, seen: '', edit }))).status).toBe(400)
    const outside = await ask('/edit', right, 'POST', JSON.stringify({ ...JSON.parse(anEdit()), edition: '../../etc' }))
    expect(JSON.parse(outside.body)).toMatchObject({ done: false })
    expect((await ask('/edit', right, 'POST', '{"a"')).status).toBe(400)
  })

  it('is closed to a page of another site in the same browser', async () => {
    const page = await openPage(browser, `${world.url}/`)
    const token = await page.evaluate(`JSON.parse(document.querySelector('meta[name=studio]').content).token`)
    await page.goto(`${webUrl}/`)
    const tries = (await page.evaluate(`Promise.all([
      fetch('${world.url}/state').then((one) => one.text(), () => 'refused'),
      fetch('${world.url}/edit', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Studio-Token': '${token}' }, body: '{}' }).then((one) => one.text(), () => 'refused'),
      fetch('${world.url}/edit', { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(anEdit())} }).then(() => 'sent', () => 'refused'),
      new Promise((resolve) => { const image = new Image(); image.onerror = () => resolve('refused'); image.onload = () => resolve('seen'); image.src = '${world.url}/phone.svg?view=x' }),
      new Promise((resolve) => { const frame = document.createElement('iframe'); frame.src = '${world.url}/'; frame.onload = () => { try { resolve(frame.contentDocument === null ? 'refused' : frame.contentDocument.title) } catch { resolve('refused') } }; document.body.append(frame) }),
    ])`)) as string[]
    expect(tries).toEqual(['refused', 'refused', 'refused', 'refused', 'refused'])
    expect(await world.read(NEWEST)).toBe(edition())
    await page.close()
  })

  it('lets other devices look under --host, but neither write nor meet subscribers', async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)
    const other = await startCommand(world.root, ['--host', '0.0.0.0'])
    onTestFinished(() => other.stop().then(() => {}))
    const { port } = new URL(other.url)
    const phone = JSON.parse((await ask('/phone?view=%3Fpanes%3Dphone', {}, 'GET', '', port)).body)
    if (own === undefined) {
      expect(phone.address).toBeNull()
      return
    }
    expect(phone.address).toBe(`http://${own.address}:${port}/?panes=phone`)
    expect((await ask('/phone.svg?view=x', {}, 'GET', '', port)).body).toMatch(/^<svg/)
    const from = async (target: string, headers: Record<string, string> = {}, method = 'GET', body = '') =>
      ask(target, { host: `${own.address}:${port}`, ...headers }, method, body, port, own.address)
    const page = await from('/')
    expect(page.status).toBe(200)
    expect(page.body).toContain('&quot;token&quot;:null')
    expect(page.body).not.toContain(world.root)
    const token = tokenIn((await ask('/', {}, 'GET', '', port)).body)
    const headers = {
      origin: `http://${own.address}:${port}`,
      'content-type': 'application/json',
      'x-studio-token': token,
    }
    expect((await from('/edit', headers, 'POST', anEdit())).status).toBe(403)
    expect((await from('/subscribers?text=')).status).toBe(403)
    const [ada] = JSON.parse((await ask('/subscribers?text=ada', {}, 'GET', '', port)).body)
    expect(JSON.parse((await from(`/state?as=${ada.handle}`)).body).reader.kind).toBe('everyone')
  })

  it('tells the page no address of a subscriber, no password and no way out that works', async () => {
    const [ada] = JSON.parse((await ask('/subscribers?text=ada')).body)
    expect(ada).toMatchObject({ name: 'Ada Lovelace', email: 'a•••@readers.example' })
    const state = (await ask(`/state?as=${ada.handle}`)).body
    expect(JSON.parse(state).reader).toMatchObject({ kind: 'subscriber', name: 'Ada Lovelace' })
    for (const text of [
      state,
      (await ask('/')).body,
      (await ask('/review.html')).body,
      (await ask('/message.eml')).body,
    ])
      expect(text).not.toMatch(/ada@readers|hunter2/)
    expect((await ask('/')).body).toContain('through mail.example:587')
    expect(state).toContain('https://harbour.example/u/proof')
  })
})

describe('the command', () => {
  it('refuses an editor’s address that would run in the page or leave for the web', async () => {
    for (const address of ['javascript:alert(1)//{file}', 'https://evil.example/?{file}', 'vscode://file'])
      expect((await runCli(['preview', '--root', world.root, '--editor', address, '--json'])).exitCode).toBe(2)
  })
})

const anEdit = (seen = ''): string =>
  JSON.stringify({ edition: DATE, seen, edit: { kind: 'field', entry: 1, field: 'kicker', value: 'Ours' } })

const fingerprint = async (): Promise<string> => JSON.parse((await ask('/state')).body).fingerprint

const tokenIn = (page: string): string => /&quot;token&quot;:&quot;([\w-]+)&quot;/.exec(page)?.[1] ?? ''

/** What the studio's own page sends. */
async function ours() {
  const { host } = new URL(world.url)
  const token = tokenIn((await ask('/')).body)
  return { host, origin: `http://${host}`, 'content-type': 'application/json', 'x-studio-token': token }
}

/** As a program that may claim to be any host, which fetch may not. */
async function ask(
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body = '',
  port = new URL(world.url).port,
  address = 'localhost',
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  const sent = request({ host: address, port, path: target, method, headers })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += part
  return { status: answer.statusCode ?? 0, body: text, headers: answer.headers }
}
