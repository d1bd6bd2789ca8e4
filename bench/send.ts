/**
 * `npm run bench:send`: messages a second, DKIM-signed, over SMTP on loopback to a server that only counts: `send --live`
 * with its ledger, against the obvious loop (`sendMail({ html })` for each subscriber, with DKIM and a pool), in one run.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTransport } from 'nodemailer'
import { readEmail } from '../scripts/read-email.ts'
import { calibration } from './measure.ts'

const OURS = Number(process.argv[2] ?? 5000)
const THEIRS = Number(process.argv[3] ?? 1000)
const CONNECTIONS = 20
const repository = path.resolve(import.meta.dirname, '..')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** In a process of its own would be fairer still, but takes the same from both. */
let taken = 0
let firstAt = 0
let lastAt = 0
const sink = createServer((socket) => {
  let inBody = false
  let tail = ''
  socket.on('error', () => {})
  socket.write('220 sink\r\n')
  socket.setEncoding('latin1').on('data', (text: string) => {
    let rest = tail + text
    tail = ''
    for (;;) {
      const mark = inBody ? '\r\n.\r\n' : '\r\n'
      const end = rest.indexOf(mark)
      if (end < 0) {
        tail = inBody ? rest.slice(-4) : rest
        return
      }
      const line = inBody ? '' : rest.slice(0, end)
      rest = rest.slice(end + mark.length)
      if (inBody) {
        inBody = false
        taken += 1
        lastAt = performance.now()
        if (firstAt === 0) firstAt = lastAt
        socket.write('250 taken\r\n')
      } else if (/^DATA/i.test(line)) {
        inBody = true
        socket.write('354 go on\r\n')
      } else socket.write('250 ok\r\n')
    }
  })
})
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
const { port } = sink.address() as AddressInfo
const perSecond = (): number => (taken - 1) / ((lastAt - firstAt) / 1000)

const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-bench-'))
try {
  for (const name of ['broadsheet.yaml', 'digests'])
    await cp(path.join(repository, name), path.join(root, name), { recursive: true })
  const yaml = (await readFile(path.join(root, 'broadsheet.yaml'), 'utf8')).replace('images: embed', 'images: link')
  await writeFile(path.join(root, 'broadsheet.yaml'), yaml)
  await writeFile(
    path.join(root, 'subscribers.csv'),
    `email,name\n${Array.from({ length: OURS }, (_, index) => `s${index}@readers.example,Reader ${index}`).join('\n')}\n`,
  )
  await writeFile(path.join(root, 'key.pem'), pem)
  console.log(`calibration ${calibration().toFixed(0)} ms`)

  const { html, text, compiled } = await readEmail(root, '2026-11-20')
  const mailer = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
    dkim: { domainName: 'morning.example', keySelector: 's1', privateKey: pem },
  } as object)
  await Promise.all(
    Array.from({ length: THEIRS }, (_, index) =>
      mailer.sendMail({
        from: 'digest@morning.example',
        to: `s${index}@readers.example`,
        subject: compiled.subject,
        html: html.replace('Ada Lovelace', `Reader ${index}`),
        text,
      }),
    ),
  )
  mailer.close()
  const theirs = perSecond()
  console.log(
    `the obvious loop: ${theirs.toFixed(0)} a second (${taken} messages of ${(html.length / 1000).toFixed(0)} kB of HTML, ${CONNECTIONS} connections)`,
  )

  taken = 0
  firstAt = 0
  const env = {
    PATH: process.env['PATH'] ?? '',
    BROADSHEET_SECRET: 'a-secret-of-the-bench-only',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    DKIM_PRIVATE_KEY: path.join(root, 'key.pem'),
    DKIM_SELECTOR: 's1',
    DKIM_DOMAIN: 'morning.example',
  }
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      path.join(repository, 'src/bin.js'),
      'send',
      '2026-11-20',
      '--live',
      '--root',
      root,
      '--connections',
      String(CONNECTIONS),
    ],
    { env, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  await once(child, 'exit')
  const ours = perSecond()
  console.log(
    `send --live: ${ours.toFixed(0)} a second (${taken} messages, ledger and signatures included; ${((performance.now() - started) / 1000).toFixed(1)} s from a standing start)`,
  )
  console.log(`ratio ${(ours / theirs).toFixed(1)}`)
} finally {
  sink.close()
  await rm(root, { recursive: true, force: true })
}
process.exit()
