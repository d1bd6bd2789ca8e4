// What returned mail of other people's servers comes to, beside what a person read in it. The mails lie beside the repository.
//   npm run bounces:table [folder]
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { judge } from '../src/bounces/judge.ts'
import { readMail } from '../src/bounces/mail.ts'
import { mailsIn } from '../src/bounces/read-mails.ts'
import type { Statement, Verdict } from '../src/bounces/verdict.ts'

export interface Compared {
  file: string
  recipient: string
  /** Null where nobody has read the mail: it only must be one of those. */
  expected: string | null
  /** What is done; the expectation's own words. */
  got: string
  verdict: Verdict
  reason: string
}

interface Expectation {
  file: string
  tests?: string
  expected?: { recipient: string; 'hand-read_suggested_product_action': string }[]
}

/** What each verdict does, in the words of the expectations. */
const ACTIONS: Record<Verdict, string> = {
  hard: 'suppress',
  soft: 'soft-count',
  refused: 'sender-fault(do not count against the subscriber)',
  complaint: 'unsubscribe',
  unsubscribe: 'unsubscribe',
  delayed: 'ignore',
  success: 'ignore',
  'auto-reply': 'ignore',
  other: 'ignore',
  unclear: 'ignore',
}

/** Read otherwise than the expectation on purpose; the reasons stand in docs/decisions/0011-who-may-suppress.md. */
export const DECIDED: readonly Pick<Compared, 'file' | 'recipient' | 'got'>[] = [
  { file: 'rfc3464-35.eml', recipient: 'sabatora@cat.example.net', got: 'ignore' },
]

/** A row for each recipient of each mail. Address and statement go together by the address, else by their order. */
export async function compareBounces(folder: string): Promise<Compared[]> {
  const expectations: Expectation[] = JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8'))
  const rows: Compared[] = []
  for (const { file, expected } of expectations) {
    const read: Statement[][] = []
    for await (const { bytes } of mailsIn(createReadStream(path.join(folder, file)), file))
      read.push(judge(await readMail(bytes), false))
    if (expected === undefined) {
      // No notice at all, or a mailbox nobody has read.
      const wanted = file.includes('not-bounce') ? 'ignore' : null
      for (const [index, statements] of read.entries())
        for (const one of statements) rows.push(row(file, read.length > 1 ? `#${index + 1}` : '', wanted, one))
      continue
    }
    const statements = read.flat()
    for (const [index, { recipient, ...rest }] of expected.entries()) {
      const own = statements.find((one) => one.addresses.some((address) => address.toLowerCase() === recipient))
      const one = own ?? statements[index]
      if (one !== undefined) rows.push(row(file, recipient, rest['hand-read_suggested_product_action'], one))
    }
    if (statements.length !== expected.length)
      rows.push({
        file,
        recipient: '',
        expected: `${expected.length} recipients`,
        got: `${statements.length}`,
        verdict: 'unclear',
        reason: '',
      })
  }
  return rows
}

const row = (file: string, recipient: string, expected: string | null, { verdict, reason }: Statement): Compared => ({
  file,
  recipient,
  expected,
  got: ACTIONS[verdict],
  verdict,
  reason,
})

export const isDifferent = (one: Compared): boolean => one.expected !== null && one.expected !== one.got
export const isDecided = (one: Compared): boolean =>
  DECIDED.some((decided) => decided.file === one.file && decided.recipient === one.recipient && decided.got === one.got)

export function asTable(rows: readonly Compared[]): string {
  const short = (text: string): string => text.replace(/\(.*/, '')
  return rows
    .map((one) => {
      const mark = !isDifferent(one) ? ' ' : isDecided(one) ? 'd' : '!'
      const cells = [
        one.file.padEnd(34),
        short(one.expected ?? '-').padEnd(12),
        short(one.got).padEnd(12),
        one.verdict.padEnd(11),
      ]
      return `${mark} ${cells.join(' ')} ${one.recipient}  ${one.reason}`.slice(0, 200)
    })
    .join('\n')
}

if (import.meta.main) {
  const folder = process.argv[2] ?? path.resolve(import.meta.dirname, '../../shared/real/bounces')
  if (!existsSync(folder)) {
    console.error(`There are no mails in ${folder}.`)
    process.exitCode = 2
  } else {
    const rows = await compareBounces(folder)
    console.log(asTable(rows))
    const told = rows.filter((one) => one.expected !== null)
    const open = told.filter((one) => isDifferent(one) && !isDecided(one))
    console.log(
      `${told.length} recipients with an expectation: ${open.length} differences, ${told.filter(isDecided).length} decided otherwise. ${rows.length - told.length} without one.`,
    )
    process.exitCode = open.length > 0 ? 1 : 0
  }
}
