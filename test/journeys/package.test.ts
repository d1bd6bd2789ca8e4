import { execFile } from 'node:child_process'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bothKeys, refereed, rsaPem } from '../support/dkim.ts'
import { repository, runCli } from '../support/run-cli.ts'
import { emptyFolder } from '../support/sample.ts'
import { smtpSink } from '../support/smtp-sink.ts'

const execute = promisify(execFile)

it('works as a package installed in an empty folder: help, init, check, send, send --live', {
  timeout: 300_000,
}, async () => {
  const folder = await emptyFolder()
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: repository,
    maxBuffer: 1e8,
  })
  // The build's own lines may stand before the document.
  const packed = JSON.parse(stdout.slice(stdout.indexOf('[\n')))[0]
  const names: string[] = packed.files.map((file: { path: string }) => file.path)
  expect(names).toContain('build/cli.js')
  expect(names).toContain('templates/broadsheet/email.mjml.hbs')
  expect(names.filter((name) => /^(test|digests|bench|scripts|src\/.*\.ts)/.test(name))).toEqual([])
  await execute(
    'npm',
    ['install', '--prefer-offline', '--no-save', '--ignore-scripts', path.join(folder, packed.filename)],
    { cwd: folder, maxBuffer: 1e8 },
  )
  const cli = path.join(folder, 'node_modules', 'broadsheet', 'src', 'bin.js')
  const begun = await runCli(['init', 'mine', '--ci', 'github'], { cwd: folder, bin: cli })
  expect(begun.exitCode).toBe(0)
  expect(await readdir(path.join(folder, 'mine/schemas'))).toContain('edition.schema.json')
  const rehearsed = await runCli(['send', '--root', 'mine', '--json'], { cwd: folder, bin: cli })
  expect(JSON.parse(rehearsed.stdout)).toMatchObject({ audience: 1, accepted: 1 })
  for (const name of ['broadsheet.yaml', 'digests', 'subscribers.csv'])
    await cp(path.join(repository, name), path.join(folder, name), { recursive: true })
  const help = await runCli(['--help'], { cwd: folder, bin: cli })
  expect(help.stdout).toContain('Usage: broadsheet')
  const check = await runCli(['check', '--all', '--json'], { cwd: folder, bin: cli })
  expect(JSON.parse(check.stdout)).toMatchObject({ errors: 0, warnings: 0 })
  const send = await runCli(['send'], { cwd: folder, bin: cli })
  expect(send).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await readdir(path.join(folder, 'outbox', '2026-11-20'))).toHaveLength(9)

  // Enough of them that the ledger and the signatures have threads of their own, whose programs the package must hold.
  const { port, received } = await smtpSink()
  const rows = Array.from({ length: 600 }, (_, number) => `r${number}@readers.example,Reader ${number}`)
  await writeFile(path.join(folder, 'subscribers.csv'), `email,name\n${rows.join('\n')}\n`)
  const yaml = await readFile(path.join(folder, 'broadsheet.yaml'), 'utf8')
  await writeFile(path.join(folder, 'broadsheet.yaml'), yaml.replace('images: embed', 'images: link'))
  const env = {
    BROADSHEET_SECRET: 'a-secret-of-the-tests-only',
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    DKIM_PRIVATE_KEY: rsaPem,
    DKIM_SELECTOR: 'rsa',
    DKIM_DOMAIN: 'morning.example',
  }
  const live = await runCli(['send', '2026-11-20', '--live', '--json'], { cwd: folder, bin: cli, env })
  expect(live).toMatchObject({ exitCode: 0, stderr: '' })
  expect(JSON.parse(live.stdout)).toMatchObject({ accepted: 600 })
  expect(new Set(received.map(({ to }) => to.join())).size).toBe(600)
  const keys = bothKeys('morning.example')
  for (const { raw } of [received[0], received[350], received[599]].filter((one) => one !== undefined))
    expect(await refereed(raw, keys)).toEqual(['pass'])
})
