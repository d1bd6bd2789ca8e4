// How long the commands take from a standing start, as node processes: node bench/startup.ts [runs]
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { calibration, median } from './measure.ts'

const root = path.join(import.meta.dirname, '..')
const runs = Number(process.argv[2] ?? 11)
const bin = path.join(root, 'src/bin.js')
const folder = mkdtempSync(path.join(tmpdir(), 'broadsheet-bench-'))
for (const name of ['broadsheet.yaml', 'digests', 'subscribers.csv'])
  cpSync(path.join(root, name), path.join(folder, name), { recursive: true })

const time = (args: string[], before: () => void = () => {}): number[] =>
  Array.from({ length: runs }, () => {
    before()
    const started = performance.now()
    execFileSync(process.execPath, args, {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    })
    return performance.now() - started
  })

const rows: [string, number[]][] = [
  ['node -e 0 (the floor)', time(['-e', '0'])],
  ['broadsheet --help', time([bin, '--help'])],
  ['broadsheet check (10 entries)', time([bin, 'check', '--root', folder])],
  [
    'broadsheet send (10 subscribers, 8 variants)',
    time([bin, 'send', '--root', folder], () => rmSync(path.join(folder, 'outbox'), { recursive: true, force: true })),
  ],
]
rmSync(folder, { recursive: true, force: true })
console.log(
  `Node ${process.versions.node}, ${runs} runs each, milliseconds; calibration loop ${calibration().toFixed(0)} ms`,
)
for (const [name, times] of rows)
  console.log(
    `${name.padEnd(48)} median ${median(times).toFixed(0).padStart(5)}   min ${Math.min(...times)
      .toFixed(0)
      .padStart(5)}   max ${Math.max(...times)
      .toFixed(0)
      .padStart(5)}`,
  )
