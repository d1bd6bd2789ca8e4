/** The measured half of `npm run bench:million`: the package as it is installed, plain JavaScript without our compiler. */
import path from 'node:path'
import { DateTime } from 'luxon'
import { readSubscribers } from '../build/audience/read-csv.js'
import { holdMemory } from '../build/commands/hold-memory.js'
import { noCounts } from '../build/delivery/counts.js'
import { fill, recipientFor } from '../build/delivery/message.js'
import { runDeliveries } from '../build/delivery/run.js'
import { atOnce } from '../build/delivery/timing.js'
import { Variants } from '../build/delivery/variants.js'
import { readPublication } from '../build/edition/read.js'
import { openLedger } from '../build/ledger/open.js'
import { prepareEdition } from '../build/render/prepare.js'

const DATE = '2026-11-20'
const root = process.argv[2] ?? ''
holdMemory()
const { publication: read } = await readPublication(root)
if (read === null) throw new Error('no publication')
const { prepared } = await prepareEdition(root, DATE, read)
if (prepared === null) throw new Error('no edition')
const variants = new Variants(prepared)
const ledger = await openLedger(path.join(root, '.broadsheet/ledger.db'))
const key = { publication: read.id, edition: DATE }
await ledger.open(key, 'content', false, Date.now())
const secrets = { keys: ['a-secret-of-the-bench-only'] }
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
    prepare: async () => {},
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
