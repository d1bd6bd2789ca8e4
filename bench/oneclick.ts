/**
 * `npm run bench:oneclick [a second] [copies]`: one-click requests at a steady pace against `serve`, while `send --live`
 * works on the same ledger; the load, the mail server and both commands on the cores of this machine. Each request is
 * another reader's, so each is a write; its time counts from when it was due to be made, so that a stall shows whole.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { addressHash, defaultId } from '../src/audience/subscriber.ts'
import { wayOutToken } from '../src/audience/way-out.ts'
import { calibration, quantile } from './measure.ts'
import { nullSink } from './null-sink.ts'

const PER_SECOND = Number(process.argv[2] ?? 350)
const COPIES = Number(process.argv[3] ?? 12_000)
const CONNECTIONS = 20
const SECRET = 'a-secret-of-the-bench-only'
const repository = path.resolve(import.meta.dirname, '..')
const bin = path.join(repository, 'src/bin.js')

const sink = await nullSink()
const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-oneclick-'))
const env = {
  PATH: process.env['PATH'] ?? '',
  BROADSHEET_SECRET: SECRET,
  SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
}
const started: ChildProcess[] = []
const run = (...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, [bin, ...args, '--root', root], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

try {
  for (const name of ['broadsheet.yaml', 'digests'])
    await cp(path.join(repository, name), path.join(root, name), { recursive: true })
  const yaml = (await readFile(path.join(root, 'broadsheet.yaml'), 'utf8')).replace('images: embed', 'images: link')
  await writeFile(path.join(root, 'broadsheet.yaml'), yaml)
  console.log(`calibration ${calibration().toFixed(0)} ms, ${availableParallelism()} cores`)

  await audience('alone')
  await send()
  const alone = sink.perSecond()
  console.log(`send alone: ${alone.toFixed(0)} copies a second (${sink.taken})`)

  await rm(path.join(root, '.broadsheet'), { recursive: true })
  await audience('beside')
  sink.reset()
  const serving = run('serve', '--port', '0', '--json')
  let said = ''
  serving.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  serving.stderr?.resume()
  while (!said.includes('}')) await new Promise((resolve) => setTimeout(resolve, 50))
  const { url } = JSON.parse(said) as { url: string }
  const sending = send()
  while (sink.taken === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const load = await oneClicks(url, () => sink.taken < COPIES)
  await sending
  const beside = sink.perSecond()
  console.log(
    `send beside it: ${beside.toFixed(0)} copies a second (${sink.taken}), ${(beside / alone).toFixed(2)} of alone`,
  )
  console.log(
    `one-click: ${load.perSecond.toFixed(0)} a second over ${load.seconds.toFixed(1)} s, ${load.answered} answered 200, ${load.errors} errors; median ${quantile(load.times, 0.5).toFixed(1)} ms, p99 ${quantile(load.times, 0.99).toFixed(1)} ms, longest ${Math.max(...load.times).toFixed(0)} ms`,
  )
  serving.kill('SIGTERM')
  await once(serving, 'exit')
} finally {
  for (const child of started) child.kill('SIGKILL')
  sink.close()
  await rm(root, { recursive: true, force: true })
}
process.exit()

async function audience(name: string): Promise<void> {
  const rows = Array.from({ length: COPIES }, (_, index) => `${name}${index}@readers.example,Reader ${index}`)
  await writeFile(path.join(root, 'subscribers.csv'), `email,name\n${rows.join('\n')}\n`)
}

async function send(): Promise<void> {
  const child = run('send', '2026-11-20', '--live', '--connections', String(CONNECTIONS))
  let told = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`send ended with ${code}: ${told}`)
}

/** Requests at their pace for as long as `goOn` says, and then the answers to all of them. */
async function oneClicks(url: string, goOn: () => boolean) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const times: number[] = []
  let answered = 0
  let errors = 0
  const trouble = new Set<string>()
  const open = new Set<Promise<void>>()
  const began = performance.now()
  let made = 0
  while (goOn()) {
    const due = ((performance.now() - began) / 1000) * PER_SECOND
    for (; made < due; made++) {
      const at = began + (made / PER_SECOND) * 1000
      const one = post(
        url,
        `/u/${wayOutToken({ keys: [SECRET] }, 'morning-digest', defaultId(addressHash(`reader${made}@readers.example`)))}`,
        agent,
      )
        .then((status) => {
          times.push(performance.now() - at)
          if (status === 200) answered += 1
          else {
            errors += 1
            trouble.add(`status ${status}`)
          }
        })
        .catch((caught: NodeJS.ErrnoException) => {
          errors += 1
          trouble.add(caught.code ?? caught.message)
        })
        .finally(() => open.delete(one))
      open.add(one)
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const seconds = (performance.now() - began) / 1000
  await Promise.all(open)
  agent.destroy()
  if (trouble.size > 0) console.log(`errors: ${[...trouble].join(', ')}`)
  return { times, answered, errors, seconds, perSecond: answered / seconds }
}

function post(url: string, at: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url + at,
      { method: 'POST', agent, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 26 } },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    asked.on('error', reject)
    asked.end('List-Unsubscribe=One-Click')
  })
}
