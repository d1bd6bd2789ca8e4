/**
 * `npm run bench:send [messages] [rounds] [entries]`: messages a second over SMTP on loopback, in one table, of the sample
 * edition or of one with so many typical entries. `send --live`, with its durable ledger, against the obvious loop
 * (`sendMail({ html })`), email-templates, and Postfix's smtp-source writing the same octets: all to one mail server that
 * only counts (sink.ts). Rounds are interleaved and every figure is a median.
 *
 * The limit of a machine is 1/(1/A + 1/B), A being smtp-source's rate and B the RSA signatures all cores make in a second.
 * Needs the Debian package `postfix` for A (smtp-source is all that is used of it), and the registry for email-templates
 * (200 packages, installed into a folder that is removed again); without them it says so and goes on.
 */
import { execFileSync, fork, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { readEmail } from '../scripts/read-email.ts'
import { calibration, median } from './measure.ts'
import type { Orders } from './peer.ts'
import type { Taken } from './sink.ts'
import { typicalEdition } from './typical-edition.ts'

const MESSAGES = Number(process.argv[2] ?? 10_000)
const ROUNDS = Number(process.argv[3] ?? 5)
/** Of the edition; null for the sample. */
const ENTRIES = process.argv[4] === undefined ? null : Number(process.argv[4])
/** Of the mail server, for whoever sends: the loop has as many as we have. */
const CONNECTIONS = [20, 50, 100] as const
const POOL = CONNECTIONS[0]
const signedLoop = (many: number): string => `sendMail({ html }) in a loop, signed, ${many}`
const signedOurs = (many: number): string => `send --live, signed, ${many} connections`
const DATE = '2026-11-20'
const EMAIL_TEMPLATES = ['email-templates@13.0.1', 'ejs@3.1.10']
const repository = path.resolve(import.meta.dirname, '..')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const sink = fork(path.join(import.meta.dirname, 'sink.ts'))
const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
async function taken(): Promise<Taken> {
  sink.send('how many')
  const [count] = (await once(sink, 'message')) as [Taken]
  return count
}

interface Figure {
  perSecond: number
  /** Milliseconds of CPU a message, start-up included; null where nobody counts them. */
  cpu: number | null
}

/** Runs a command to its end; what came of it at the sink. */
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  expected: number,
): Promise<Figure> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  let said = ''
  let cpu = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdio[3]?.on('data', (text: Buffer) => {
    cpu += text
  })
  await once(child, 'close')
  const { messages, milliseconds } = await taken()
  if (messages !== expected) throw new Error(`${messages} of ${expected} messages came: ${said.slice(-2000)}`)
  return { perSecond: (messages - 1) / (milliseconds / 1000), cpu: cpu === '' ? null : Number(cpu) / messages }
}

const node = (program: string, args: readonly string[], env: NodeJS.ProcessEnv, expected: number): Promise<Figure> =>
  run(process.execPath, ['--import', path.join(import.meta.dirname, 'report-cpu.js'), program, ...args], env, expected)

const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-bench-'))
const file = (name: string): string => path.join(root, name)

async function publication(): Promise<void> {
  for (const name of ['broadsheet.yaml', 'digests'])
    await cp(path.join(repository, name), file(name), { recursive: true })
  const yaml = (await readFile(file('broadsheet.yaml'), 'utf8')).replace('images: embed', 'images: link')
  await writeFile(file('broadsheet.yaml'), yaml)
  if (ENTRIES !== null) await writeFile(file(`digests/${DATE}.yaml`), typicalEdition(ENTRIES))
  const rows = Array.from({ length: MESSAGES }, (_, index) => `s${index}@readers.example,Reader ${index}`)
  await writeFile(file('subscribers.csv'), `email,name\n${rows.join('\n')}\n`)
  await writeFile(file('key.pem'), pem)
}

const name = 'Ada Lovelace'
async function peersMail(): Promise<Pick<Orders, 'subject' | 'html' | 'text'>> {
  const { html, text, compiled } = await readEmail(root, DATE)
  await writeFile(file('email.html'), html)
  await writeFile(file('email.txt'), text)
  return { subject: compiled.subject, html: file('email.html'), text: file('email.txt') }
}

/** Null when it cannot be had. */
async function emailTemplates({ html, text }: Pick<Orders, 'html' | 'text'>): Promise<string | null> {
  const folder = file('email-templates')
  await mkdir(path.join(folder, 'digest'), { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{}')
  for (const [from, to] of [
    [html, 'html.ejs'],
    [text, 'text.ejs'],
  ] as const)
    await writeFile(path.join(folder, 'digest', to), (await readFile(from, 'utf8')).replaceAll(name, '<%= name %>'))
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...EMAIL_TEMPLATES]
  return spawnSync('npm', npm, { cwd: folder, timeout: 180_000 }).status === 0 ? folder : null
}

const isInstalled = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

async function ours(signed: boolean, connections: number): Promise<Figure> {
  await rm(file('.broadsheet'), { recursive: true, force: true })
  const key = { DKIM_PRIVATE_KEY: file('key.pem'), DKIM_SELECTOR: 's1', DKIM_DOMAIN: 'morning.example' }
  const env = {
    PATH: process.env['PATH'] ?? '',
    BROADSHEET_SECRET: 'a-secret-of-the-bench-only',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    ...(signed ? key : {}),
  }
  const args = ['send', DATE, '--live', '--root', root, '--connections', String(connections)]
  return node(path.join(repository, 'src/bin.js'), args, env, MESSAGES)
}

async function signatures(): Promise<Figure> {
  const asked = promisify<string, Buffer, KeyObject, Buffer>(sign)
  const data = Buffer.alloc(1200, 'x')
  const until = performance.now() + 1500
  const started = performance.now()
  let made = 0
  // The thread pool has four threads, so every core is busy.
  await Promise.all(
    Array.from({ length: 4 * availableParallelism() }, async () => {
      for (; performance.now() < until; made++) await asked('sha256', data, privateKey)
    }),
  )
  return { perSecond: made / ((performance.now() - started) / 1000), cpu: null }
}

try {
  await publication()
  const mail = await peersMail()
  const installed = await emailTemplates(mail)
  const peer = (how: Orders['how'], key: string | null, messages: number, connections: number) => () => {
    const orders: Orders = { how, port, connections, messages, name, privateKey: key, installed, ...mail }
    return node(path.join(import.meta.dirname, 'peer.ts'), [JSON.stringify(orders)], process.env, messages)
  }
  const eml = execFileSync(process.execPath, [path.join(repository, 'src/bin.js'), 'build', DATE, '--root', root])
  if (eml === null) throw new Error('no message')
  await writeFile(
    file('as-it-is.txt'),
    (await readFile(file(`dist/${DATE}/email.eml`), 'latin1')).replaceAll('\r\n', '\n'),
    'latin1',
  )
  const source = (): Promise<Figure> => {
    const args = ['-d', '-s', String(POOL), '-m', String(MESSAGES), '-F', file('as-it-is.txt')]
    return run(
      'smtp-source',
      [...args, '-f', 'digest@morning.example', '-t', 's@readers.example', `127.0.0.1:${port}`],
      process.env,
      MESSAGES,
    )
  }
  const contenders: Record<string, (() => Promise<Figure>) | null> = {
    'A: smtp-source, the same octets': isInstalled('smtp-source') ? source : null,
    'B: RSA-2048 signatures of all cores': signatures,
    'sendMail({ html }) in a loop': peer('obvious', null, 2000, POOL),
    ...Object.fromEntries(CONNECTIONS.map((many) => [signedLoop(many), peer('obvious', pem, 2000, many)])),
    'email-templates': installed === null ? null : peer('email-templates', null, 1000, POOL),
    'email-templates, signed': installed === null ? null : peer('email-templates', pem, 1000, POOL),
    'send --live': () => ours(false, POOL),
    ...Object.fromEntries(CONNECTIONS.map((many) => [signedOurs(many), () => ours(true, many)])),
  }
  const figures = new Map(Object.keys(contenders).map((one) => [one, [] as Figure[]]))
  const calibrations: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    calibrations.push(calibration())
    for (const [one, go] of Object.entries(contenders)) if (go !== null) figures.get(one)?.push(await go())
    process.stderr.write(`round ${round} of ${ROUNDS}; load ${loadavg()[0]?.toFixed(1)}\n`)
  }
  const rates = (one: string): number[] => (figures.get(one) ?? []).map(({ perSecond }) => perSecond)
  const middle = (one: string): number => median(rates(one))
  const size = (await readFile(file('as-it-is.txt'))).length
  console.log(
    `calibration ${median(calibrations).toFixed(0)} ms; ${availableParallelism()} cores; ${POOL} connections where no other number stands; messages of ${(size / 1000).toFixed(0)} kB; medians of ${ROUNDS}`,
  )
  console.log(`${''.padEnd(40)} a second    least     most   CPU ms a message`)
  for (const [one, all] of figures) {
    const each = rates(one)
    const cpus = all.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]))
    const columns = [median(each), Math.min(...each), Math.max(...each)].map((rate) => rate.toFixed(0).padStart(8))
    const cpu = cpus.length === 0 ? '' : median(cpus).toFixed(2).padStart(18)
    console.log(`${one.padEnd(40)} ${all.length === 0 ? 'not measured: not installed' : columns.join(' ') + cpu}`)
  }
  const share = (what: string, mine: string, theirs: string): void => {
    // Of each round, then the middle: what slows the machine down for a while slows both.
    const ratios = rates(mine).map((rate, round) => rate / (rates(theirs)[round] ?? Number.NaN))
    console.log(`${what.padEnd(72)} ${median(ratios).toFixed(2).padStart(6)}`)
  }
  share('ours to the loop, plain', 'send --live', 'sendMail({ html }) in a loop')
  for (const many of CONNECTIONS)
    share(`ours to the loop, signed, ${many} connections each`, signedOurs(many), signedLoop(many))
  if (installed !== null) share('ours to email-templates, signed', signedOurs(POOL), 'email-templates, signed')
  const limit = 1 / (1 / middle('A: smtp-source, the same octets') + 1 / middle('B: RSA-2048 signatures of all cores'))
  if (Number.isFinite(limit)) {
    const parts = CONNECTIONS.map(
      (many) => `${((100 * middle(signedOurs(many))) / limit).toFixed(0)} % with ${many} connections`,
    )
    console.log(`limit 1/(1/A + 1/B) ${limit.toFixed(0)} a second; of it, signed, ${parts.join(', ')}`)
  }
} finally {
  sink.disconnect()
  await rm(root, { recursive: true, force: true })
}
