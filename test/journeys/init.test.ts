import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repository, runCli } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const run = promisify(execFile)
const TODAY = new Date().toISOString().slice(0, 10)

interface Step {
  name?: string
  uses?: string
  run?: string
  env?: Record<string, string>
}

async function steps(root: string, file: string, job: string): Promise<Step[]> {
  const workflow = parse(await readFile(path.join(root, '.github/workflows', file), 'utf8')) as {
    jobs: Record<string, { steps: Step[] }>
  }
  return workflow.jobs[job]?.steps ?? []
}

/** Runs a step as a runner would: its script in bash, its expressions filled in. */
async function play(root: string, step: Step, values: Record<string, string>) {
  const filled = Object.entries(step.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ ([\w.]+) \}\}/g, (_, key: string) => values[key] ?? ''),
  ])
  const env = {
    PATH: `${path.join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(filled),
  }
  try {
    const { stdout, stderr } = await run('bash', ['-c', step.run ?? ''], { cwd: root, env })
    return { code: 0, out: stdout + stderr }
  } catch (caught) {
    const { code, stdout, stderr } = caught as { code: number; stdout: string; stderr: string }
    return { code, out: stdout + stderr }
  }
}

const git = async (cwd: string, ...args: string[]): Promise<string> =>
  (await run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd })).stdout.trim()

/** A publication with workflows in a bare repository, everybody due at midnight by UTC and for the whole day. */
async function remoteRepository(readers: number): Promise<string> {
  const work = await emptyFolder()
  await runCli(['init', work, '--ci', 'github', '--timezone', 'UTC', '--now', `${TODAY}T00:00Z`])
  const yaml = await readFile(path.join(work, 'broadsheet.yaml'), 'utf8')
  await writeFile(
    path.join(work, 'broadsheet.yaml'),
    yaml.replace('deliverAt: "07:00"', 'deliverAt: "00:00"').replace('deliverWithin: 4h', 'deliverWithin: 48h'),
  )
  const rows = Array.from({ length: readers }, (_, number) => `reader${number}@readers.example`)
  await writeFile(path.join(work, 'subscribers.csv'), `email\n${rows.join('\n')}\n`)
  const bare = path.join(await emptyFolder(), 'remote.git')
  await git(work, 'init', '-q', '-b', 'main')
  await git(work, 'add', '-A')
  await git(work, 'commit', '-qm', 'A newsletter')
  await git(work, 'clone', '-q', '--bare', '.', bare)
  return bare
}

/** What `actions/checkout` and `npm ci` leave: a clone, and Broadsheet in node_modules. */
async function runner(bare: string): Promise<string> {
  const root = path.join(await emptyFolder(), 'clone')
  await git(path.dirname(root), 'clone', '-q', `file://${bare}`, root)
  const bin = path.join(root, 'node_modules/.bin')
  await mkdir(bin, { recursive: true })
  await writeFile(
    path.join(bin, 'broadsheet'),
    `#!/bin/sh\nexec "${process.execPath}" "${path.join(repository, 'src/bin.js')}" "$@"\n`,
  )
  await chmod(path.join(bin, 'broadsheet'), 0o755)
  return root
}

/** The scripts of the send job, in their order, on a machine of their own. */
async function sendJob(bare: string, port: number) {
  const root = await runner(bare)
  const codes: Record<string, number> = {}
  let out = ''
  let failed = false
  for (const step of await steps(root, 'broadsheet-send.yml', 'send')) {
    if (step.run === undefined || step.name === 'Install') continue
    if (failed && step.name !== 'Keep the ledger') continue
    const played = await play(root, step, {
      'secrets.SMTP_URL': `smtp://127.0.0.1:${port}`,
      'secrets.BROADSHEET_SECRET': 'a-secret-of-the-tests-only',
    })
    codes[step.name ?? ''] = played.code
    out += played.out
    failed ||= played.code !== 0
  }
  return { codes, out }
}

describe('init', () => {
  it('makes a publication that passes check, can be sent, and has the next day begun with new', async () => {
    const root = path.join(await emptyFolder(), 'mine')
    const made = await runCli(['init', root, '--name', 'The Harbour “Post”', '--from', 'Post <post@harbour.example>'])
    expect(made.exitCode).toBe(0)
    expect((await readdir(root)).sort()).toEqual(
      ['.gitignore', 'README.md', 'broadsheet.yaml', 'digests', 'package.json', 'schemas', 'subscribers.csv'].sort(),
    )
    expect((await runCli(['check', '--all', '--root', root])).stdout).toContain('0 errors, 0 warnings')
    expect((await runCli(['send', '--root', root])).exitCode).toBe(0)
    const next = await runCli(['new', '--root', root])
    expect(next.exitCode).toBe(0)
    expect((await runCli(['check', '--all', '--root', root])).exitCode).toBe(0)
    const again = await runCli(['new', TODAY, '--root', root])
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('already')])
  })

  it('writes over nothing', async () => {
    const root = await emptyFolder()
    await writeFile(path.join(root, 'subscribers.csv'), 'email\nmine@readers.example\n')
    const made = await runCli(['init', root])
    expect(made.stderr).toContain('Left as they were: subscribers.csv.')
    expect(await readFile(path.join(root, 'subscribers.csv'), 'utf8')).toContain('mine@readers.example')
    const again = await runCli(['init', root])
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('already')])
    expect((await runCli(['init', root, '--ci', 'gitlab'])).stdout).toBe('wrote .gitlab-ci.yml\n')
  })

  it('pins every action to a commit, and gives the check no right to write', async () => {
    const root = await emptyFolder()
    await runCli(['init', root, '--ci', 'github'])
    for (const file of await readdir(path.join(root, '.github/workflows'))) {
      const text = await readFile(path.join(root, '.github/workflows', file), 'utf8')
      for (const [, used] of text.matchAll(/uses: (.+)/g)) expect(used).toMatch(/^[\w/-]+@[0-9a-f]{40} # v/)
    }
    const check = parse(await readFile(path.join(root, '.github/workflows/broadsheet-check.yml'), 'utf8'))
    expect(check.permissions).toEqual({ contents: 'read' })
  })
})

describe('the workflow files', () => {
  const errorsOf = (name: string, content: string): string[] =>
    parseWorkflow({ name, content }, new NoOperationTraceWriter())
      .context.errors.getErrors()
      .map((one) => one.message)

  it('pass the schema GitHub reads workflows by, which would notice a mistake', async () => {
    const root = await emptyFolder()
    await runCli(['init', root, '--ci', 'github'])
    for (const file of await readdir(path.join(root, '.github/workflows'))) {
      const text = await readFile(path.join(root, '.github/workflows', file), 'utf8')
      expect(errorsOf(file, text)).toEqual([])
      expect(errorsOf(file, text.replace('runs-on:', 'run-on:'))).not.toEqual([])
      expect(errorsOf(file, text.replace(/contents: \w+/, 'contents: everything'))).not.toEqual([])
    }
  })

  it('of this repository are those of its own sample', async () => {
    const root = await emptyFolder()
    for (const name of ['broadsheet.yaml', 'subscribers.csv'])
      await writeFile(path.join(root, name), await readFile(path.join(repository, name)))
    await runCli(['init', root, '--ci', 'github'])
    for (const file of ['broadsheet-check.yml', 'broadsheet-send.yml']) {
      const own = await readFile(path.join(repository, '.github/workflows', file), 'utf8')
      expect(await readFile(path.join(root, '.github/workflows', file), 'utf8')).toBe(own)
    }
  })
})

describe('the send job of GitHub, script by script, on throw-away machines', () => {
  it('gives everybody one copy, however often it runs, and refuses when its ledger is lost', async () => {
    const { port, received } = await smtpSink()
    const bare = await remoteRepository(3)
    const first = await sendJob(bare, port)
    expect(first.codes, first.out).toEqual({
      'Bring back the ledger': 0,
      'Send to who is due': 0,
      'Keep the ledger': 0,
    })
    expect(received).toHaveLength(3)
    const kept = await git(bare, 'ls-tree', '-r', '--name-only', 'broadsheet-state')
    expect(kept.split('\n')).toEqual([`begun/${TODAY}`, 'ledger.db'])

    const second = await sendJob(bare, port)
    expect(second.codes['Send to who is due'], second.out).toBe(0)
    expect(received).toHaveLength(3)

    // What a runner that died leaves behind: the note, and no ledger.
    const work = await runner(bare)
    await git(work, 'checkout', '-q', 'broadsheet-state')
    await git(work, 'rm', '-q', 'ledger.db')
    await git(work, 'commit', '-qm', 'lost')
    await git(work, 'push', '-q', 'origin', 'broadsheet-state')
    const third = await sendJob(bare, port)
    expect(third.codes['Send to who is due']).toBe(2)
    expect(third.out).toContain('ledger-behind')
    expect(received).toHaveLength(3)
  }, 60_000)

  it('sends nothing when the note that sending begins cannot be kept', async () => {
    const { port, received } = await smtpSink()
    const bare = await remoteRepository(2)
    const hook = path.join(bare, 'hooks/pre-receive')
    await writeFile(hook, '#!/bin/sh\necho the branch is protected >&2\nexit 1\n')
    await chmod(hook, 0o755)
    const { codes, out } = await sendJob(bare, port)
    expect(codes['Send to who is due']).toBe(2)
    expect(out).toContain('BROADSHEET_ON_BEGIN failed')
    expect(received).toHaveLength(0)
  }, 60_000)
})

it('the check job of GitHub checks and builds what a pull request touches', async () => {
  const bare = await remoteRepository(1)
  const root = await runner(bare)
  await git(root, 'checkout', '-q', '-b', 'tomorrow')
  const edition = await readFile(path.join(root, `digests/${TODAY}.yaml`), 'utf8')
  await writeFile(path.join(root, 'digests/2031-01-02.yaml'), edition.replace('The first story', 'Another story'))
  await git(root, 'add', '-A', 'digests')
  await git(root, 'commit', '-qm', 'Tomorrow')
  for (const step of await steps(root, 'broadsheet-check.yml', 'check')) {
    if (step.run === undefined || step.name === 'Install') continue
    const { code, out } = await play(root, step, { 'github.base_ref': 'main' })
    expect(code, `${step.name}: ${out}`).toBe(0)
  }
  expect(await readdir(path.join(root, 'dist'))).toEqual(['2031-01-02'])
  expect(await readdir(path.join(root, 'dist/2031-01-02'))).toEqual(
    expect.arrayContaining(['email.html', 'review.html']),
  )
}, 60_000)

describe('what init is told', () => {
  it.each([
    ['--timezone', 'Mars/Phobos'],
    ['--from', 'not an address'],
    ['--language', 'the Queen’s'],
    ['--url', 'ftp://paper.example'],
  ])('%s %s is refused before anything is written', async (option, value) => {
    const root = path.join(await emptyFolder(), 'mine')
    const made = await runCli(['init', root, option, value])
    expect([made.exitCode, made.stderr]).toEqual([2, expect.stringContaining(`${option} ${value}`)])
    await expect(readdir(root)).rejects.toThrow('ENOENT')
  })

  it.each([
    ['--language', 'ja'],
    ['--language', 'ar-EG'],
    ['--name', 'The "Harbour" Post: morning #1'],
    ['--name', 'No'],
    ['--url', 'https://paper.example/letters/'],
  ])('%s %s makes a publication check has nothing to say of', async (option, value) => {
    const root = path.join(await emptyFolder(), 'mine')
    expect((await runCli(['init', root, option, value])).exitCode).toBe(0)
    const { stdout, stderr } = await runCli(['check', '--all', '--root', root])
    expect(stdout + stderr).toMatch(/^\d{4}-\d{2}-\d{2}: 0 errors, 0 warnings\.\n$/)
  })

  it('leaves words in a new edition that check calls left in', async () => {
    const root = await emptyFolder()
    await runCli(['init', root])
    const { edition } = JSON.parse((await runCli(['new', '--root', root, '--json'])).stdout)
    const { findings, errors } = JSON.parse((await runCli(['check', edition, '--root', root, '--json'])).stdout)
    expect(errors).toBe(0)
    expect(findings.map((one: { code: string }) => one.code)).toEqual(['placeholder', 'placeholder'])
  })
})

describe('the branch that keeps the ledger', () => {
  const tree = async (bare: string) => (await git(bare, 'ls-tree', '-r', '--name-only', 'broadsheet-state')).split('\n')

  it('never holds the journal of an earlier ledger beside a newer one', async () => {
    const { port } = await smtpSink()
    const bare = await remoteRepository(1)
    expect((await sendJob(bare, port)).codes['Keep the ledger']).toBe(0)
    const work = await runner(bare)
    await git(work, 'checkout', '-q', 'broadsheet-state')
    // As after a job that was cut off while it wrote.
    await writeFile(path.join(work, 'ledger.db-wal'), 'the journal of a run that was cut off')
    await git(work, 'add', '-f', 'ledger.db-wal')
    await git(work, 'commit', '-qm', 'cut off')
    await git(work, 'push', '-q', 'origin', 'broadsheet-state')
    const next = await sendJob(bare, port)
    expect(next.codes['Keep the ledger'], next.out).toBe(0)
    expect(await tree(bare)).toEqual([`begun/${TODAY}`, 'ledger.db'])
  }, 60_000)

  it('is not written over when another run has kept its own there meanwhile', async () => {
    const { port, received } = await smtpSink()
    const bare = await remoteRepository(1)
    await sendJob(bare, port)
    const [bringBack, ...rest] = (await steps(await runner(bare), 'broadsheet-send.yml', 'send')).filter(
      (step) => step.run !== undefined && step.name !== 'Install',
    )
    const slow = await runner(bare)
    const values = { 'secrets.SMTP_URL': `smtp://127.0.0.1:${port}`, 'secrets.BROADSHEET_SECRET': 'of-the-tests-only' }
    expect((await play(slow, bringBack as Step, values)).code).toBe(0)
    await sendJob(bare, port)
    await git(slow, 'push', '-q', '--force', 'origin', 'HEAD:refs/heads/broadsheet-state')
    const other = await git(bare, 'rev-parse', 'broadsheet-state')
    expect((await play(slow, rest.at(-1) as Step, values)).code).not.toBe(0)
    expect(await git(bare, 'rev-parse', 'broadsheet-state')).toBe(other)
    expect(received).toHaveLength(1)
  }, 60_000)

  it('is made by the first run, even one with nobody to serve', async () => {
    const { port } = await smtpSink()
    const bare = await remoteRepository(0)
    const { codes, out } = await sendJob(bare, port)
    expect(codes, out).toEqual({ 'Bring back the ledger': 0, 'Send to who is due': 0, 'Keep the ledger': 0 })
  }, 60_000)
})

it('the check job is green for a pull request that touches no edition', async () => {
  const bare = await remoteRepository(1)
  const root = await runner(bare)
  await git(root, 'checkout', '-q', '-b', 'readme')
  await writeFile(path.join(root, 'README.md'), '# Another page\n')
  await git(root, 'commit', '-qam', 'The page')
  for (const step of await steps(root, 'broadsheet-check.yml', 'check')) {
    if (step.run === undefined || step.name === 'Install') continue
    const { code, out } = await play(root, step, { 'github.base_ref': 'main' })
    expect(code, `${step.name}: ${out}`).toBe(0)
  }
}, 60_000)
