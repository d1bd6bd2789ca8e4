/**
 * `npm run bench:compile`: what an edition of twelve typical entries costs before and while its copies are made, in
 * milliseconds. Medians of five; the first compilation starts MJML's process.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DateTime } from 'luxon'
import { addressHash } from '../src/audience/subscriber.ts'
import { compose, fill, recipientFor } from '../src/delivery/message.ts'
import { readPublication } from '../src/edition/read.ts'
import { compileFor, cutterFor, prepareEdition } from '../src/render/prepare.ts'
import { calibration, median } from './measure.ts'
import { typicalEdition } from './typical-edition.ts'

const DATE = '2026-11-20'
const ENTRIES = 12
const COPIES = 2000
const repository = path.resolve(import.meta.dirname, '..')

async function milliseconds<Result>(work: () => Promise<Result> | Result): Promise<{ took: number; result: Result }> {
  const started = performance.now()
  const result = await work()
  return { took: performance.now() - started, result }
}

const row = (what: string, times: readonly number[]): void =>
  console.log(`${what.padEnd(64)} ${median(times).toFixed(3).padStart(10)}`)

const root = await mkdtemp(path.join(tmpdir(), 'broadsheet-bench-'))
try {
  await cp(path.join(repository, 'broadsheet.yaml'), path.join(root, 'broadsheet.yaml'))
  await cp(path.join(repository, 'digests/images'), path.join(root, 'digests/images'), { recursive: true })
  await writeFile(path.join(root, `digests/${DATE}.yaml`), typicalEdition(ENTRIES))
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('the sample has no publication')
  const times = { read: [] as number[], compile: [] as number[], cut: [] as number[], compose: [] as number[] }
  console.log(`calibration ${calibration().toFixed(0)} ms; ${ENTRIES} entries; milliseconds, medians of five`)
  const reading = async () => (await prepareEdition(root, DATE, { ...publication, images: 'link' })).prepared
  const first = await reading()
  if (first === null) throw new Error('the edition cannot be read')
  row('read and compile, MJML starting', [(await milliseconds(() => compileFor(first))).took])
  for (let round = 0; round < 5; round++) {
    const { took, result: prepared } = await milliseconds(reading)
    if (prepared === null) throw new Error('the edition cannot be read')
    times.read.push(took)
    times.compile.push((await milliseconds(() => compileFor(prepared))).took)
    const cutter = cutterFor(prepared, publication.language)
    const sets = prepared.topics.map((_, at) => prepared.topics.filter((__, other) => other !== at))
    // The first cut renders; it is no part of what one more variant costs.
    await cutter?.variant(sets[0] ?? [])
    for (const set of sets.slice(1)) {
      const { took: cutting, result: variant } = await milliseconds(() => cutter?.variant(set))
      if (variant == null) throw new Error('nothing to show')
      times.cut.push(cutting)
      times.compose.push((await milliseconds(() => compose(variant, publication))).took)
    }
  }
  row('read the edition and its pictures', times.read)
  row('compile the edition', times.compile)
  row('cut one more variant', times.cut)
  row('compose its message', times.compose)
  const { compiled } = await compileFor(first)
  if (compiled === null) throw new Error('nothing to show')
  const template = compose(compiled, publication)
  const date = DateTime.fromISO(`${DATE}T07:00:00Z`, { zone: 'utc' })
  const copy = (line: number) => {
    const email = `reader${line}@readers.example`
    const hash = addressHash(email)
    const reader = { id: hash.slice(0, 20), email, addressHash: hash, name: `Reader ${line}`, topics: [] }
    return fill(
      template,
      recipientFor(template, { ...reader, status: 'active', extra: {}, line }, date, { keys: ['of the bench only'] }),
    )
  }
  const copies: number[] = []
  for (let round = 0; round < 5; round++) {
    const { took } = await milliseconds(async () => {
      for (let line = 0; line < COPIES; line++) await copy(line)
    })
    copies.push(took / COPIES)
  }
  row(`fill one copy of ${((await copy(1)).raw.length / 1000).toFixed(0)} kB, unsigned`, copies)
} finally {
  await rm(root, { recursive: true, force: true })
}
process.exit()
