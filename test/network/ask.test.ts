import type { lookup as systemLookup } from 'node:dns'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from '../../src/network/ask.ts'
import { isPublicAddress } from '../../src/network/public-address.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve).closeAllConnections())
})

/** A real server on loopback; returns its port and what it was asked. */
async function serve(listener: RequestListener): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers.host?.split(':')[0]}${request.url}`)
    listener(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, asked }
}

/** Names that resolve to what a test says; each further question gets the next answer. */
function names(table: Record<string, string[]>): typeof systemLookup {
  const asked = new Map<string, number>()
  return ((
    name: string,
    _: object,
    callback: (error: Error | null, found: { address: string; family: number }[]) => void,
  ) => {
    const times = asked.get(name) ?? 0
    asked.set(name, times + 1)
    const answers = table[name] ?? []
    const address = answers[Math.min(times, answers.length - 1)]
    if (address === undefined) callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])
    else callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }) as never
}

/** Loopback stands in for the open internet; nothing else of this machine does. */
const asPublic = { isOpen: (address: string) => address === '127.0.0.1' || isPublicAddress(address) }

describe('an address of this machine or a private network', () => {
  const CLOSED = [
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    '64:ff9b::a00:1',
    'ff02::1',
  ]
  it.each(CLOSED)('%s is never connected to, written in a link', async (address) => {
    expect(isPublicAddress(address)).toBe(false)
    const host = address.includes(':') ? `[${address}]` : address
    expect(await ask(`http://${host}:9/x`)).toEqual({ state: 'private', url: `http://${host}:9/x` })
  })

  it.each(CLOSED)('%s is never connected to, behind a name', async (address) => {
    expect(await ask('http://inside.example:9/', { lookup: names({ 'inside.example': [address] }) })).toEqual({
      state: 'private',
      url: 'http://inside.example:9/',
    })
  })

  it.each(['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.1/', 'http://[::ffff:10.0.0.1]/'])(
    'is known in the spelling %s',
    async (url) => {
      expect((await ask(url)).state).toBe('private')
    },
  )

  it('is not reached by a redirect, nor by a name that leads elsewhere the second time', async () => {
    const { port, asked } = await serve((request, response) => {
      const to = {
        '/literal': `http://169.254.169.254:${port}/latest`,
        '/name': `http://inside.example:${port}/secret`,
        '/again': `http://open.example:${port}/secret`,
      }[request.url ?? '']
      response.writeHead(to === undefined ? 200 : 302, to === undefined ? {} : { location: to }).end()
    })
    const lookup = names({ 'open.example': ['127.0.0.1'], 'inside.example': ['10.0.0.1'] })
    for (const path of ['/literal', '/name'])
      expect(await ask(`http://open.example:${port}${path}`, { ...asPublic, lookup })).toMatchObject({
        state: 'private',
      })
    const rebinding = names({ 'open.example': ['127.0.0.1', '10.0.0.1'] })
    expect(await ask(`http://open.example:${port}/again`, { ...asPublic, lookup: rebinding })).toMatchObject({
      state: 'private',
    })
    expect(asked.filter((one) => one.includes('secret') || one.includes('latest'))).toEqual([])
  })
})

describe('asking for a page', () => {
  const lookup = names({ 'open.example': ['127.0.0.1'], 'other.example': ['127.0.0.1'] })
  const options = { ...asPublic, lookup }

  it('takes HEAD for an answer, and GET where the server does not like HEAD', async () => {
    const { port, asked } = await serve((request, response) =>
      response.writeHead(request.url === '/fussy' && request.method === 'HEAD' ? 405 : 200).end('page'),
    )
    expect(await ask(`http://open.example:${port}/plain`, options)).toEqual({
      state: 'found',
      status: 200,
      url: `http://open.example:${port}/plain`,
      permanent: true,
    })
    expect(await ask(`http://open.example:${port}/fussy`, options)).toMatchObject({ state: 'found', status: 200 })
    expect(asked).toEqual(['HEAD open.example/plain', 'HEAD open.example/fussy', 'GET open.example/fussy'])
  })

  it('follows redirects, and tells those that are for good from those that are not', async () => {
    const { port } = await serve((request, response) => {
      const [status, to] = (
        {
          '/old': [301, '/new'],
          '/moved': [308, `http://other.example:${port}/new`],
          '/today': [302, '/new'],
          '/both': [301, '/today'],
        } as Record<string, [number, string]>
      )[request.url ?? ''] ?? [200, '']
      response.writeHead(status, to === '' ? {} : { location: to }).end()
    })
    const at = (path: string) => ask(`http://open.example:${port}${path}`, options)
    expect(await at('/old')).toMatchObject({ state: 'found', url: `http://open.example:${port}/new`, permanent: true })
    expect(await at('/moved')).toMatchObject({ url: `http://other.example:${port}/new`, permanent: true })
    expect(await at('/today')).toMatchObject({ state: 'found', permanent: false })
    expect(await at('/both')).toMatchObject({ state: 'found', permanent: false })
  })

  it('says refused for a page that is gone, and silent for whatever gave no answer', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/gone') response.writeHead(404).end()
      else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end()
      else if (request.url === '/drop') request.socket.destroy()
    })
    const at = (path: string, more = {}) => ask(`http://open.example:${port}${path}`, { ...options, ...more })
    expect(await at('/gone')).toMatchObject({ state: 'refused', status: 404 })
    expect(await at('/circle')).toMatchObject({ state: 'silent', why: 'more than 5 redirects' })
    expect(await at('/drop')).toMatchObject({ state: 'silent' })
    expect(await at('/hang', { timeout: 100 })).toMatchObject({ state: 'silent', why: 'no answer in time' })
    expect(await ask('https://nosuch.example/', options)).toMatchObject({ state: 'silent', why: 'ENOTFOUND' })
    expect(await ask('http://open.example:1/', options)).toMatchObject({ state: 'silent', why: 'ECONNREFUSED' })
  })
})
