// What the working tree renders otherwise than a commit does: npm run golden:diff [REF, HEAD by default] [NAME…]
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { repository } from './browser.ts'
import { fullGoldens, hashedGoldens, rendered } from './variations.ts'

const [reference = 'HEAD', ...names] = process.argv.slice(2)

if (reference === '--render') {
  const [folder = ''] = names
  for (const [name, variation] of [...(await fullGoldens()), ...hashedGoldens()]) {
    const { html, text } = await rendered(variation)
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(`${file}.html`, html)
    await writeFile(`${file}.txt`, text)
  }
  process.exit()
}

const work = await mkdtemp(path.join(tmpdir(), 'broadsheet-golden-'))
const before = path.join(work, 'before')
const checkout = path.join(work, 'checkout')
execFileSync('git', ['worktree', 'add', '--detach', checkout, reference], { cwd: repository, stdio: 'ignore' })
try {
  await symlink(path.join(repository, 'node_modules'), path.join(checkout, 'node_modules'))
  execFileSync(process.execPath, ['scripts/golden-diff.ts', '--render', before], { cwd: checkout, stdio: 'inherit' })
  let differing = 0
  for (const [name, variation] of [...(await fullGoldens()), ...hashedGoldens()]) {
    if (names.length > 0 && !names.some((one) => name.includes(one))) continue
    const now = await rendered(variation)
    for (const [ending, content] of [
      ['html', now.html],
      ['txt', now.text],
    ] as const) {
      const old = path.join(before, `${name}.${ending}`)
      if ((await readFile(old, 'utf8').catch(() => null)) === content) continue
      differing += 1
      const fresh = path.join(work, `now.${ending}`)
      await writeFile(fresh, content)
      console.log(`\n=== ${name}.${ending}`)
      console.log(
        spawnSync('diff', ['-u', '--label', reference, '--label', 'now', old, fresh], { encoding: 'utf8' })
          .stdout.split('\n')
          .slice(0, 60)
          .join('\n'),
      )
    }
  }
  console.log(differing === 0 ? `Nothing differs from ${reference}.` : `${differing} files differ from ${reference}.`)
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', checkout], { cwd: repository, stdio: 'ignore' })
  await rm(work, { recursive: true, force: true })
}
