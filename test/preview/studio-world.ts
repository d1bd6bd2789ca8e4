import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { repository } from '../support/run-cli.ts'

/** A publication on disk, the real command line serving it, and pages of a real Chromium. Nothing from src/. */
export const FIRST = 'The ferry keeps its berth'
export const NEWEST = 'digests/2030-01-02.yaml'
export const DATE = '2030-01-02'

/** Three entries; the second has an error (no credit), the third a warning (http). */
export const edition = (headline = FIRST): string => `# The editor's own comment
status: draft
entries:
  - topic: harbour
    headline: ${headline}
    url: https://example.org/ferry
    summary: The board ends two years of talks.
    image:
      src: images/clocks.png
      alt: Three clocks
      caption: The clocks of the port
      credit: A. Writer
  - topic: harbour
    headline: "A crane: sold"
    url: https://example.org/crane
    summary: The buyer will paint it blue.
    image: { src: images/abacus.png, alt: An abacus, caption: What it cost }
  - topic: town
    headline: The market moves to the square
    url: http://example.org/market
    summary: ${'Fees rise by four per cent from March, the council says. '.repeat(4)}
`

export const FILES: Record<string, string> = {
  'broadsheet.yaml': `name: The Harbour Post
id: harbour-post
from: The Harbour Post <post@harbour.example>
url: https://harbour.example
postalAddress: 1 Quay, Hull
language: en-GB
languages: [de]
timezone: Europe/London
images: embed
topics: [{ id: harbour, name: Harbour }, { id: town, name: Town }]
`,
  [NEWEST]: edition(),
  'digests/2029-12-20.yaml': `entries:
  - topic: harbour
    headline: The middle story
    url: https://example.org/middle
    summary: The lighthouse was painted for the second time.
`,
  'digests/2024-12-19.yaml': `entries:
  - topic: harbour
    headline: An old story
    url: https://example.org/old
    summary: The lighthouse was lit for the first time.
`,
  'subscribers.csv': `email,name,topics,timezone,language
ada@readers.example,Ada Lovelace,,Europe/London,en
tenzing@readers.example,Tenzing,harbour,Asia/Kathmandu,de
grace@readers.example,Grace Hopper,town,America/New_York,en
`,
}

export interface World {
  root: string
  url: string
  edition: string
  /** Its process, for whoever measures it. */
  pid: number
  write(name: string, content: string | Uint8Array): Promise<void>
  read(name: string): Promise<string>
  /** All files as they were, and none besides. */
  reset(): Promise<void>
  stop(): Promise<number | null>
}

/** Committed to git, so that there is a HEAD to compare with. */
export async function aStudio(args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<World> {
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-studio-'))
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    const file = path.join(root, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  const reset = async (): Promise<void> => {
    for (const name of ['templates', 'outbox', 'digests/2030-01-03.yaml', 'digests/2030-03-31.yaml'])
      await rm(path.join(root, name), { recursive: true, force: true })
    for (const [name, content] of Object.entries(FILES))
      if ((await readFile(path.join(root, name), 'utf8').catch(() => null)) !== content) await write(name, content)
  }
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  await reset()
  const git = (...words: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@test.example', ...words], { cwd: root })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'As it was')
  const started = await startCommand(root, args, environment)
  return {
    ...started,
    root,
    write,
    reset,
    read: (name) => readFile(path.join(root, name), 'utf8'),
    async stop() {
      const code = await started.stop()
      await rm(root, { recursive: true, force: true })
      return code
    },
  }
}

/** The command on a folder that is there; its JSON says where it listens. */
export async function startCommand(
  root: string,
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ url: string; edition: string; pid: number; stop(): Promise<number | null> }> {
  const { SMTP_URL: _, ...inherited } = process.env
  const child: ChildProcess = spawn(
    process.execPath,
    [path.join(repository, 'src/bin.js'), 'preview', ...args, '--port', '0', '--json', '--root', root],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...inherited, ...environment } },
  )
  const ended = once(child, 'exit')
  let printed = ''
  for await (const text of child.stdout ?? []) {
    printed += text
    if (/}\s*$/.test(printed)) break
  }
  return {
    ...JSON.parse(printed),
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** Every request of every page, with those that would have left this machine. */
export const requests: { all: number; away: string[] } = { all: 0, away: [] }

/** A page of its own, painted. */
export async function openPage(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options })
  record(page)
  await page.goto(address)
  await painted(page)
  return page
}

export function record(page: Page): void {
  page.on('request', (request) => {
    requests.all += 1
    const { protocol, hostname } = new URL(request.url())
    if (/^(data|about|blob):$/.test(protocol) || ['localhost', '127.0.0.1'].includes(hostname)) return
    requests.away.push(request.url())
  })
}

export async function painted(page: Page): Promise<void> {
  await page.locator('html[data-version]').waitFor({ state: 'attached' })
}

/** An expression about `frame` and its document `sheet`, for each email in sight. */
export function inPanes(page: Page, expression: string): Promise<unknown[]> {
  return page.evaluate(
    `[...document.querySelectorAll('.pane:not([hidden]) iframe')].map((frame) => { const sheet = frame.contentDocument; return ${expression} })`,
  )
}

/** The same, until it is so. */
export async function expectInPanes(page: Page, expression: string, wanted: unknown[]): Promise<void> {
  await expect.poll(() => inPanes(page, expression), { interval: 20, timeout: patience }).toEqual(wanted)
}

/** How long a journey waits for what it expects; a deaf one is given up sooner. */
export let patience = 8000
export function bePatientFor(milliseconds: number): void {
  patience = milliseconds
}
