import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { SMTPServerOptions } from 'smtp-server'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { repository, runCli } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const run = promisify(execFile)
const TODAY = new Date().toISOString().slice(0, 10)

interface Job {
  variables?: Record<string, string>
  script: string[]
  after_script: string[]
  allow_failure?: unknown
}

const git = async (cwd: string, ...args: string[]): Promise<string> =>
  (await run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd })).stdout.trim()

/** A project with its pipeline in a bare repository, everybody due at midnight by UTC and for two days. */
async function project(): Promise<{ bare: string; jobs: Record<string, Job> }> {
  const work = await emptyFolder()
  await runCli(['init', work, '--ci', 'gitlab', '--timezone', 'UTC', '--now', `${TODAY}T00:00Z`])
  const yaml = await readFile(path.join(work, 'broadsheet.yaml'), 'utf8')
  await writeFile(
    path.join(work, 'broadsheet.yaml'),
    yaml.replace('deliverAt: "07:00"', 'deliverAt: "00:00"').replace('deliverWithin: 4h', 'deliverWithin: 48h'),
  )
  await writeFile(path.join(work, 'subscribers.csv'), 'email\nada@readers.example\ngrace@readers.example\n')
  const bare = path.join(await emptyFolder(), 'paper.git')
  await git(work, 'init', '-q', '-b', 'main')
  await git(work, 'add', '-A')
  await git(work, 'commit', '-qm', 'A newsletter')
  await git(work, 'clone', '-q', '--bare', '.', bare)
  return { bare, jobs: parse(await readFile(path.join(work, '.gitlab-ci.yml'), 'utf8')) as Record<string, Job> }
}

/**
 * A runner: the lines of `script` in one shell, then `after_script` in another whose result counts for nothing. In the
 * place of `npm ci`, which wants a registry, stands a node_modules with this working copy; addresses of the server are
 * those of the bare repository.
 */
async function play(bare: string, job: Job, values: Record<string, string>, branch = 'main') {
  const root = path.join(await emptyFolder(), 'clone')
  await git(path.dirname(root), 'clone', '-q', '-b', branch, `file://${bare}`, root)
  const bin = path.join(root, 'node_modules/.bin')
  await mkdir(bin, { recursive: true })
  await writeFile(
    path.join(bin, 'broadsheet'),
    `#!/bin/sh\nexec "${process.execPath}" "${path.join(repository, 'src/bin.js')}" "$@"\n`,
  )
  await chmod(path.join(bin, 'broadsheet'), 0o755)
  const given = { CI_SERVER_HOST: 'gitlab.test', CI_PROJECT_PATH: 'press/paper', CI_PUSH_TOKEN: 'token', ...values }
  const env = {
    PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`,
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.file://${bare}.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://broadsheet:token@gitlab.test/press/paper.git',
    ...given,
    ...Object.fromEntries(
      Object.entries(job.variables ?? {}).map(([name, value]) => [
        name,
        value.replace(/\$(\w+)/g, (_, key: string) => (given as Record<string, string>)[key] ?? ''),
      ]),
    ),
  }
  const shell = async (lines: string[]) => {
    const script = lines.filter((line) => line !== 'npm ci').join('\n')
    try {
      const { stdout, stderr } = await run('bash', ['-eo', 'pipefail', '-c', script], { cwd: root, env })
      return { code: 0, out: stdout + stderr }
    } catch (caught) {
      const { code, stdout, stderr } = caught as { code: number; stdout: string; stderr: string }
      return { code, out: stdout + stderr }
    }
  }
  const { code, out } = await shell(job.script)
  const after = await shell(job.after_script)
  return { root, code, out, after }
}

const send = async (bare: string, job: Job | undefined, options: SMTPServerOptions = {}) => {
  if (job === undefined) throw new Error('there is no such job')
  const { port, received } = await smtpSink(options)
  const values = { SMTP_URL: `smtp://127.0.0.1:${port}`, BROADSHEET_SECRET: 'a-secret-of-the-tests-only' }
  return { ...(await play(bare, job, values)), received }
}

/** What GitLab's own schema says of a pipeline, and of the same with one key misspelt. */
async function judged(root: string): Promise<{ code: number; out: string }> {
  const reader = path.join(repository, 'node_modules/gitlab-ci-local/dist/index.js')
  try {
    const { stdout, stderr } = await run(process.execPath, [reader, '--list'], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: root },
    })
    return { code: 0, out: stdout + stderr }
  } catch (caught) {
    const { code, stdout, stderr } = caught as { code: number; stdout: string; stderr: string }
    return { code, out: stdout + stderr }
  }
}

it('the pipeline for GitLab passes the schema that GitLab publishes', { timeout: 30_000 }, async () => {
  const { bare } = await project()
  const root = path.join(await emptyFolder(), 'clone')
  await git(path.dirname(root), 'clone', '-q', bare, root)
  const whole = await judged(root)
  expect(whole.code, whole.out).toBe(0)
  const file = path.join(root, '.gitlab-ci.yml')
  const text = await readFile(file, 'utf8')
  expect(text).toContain('allow_failure:')
  await writeFile(file, text.replace('allow_failure:', 'allow_failures:'))
  const damaged = await judged(root)
  expect(damaged.code).not.toBe(0)
  expect(damaged.out).toContain("'allow_failures' property is not expected")
})

describe('the jobs of GitLab, script by script, on throw-away machines', () => {
  it('give everybody one copy over two runs, and refuse when a run began whose ledger is lost', async () => {
    const { bare, jobs } = await project()
    const first = await send(bare, jobs['send'])
    expect([first.code, first.after.code], first.out + first.after.out).toEqual([0, 0])
    expect(first.received.map((one) => one.to[0]).sort()).toEqual(['ada@readers.example', 'grace@readers.example'])
    const kept = await git(bare, 'ls-tree', '-r', '--name-only', 'broadsheet-state')
    expect(kept.split('\n')).toEqual([`begun/${TODAY}`, 'ledger.db'])
    expect(await git(bare, 'rev-list', '--count', 'broadsheet-state')).toBe('1')

    const second = await send(bare, jobs['send'])
    expect([second.code, second.received], second.out).toEqual([0, []])

    const lost = path.join(await emptyFolder(), 'clone')
    await git(path.dirname(lost), 'clone', '-q', '-b', 'broadsheet-state', bare, lost)
    await git(lost, 'rm', '-q', 'ledger.db')
    await git(lost, 'commit', '-qm', 'lost')
    await git(lost, 'push', '-q', 'origin', 'broadsheet-state')
    const third = await send(bare, jobs['send'])
    expect([third.code, third.received]).toEqual([2, []])
    expect(third.out).toContain('ledger-behind')
  }, 60_000)

  it('turn red when too many copies were refused, and keep the ledger all the same', async () => {
    const { bare, jobs } = await project()
    const { code, after, received } = await send(bare, jobs['send'], {
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('ada') ? Object.assign(new Error('no such reader'), { responseCode: 550 }) : null),
    })
    expect([code, after.code, received.length]).toEqual([1, 0, 1])
    expect(await git(bare, 'ls-tree', '-r', '--name-only', 'broadsheet-state')).toContain('ledger.db')
    // What is left with 3 is a warning of GitLab's own.
    expect(jobs['send']?.allow_failure).toEqual({ exit_codes: 3 })
  }, 60_000)

  it('check what a merge request touches, and build it', async () => {
    const { bare, jobs } = await project()
    const work = path.join(await emptyFolder(), 'clone')
    await git(path.dirname(work), 'clone', '-q', bare, work)
    await git(work, 'checkout', '-q', '-b', 'tomorrow')
    const edition = await readFile(path.join(work, `digests/${TODAY}.yaml`), 'utf8')
    await writeFile(
      path.join(work, 'digests/2031-01-02.yaml'),
      edition.replace('https://example.org/first', 'ftp://x.example'),
    )
    await git(work, 'add', '-A')
    await git(work, 'commit', '-qm', 'Tomorrow')
    await git(work, 'push', '-q', 'origin', 'tomorrow')
    const job = jobs['check'] as Job
    const { root, code, out, after } = await play(
      bare,
      job,
      { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' },
      'tomorrow',
    )
    expect([code, after.code], out + after.out).toEqual([1, 0])
    expect(await readFile(path.join(root, 'findings.xml'), 'utf8')).toContain('url-scheme')
    expect(await readdir(path.join(root, 'dist'))).toEqual(['2031-01-02'])
  }, 60_000)
})
