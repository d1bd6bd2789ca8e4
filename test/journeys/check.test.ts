import { execFileSync } from 'node:child_process'
import { cp, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { codes } from '../../src/problems/codes.ts'
import { aGoodPublication, GOOD_DATE, GOOD_EDITION } from '../check/good-edition.ts'
import { runCli } from '../support/run-cli.ts'

const bad = GOOD_EDITION.replace('      credit: B. Drawer\n', '').replace(
  'kicker: Decided',
  'kicker: Decided by the board this week',
)

async function aRepository(
  files: Record<string, string> = {},
): Promise<{ root: string; git(...args: string[]): void }> {
  const root = await aGoodPublication(files)
  const git = (...args: string[]): void =>
    void execFileSync(
      'git',
      ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', ...args],
      { stdio: 'pipe' },
    )
  git('init', '-q', '-b', 'main')
  await writeFile(path.join(root, '.gitignore'), '.broadsheet/\n')
  git('add', '-A')
  git('commit', '-q', '-m', 'First')
  git('checkout', '-q', '-b', 'work')
  return { root, git }
}

const other = (number: number): string => `entries:
  - topic: town
    headline: Story ${number} of the week
    url: https://news.example.org/story/${number}
    summary: The stalls stand under the old roof from Monday on.
`

describe('check', () => {
  it('prints each format to stdout, and exits with 1 for an error in all of them', async () => {
    const root = await aGoodPublication({ [`digests/${GOOD_DATE}.yaml`]: bad })
    const starts: Record<string, string> = {
      text: `digests/${GOOD_DATE}.yaml:6:13  warning  kicker-long`,
      json: '{\n  "editions": [',
      github: `::warning file=digests/${GOOD_DATE}.yaml,line=6,`,
      sarif: '{\n  "$schema"',
      junit: '<?xml version="1.0"',
      markdown: `## The edition of ${GOOD_DATE}: 1 error, 1 warning`,
    }
    for (const [format, start] of Object.entries(starts)) {
      const { exitCode, stdout, stderr } = await runCli(['check', '--format', format, '--root', root])
      expect({ format, exitCode, stderr, start: stdout.slice(0, start.length) }).toEqual({
        format,
        exitCode: 1,
        stderr: '',
        start,
      })
    }
  })

  it('names files from the top of the repository where CI says where that is', async () => {
    const root = await aGoodPublication({ [`digests/${GOOD_DATE}.yaml`]: bad })
    const env = { GITHUB_WORKSPACE: path.dirname(root) }
    const { stdout } = await runCli(['check', '--format', 'github', '--root', root], { env })
    expect(stdout).toContain(`file=${path.basename(root)}/digests/`)
  })

  it('lets --max-warnings make warnings count', async () => {
    const root = await aGoodPublication({
      [`digests/${GOOD_DATE}.yaml`]: GOOD_EDITION.replace('kicker: Decided', 'kicker: Decided by the board this week'),
    })
    expect((await runCli(['check', '--root', root])).exitCode).toBe(0)
    expect((await runCli(['check', '--root', root, '--max-warnings', '1'])).exitCode).toBe(0)
    const over = await runCli(['check', '--root', root, '--max-warnings', '0'])
    expect(over.exitCode).toBe(1)
    expect(over.stderr).toContain('1 warnings; --max-warnings allows 0.')
  })

  it('explains a code, and suggests the one that was meant', async () => {
    const { exitCode, stdout } = await runCli(['check', '--explain', 'image-credit-missing'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(codes['image-credit-missing'].about)
    expect(stdout).toContain('ignore: { image-credit-missing:')
    const slip = await runCli(['check', '--explain', 'image-credit-mising'])
    expect(slip.exitCode).toBe(2)
    expect(slip.stderr).toContain('Did you mean "image-credit-missing"?')
    expect((await runCli(['check', '--explain', 'url-userinfo'])).stdout).toContain('cannot be waived or forced')
  })

  it('gives the same findings from the cache as cold, and notices an edition, a picture and a template that changed', async () => {
    const root = await aGoodPublication({ 'digests/2026-11-18.yaml': other(1), 'digests/2026-11-19.yaml': other(2) })
    const all = async (): Promise<string[]> =>
      JSON.parse((await runCli(['check', '--all', '--root', root, '--json'])).stdout).findings.map(
        (one: { code: string; file: string }) => `${one.file} ${one.code}`,
      )
    expect(await all()).toEqual([])
    expect(await all()).toEqual([])
    await writeFile(
      path.join(root, 'digests/2026-11-18.yaml'),
      other(1).replace('news.example.org/story/1', 'news.example.org/market'),
    )
    const ran = [`digests/${GOOD_DATE}.yaml ran-before-url`]
    expect(await all()).toEqual(ran)
    expect(await all()).toEqual(ran)
    await rm(path.join(root, 'digests/images/clocks.png'))
    expect(await all()).toEqual([`digests/${GOOD_DATE}.yaml image-missing`, ...ran])
    await cp(path.join(root, 'digests/images/abacus.png'), path.join(root, 'digests/images/clocks.png'))
    expect(await all()).toEqual(ran)
  })
})

describe('check --since', () => {
  const editionsOf = async (root: string, ref = 'main'): Promise<string[]> => {
    const { stdout } = await runCli(['check', '--since', ref, '--root', root, '--json'])
    return JSON.parse(stdout).editions
  }

  it('looks only at what the branch touches: new, changed and renamed editions, committed or not', async () => {
    const { root, git } = await aRepository({
      'digests/2026-11-10.yaml': other(1),
      'digests/2026-11-11.yaml': other(2),
    })
    expect(await editionsOf(root)).toEqual([])
    await writeFile(path.join(root, 'digests/2026-11-10.yaml'), other(3))
    expect(await editionsOf(root)).toEqual(['2026-11-10'])
    git('commit', '-q', '-a', '-m', 'Second')
    await writeFile(path.join(root, 'digests/2026-11-12.yaml'), other(4))
    expect(await editionsOf(root)).toEqual(['2026-11-10', '2026-11-12'])
    await rename(path.join(root, 'digests/2026-11-11.yaml'), path.join(root, 'digests/2026-11-13.yaml'))
    expect(await editionsOf(root)).toEqual(['2026-11-10', '2026-11-12', '2026-11-13'])
  })

  it('finds the editions that show a changed picture, and lets the latest stand for all when a template changed', async () => {
    const { root } = await aRepository({ 'digests/2026-11-10.yaml': other(1), 'digests/2026-11-21.yaml': other(2) })
    await cp(path.join(root, 'digests/images/abacus.png'), path.join(root, 'digests/images/clocks.png'))
    expect(await editionsOf(root)).toEqual([GOOD_DATE])
    await writeFile(path.join(root, 'broadsheet.yaml'), `# A note\n${await readText(root)}`)
    expect(await editionsOf(root)).toEqual([GOOD_DATE, '2026-11-21'])
  })

  it('says what is wrong with a ref that is none, and with a folder outside git', async () => {
    const { root } = await aRepository()
    const run = (folder: string, ref: string) => runCli(['check', '--since', ref, '--root', folder])
    expect(await run(root, 'nosuch')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"nosuch" is not known to git'),
    })
    expect(await run(root, '--output=x')).toMatchObject({ exitCode: 2 })
    expect(await run(await aGoodPublication(), 'main')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not in a git repository'),
    })
    expect(await runCli(['check', GOOD_DATE, '--since', 'main', '--root', root])).toMatchObject({ exitCode: 2 })
  })
})

async function readText(root: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile(path.join(root, 'broadsheet.yaml'), 'utf8')
}
