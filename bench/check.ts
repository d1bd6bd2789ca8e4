/**
 * `npm run bench:check`: what checking costs, as a process from a standing start. One edition of twelve entries; then a
 * thousand of them, cold, and again from the cache. Aims: 1 s, 60 s, 5 s on two cores.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { calibration, median } from './measure.ts'
import { typicalEdition } from './typical-edition.ts'

/** Milliseconds of one process; findings are no failure here. */
const run = async (args: readonly string[]): Promise<number> => {
  const started = performance.now()
  const child = spawn(process.execPath, [path.join(repository, 'src/bin.js'), ...args], { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}`)
  return performance.now() - started
}

const repository = path.resolve(import.meta.dirname, '..')
const EDITIONS = Number(process.argv[2] ?? 1000)
const ENTRIES = 12

const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-bench-'))
try {
  await cp(path.join(repository, 'broadsheet.yaml'), path.join(root, 'broadsheet.yaml'))
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  await mkdir(path.join(root, 'digests'), { recursive: true })
  for (let day = 0; day < EDITIONS; day++) {
    const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10)
    const text = typicalEdition(ENTRIES)
      .replaceAll('2026/11/20', date.replaceAll('-', '/'))
      .replaceAll('Story ', `Day ${day}, story `)
    await writeFile(path.join(root, `digests/${date}.yaml`), text)
  }
  const last = new Date(Date.UTC(2020, 0, EDITIONS)).toISOString().slice(0, 10)
  console.log(`calibration ${calibration().toFixed(0)} ms`)
  await run(['check', last, '--root', root])
  const one = []
  for (let round = 0; round < 5; round++) one.push(await run(['check', last, '--root', root]))
  console.log(
    `one edition of ${ENTRIES} entries: median ${median(one).toFixed(0)} ms (${one.map((ms) => ms.toFixed(0)).join(', ')})`,
  )
  await rm(path.join(root, '.broadsheet'), { recursive: true, force: true })
  console.log(`${EDITIONS} editions, cold: ${((await run(['check', '--all', '--root', root])) / 1000).toFixed(1)} s`)
  console.log(
    `${EDITIONS} editions, from the cache: ${((await run(['check', '--all', '--root', root])) / 1000).toFixed(1)} s`,
  )
} finally {
  await rm(root, { recursive: true, force: true })
}
