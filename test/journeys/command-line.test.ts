import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { emptyFolder, sampleCopy } from '../support/sample.ts'

describe('the command line', () => {
  it('says what it can do and what its exit codes mean', async () => {
    const { stdout, exitCode } = await runCli(['--help'])
    expect(exitCode).toBe(0)
    for (const words of [
      'check',
      'build',
      'preview',
      'send',
      'a bug in Broadsheet',
      'Without --live nothing leaves this machine',
    ])
      expect(stdout).toContain(words)
  })

  it('ends well when whoever reads it has read enough, as `head` does', async () => {
    // The reader is gone before anything is written.
    const script = 'set -o pipefail; "$0" "$1" --help | true; echo "ended with $?"'
    const bin = path.join(import.meta.dirname, '../../src/bin.js')
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath, bin])
    expect({ stdout, stderr }).toEqual({ stdout: 'ended with 0\n', stderr: '' })
  })

  it('answers a slip of the finger with a suggestion, in words and in JSON, and exits with 2', async () => {
    const words = await runCli(['sned'])
    expect(words).toMatchObject({ exitCode: 2, stdout: '' })
    expect(words.stderr).toContain('Did you mean send?')
    const json = await runCli(['check', '--jsn', '--json'])
    expect(json).toMatchObject({ exitCode: 2, stderr: '' })
    expect(JSON.parse(json.stdout).error).toMatchObject({ code: 'usage', message: "unknown option '--jsn'" })
  })

  it('says where it looked when there is no publication', async () => {
    const root = await emptyFolder()
    const run = await runCli(['check', '--root', root])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain(`There is no broadsheet.yaml in ${root}.`)
    expect(run.stderr).not.toContain('    at ')
  })

  it('names the newest edition when the one asked for is not there', async () => {
    const root = await sampleCopy()
    const run = await runCli(['build', '2020-01-01', '--root', root, '--json'])
    expect(run.exitCode).toBe(2)
    expect(JSON.parse(run.stdout)).toEqual({
      error: { code: 'no-edition', message: 'There is no edition for 2020-01-01.', hint: 'The newest is 2026-11-20.' },
    })
  })

  it('finds nothing to say about the sample editions', async () => {
    const root = await sampleCopy()
    const { stdout, exitCode } = await runCli(['check', '--all', '--root', root, '--json'])
    expect(JSON.parse(stdout)).toEqual({ editions: ['2024-12-19', '2026-11-20'], findings: [], errors: 0, warnings: 0 })
    expect(exitCode).toBe(0)
  })

  it('reports findings with the eight fields of the contract and exits with 1', async () => {
    const root = await sampleCopy({
      'digests/2026-11-21.yaml':
        'entries:\n  - topic: world\n    headline: One # two\n    url: http://example.org\n    summary: Three words and two more.\n',
    })
    const { stdout, exitCode } = await runCli(['check', '2026-11-21', '--root', root, '--json'])
    expect(exitCode).toBe(1)
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ editions: ['2026-11-21'], errors: 1, warnings: 1 })
    expect(Object.keys(report.findings[0])).toEqual([
      'code',
      'severity',
      'message',
      'hint',
      'file',
      'line',
      'column',
      'entry',
    ])
    expect(report.findings).toMatchObject([
      { code: 'text-cut', severity: 'error', file: 'digests/2026-11-21.yaml', line: 3, column: 19, entry: 1 },
      { code: 'url-http', severity: 'warning', line: 4, entry: 1 },
    ])
  })

  it('builds the same message that send would, parsed alike by an independent parser', async () => {
    const root = await sampleCopy()
    const { stdout, exitCode } = await runCli(['build', '2026-11-20', '--root', root, '--json'])
    expect(exitCode).toBe(0)
    const report = JSON.parse(stdout)
    expect(Object.keys(report)).toEqual([
      'edition',
      'files',
      'subject',
      'preheader',
      'bytes',
      'entries',
      'topics',
      'findings',
    ])
    expect(report).toMatchObject({
      edition: '2026-11-20',
      entries: 10,
      topics: ['mail', 'runtime', 'tools'],
      findings: [],
    })
    const folder = path.join(root, 'dist', '2026-11-20')
    expect((await readdir(folder)).sort()).toEqual(['email.eml', 'email.html', 'email.mjml', 'email.txt', 'images'])
    const raw = await readFile(path.join(folder, 'email.eml'))
    const mail = await PostalMime.parse(raw)
    expect(mail.subject).toBe(report.subject)
    expect(mail.text?.trim()).toBe((await readFile(path.join(folder, 'email.txt'), 'utf8')).trim())
    expect(raw.length).toBe(report.bytes.message)
    expect(Buffer.byteLength(mail.html?.trimEnd() ?? '')).toBe(report.bytes.html)
    const hosted = await readFile(path.join(folder, 'email.html'), 'utf8')
    expect(hosted).not.toContain('cid:')
    const lines = raw.toString('latin1').split('\r\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998)
    expect(raw.includes('\n\n')).toBe(false)
  })

  it('builds the same bytes twice, so that a diff shows what changed', async () => {
    const root = await sampleCopy()
    const args = ['build', '2026-11-20', '--root', root, '--now', '2026-11-20T06:00Z']
    await runCli([...args, '--out', path.join(root, 'one')])
    await runCli([...args, '--out', path.join(root, 'two')])
    for (const name of ['email.mjml', 'email.html', 'email.txt', 'email.eml']) {
      expect(await readFile(path.join(root, 'two', name), 'utf8')).toBe(
        await readFile(path.join(root, 'one', name), 'utf8'),
      )
    }
  })

  it('names template, partial and line when a template of the publication is wrong', async () => {
    const root = await sampleCopy()
    const { mkdir } = await import('node:fs/promises')
    await mkdir(path.join(root, 'templates', 'partials'), { recursive: true })
    await writeFile(path.join(root, 'templates', 'partials', 'source.mjml.hbs'), 'one\n<p>{{sorce}}</p>\n')
    const run = await runCli(['check', '--root', root])
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toContain('templates/partials/source.mjml.hbs:2:')
    expect(run.stdout).toContain('The template asks for "sorce"')
  })
})
