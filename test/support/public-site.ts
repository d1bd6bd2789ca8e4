import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { type OpenSite, openSite } from '../../scripts/public-site.ts'
import { listenPublic } from '../../src/public/server.ts'
import { aBroadsheetYaml, aPublication } from './publication.ts'

export const ADA = 'ada@readers.example'
const AUDIENCE = `email,name,topics,timezone,language\n${ADA},Ada,,Europe/London,\nbob@readers.example,Bob,world,,de\n`

/** The public pages of a publication with a few readers, closed when the test ends. */
export async function aSite(
  fields: Parameters<typeof aBroadsheetYaml>[0] = {},
  audience = AUDIENCE,
): Promise<OpenSite> {
  const root = await aPublication({ yaml: aBroadsheetYaml(fields), files: { 'subscribers.csv': audience } })
  const site = await openSite(root)
  onTestFinished(() => site.close())
  return site
}

/** The same, listening on loopback. */
export async function aServer(fields?: Parameters<typeof aBroadsheetYaml>[0]): Promise<OpenSite & { url: string }> {
  const site = await aSite(fields)
  const { url, close } = await listenPublic(site.app, '127.0.0.1', 0)
  onTestFinished(close)
  return { ...site, url }
}

/** What a server answers to bytes as they are, over a socket of their own; `pieces` with a pause between them. */
export async function answerTo(
  url: string,
  ...pieces: string[]
): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const enough = setInterval(() => {
    const length = Number(/^content-length: (\d+)/im.exec(answer)?.[1] ?? Number.NaN)
    const body = answer.indexOf('\r\n\r\n')
    if (body > 0 && answer.length >= body + 4 + length) socket.destroy()
  }, 5)
  await ended
  clearInterval(enough)
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0), head, body }
}
