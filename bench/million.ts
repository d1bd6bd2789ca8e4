/**
 * `npm run bench:million`: planning and sending to nobody, from 10,000 to 1,000,000 subscribers with 4,000 different sets
 * of topics: real audience file, real ledger, every message made; only the mail server is missing. Each size in a process
 * of its own, whose largest resident memory is what is shown.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DateTime } from 'luxon'
import { readSubscribers } from '../src/audience/read-csv.ts'
import { holdYoungGeneration } from '../src/commands/young-generation.ts'
import { noCounts } from '../src/delivery/counts.ts'
import { fill, recipientFor } from '../src/delivery/message.ts'
import { runDeliveries } from '../src/delivery/run.ts'
import { atOnce } from '../src/delivery/timing.ts'
import { Variants } from '../src/delivery/variants.ts'
import { readPublication } from '../src/edition/read.ts'
import { openLedger } from '../src/ledger/open.ts'
import { prepareEdition } from '../src/render/prepare.ts'
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

async function measure(root: string): Promise<void> {
  holdYoungGeneration()
  const { publication: read } = await readPublication(root)
  if (read === null) throw new Error('no publication')
  const { prepared } = await prepareEdition(root, DATE, read)
  if (prepared === null) throw new Error('no edition')
  const variants = new Variants(prepared)
  const ledger = await openLedger(path.join(root, '.broadsheet/ledger.db'))
  const key = { publication: read.id, edition: DATE }
  await ledger.open(key, 'content', false, Date.now())
  const secrets = { keys: ['a-secret-of-the-bench-only'] } as const
  const counts = noCounts()
  let bytes = 0
  const started = performance.now()
  await runDeliveries(
    {
      ledger,
      key,
      owner: 'bench',
      offer: { topics: prepared.topics, languages: [read.language] },
      timing: atOnce,
      audience: () => readSubscribers(root, 'subscribers.csv'),
      due: null,
      first: null,
      connections: 50,
      transport: {
        transport: async ({ raw, onBegin }) => {
          bytes += raw.length
          await onBegin()
          return { state: 'accepted', reply: '250 2.0.0 Ok: queued as 4F1B2C3D4E' }
        },
        warmUp: async () => {},
        close: async () => {},
      },
      suppressed: (hashes) => ledger.suppressed(key.publication, hashes),
      clock: Date.now,
      sleep: async () => {},
      isAborted: () => false,
      pace: async () => {},
      onRow: () => {},
      messageFor: async ({ subscriber, topics, language, datedAt }, allocate) => {
        const template = await variants.variant(topics, language)
        if (template === null) throw new Error('nothing to show')
        return fill(
          template,
          recipientFor(template, subscriber, DateTime.fromMillis(datedAt, { zone: 'utc' }), secrets),
          allocate,
        )
      },
      onSettled: () => {},
    },
    counts,
    { refused: null },
  )
  const seconds = (performance.now() - started) / 1000
  await ledger.close()
  console.log(JSON.stringify({ seconds, bytes, accepted: counts.accepted, rss: process.resourceUsage().maxRSS / 1024 }))
}

const [, , inside] = process.argv
if (inside?.startsWith('/') === true) await measure(inside)
else {
  const sizes = inside === undefined ? [10_000, 100_000, 1_000_000] : [Number(inside)]
  console.log(`calibration ${calibration().toFixed(0)} ms`)
  console.log('subscribers   topic sets    seconds   per second   MB resident   kB a message')
  for (const [size, sets] of sizes.flatMap((one) => [
    [one, true] as const,
    ...(one === 100_000 ? [[one, false] as const] : []),
  ])) {
    const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-million-'))
    try {
      await publication(root, size, sets)
      const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, root], { encoding: 'utf8' })
      if (stdout === '') throw new Error(stderr)
      const { seconds, bytes, accepted, rss } = JSON.parse(stdout) as Record<string, number>
      if (accepted !== size) throw new Error(`${accepted} of ${size} accepted`)
      console.log(
        [
          String(size).padStart(11),
          String(sets ? SETS : 1).padStart(12),
          seconds?.toFixed(1).padStart(10),
          (size / (seconds ?? 1)).toFixed(0).padStart(12),
          rss?.toFixed(0).padStart(13),
          ((bytes ?? 0) / size / 1000).toFixed(1).padStart(14),
        ].join(' '),
      )
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  }
}
