/**
 * `npm run bench:million`: planning and sending to nobody, from 1,000 to 1,000,000 subscribers with 4,000 different sets
 * of topics: real audience file, real ledger, every message made; only the mail server is missing. Each size in a process
 * of its own, whose largest resident memory is what is shown.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { calibration } from './measure.ts'

const DATE = '2026-11-20'
const SETS = 4000
const TOPICS = Array.from({ length: 12 }, (_, at) => `topic${at + 1}`)
const repository = path.resolve(import.meta.dirname, '..')

/** One of 4,000 sets, none of them empty, spread evenly over the rows. */
const topicsOf = (row: number): string => {
  const bits = (row % SETS) + 1
  return TOPICS.filter((_topic, at) => (bits & (1 << at)) !== 0).join(' ')
}

async function publication(root: string, rows: number, sets: boolean): Promise<void> {
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  await writeFile(
    path.join(root, 'broadsheet.yaml'),
    `name: The Post\nid: post\nfrom: The Post <post@example.org>\npostalAddress: 1 Quay\nurl: https://example.org\nlanguage: en-GB\ntimezone: Europe/London\ntopics:\n${TOPICS.map((id) => `  - { id: ${id}, name: ${id} }`).join('\n')}\n`,
  )
  const summary = 'What the council decided last night, and what it means for those who live by the harbour. '.repeat(3)
  await writeFile(
    path.join(root, `digests/${DATE}.yaml`),
    `entries:\n${TOPICS.map((topic, at) => `  - topic: ${topic}\n    headline: The harbour bridge reopens after two years, part ${at + 1}\n    url: https://example.org/${at}\n    summary: ${summary}\n    image: { src: images/lighthouse.png, alt: A lighthouse, caption: The light at the end of the mole, credit: Ana Ruiz }\n`).join('')}`,
  )
  const file = createWriteStream(path.join(root, 'subscribers.csv'))
  file.write('email,name,topics,timezone\n')
  for (let row = 0; row < rows; row++)
    if (!file.write(`reader${row}@readers.example,Reader ${row},${sets ? topicsOf(row) : ''},Europe/London\n`))
      await once(file, 'drain')
  file.end()
  await once(file, 'finish')
}

const [, , size] = process.argv
// Memory is that of the package as it is installed: running TypeScript as it stands takes 40 MB more.
execFileSync(process.execPath, [path.join(repository, 'scripts/build-package.ts')], { stdio: 'inherit' })
const sizes = size === undefined ? [1000, 10_000, 100_000, 1_000_000] : [Number(size)]
console.log(`calibration ${calibration().toFixed(0)} ms`)
console.log('subscribers   topic sets    seconds   per second   MB resident   kB a message')
for (const [rows, sets] of sizes.flatMap((one) => [
  [one, true] as const,
  ...(one === 100_000 ? [[one, false] as const] : []),
])) {
  const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-million-'))
  try {
    await publication(root, rows, sets)
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(import.meta.dirname, 'million-run.js'), root], {
      encoding: 'utf8',
    })
    if (stdout === '') throw new Error(stderr)
    const { seconds, bytes, accepted, rss } = JSON.parse(stdout) as Record<string, number>
    if (accepted !== rows) throw new Error(`${accepted} of ${rows} accepted`)
    console.log(
      [
        String(rows).padStart(11),
        String(sets ? SETS : 1).padStart(12),
        seconds?.toFixed(1).padStart(10),
        (rows / (seconds ?? 1)).toFixed(0).padStart(12),
        rss?.toFixed(0).padStart(13),
        ((bytes ?? 0) / rows / 1000).toFixed(1).padStart(14),
      ].join(' '),
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
