import { exec } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type OpenTransport, RunRefused } from '../delivery/transport.ts'
import type { EditionKey, Ledger } from '../ledger/ledger.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'

/**
 * `.broadsheet/begun/<date>`: one line for each live run that began to send, written before its first copy leaves and
 * noted in the ledger as well. A ledger that does not know a run named there is an old copy, or a new one: without it
 * nobody knows who was served (docs/decisions/0008).
 */
const markerOf = (root: string, { edition }: EditionKey): string => path.join(root, '.broadsheet/begun', edition)

/** Throws a UserError when a run began of which this ledger knows nothing. */
export async function refuseWithoutLedger(root: string, ledger: Ledger, key: EditionKey): Promise<void> {
  const text = await readFile(markerOf(root, key), 'utf8').catch(() => '')
  const begun = text.split('\n').flatMap((line) => {
    const [run = '', at = ''] = line.split(' ')
    return run === '' ? [] : [{ run, at }]
  })
  const known = new Set((await ledger.recorded(key, 'begun')).map((one) => one['run']))
  const missing = begun.find(({ run }) => !known.has(run))
  if (missing !== undefined)
    throw new UserError(
      'ledger-behind',
      `A run that began to send ${key.edition} at ${missing.at} is not in this ledger, so it does not know who was served. Nothing was sent.`,
      `Bring back the ledger of that run (.broadsheet/ledger.db, or the database of DATABASE_URL). If it is lost: docs/trouble.md, "The ledger is lost".`,
    )
}

/** The same transport, which notes the run before the first copy leaves. When that fails, nothing leaves. */
export function noted(
  context: Context,
  transport: OpenTransport,
  ledger: Ledger,
  key: EditionKey,
  clock: () => number,
): OpenTransport {
  let noting: Promise<void> | null = null
  return {
    ...transport,
    async transport(request) {
      noting ??= noteBegun(context, ledger, key, clock)
      await noting
      return transport.transport(request)
    },
  }
}

/** One command at a time: two editions that begin at the same moment would meet in git's index. */
let lastKept: Promise<unknown> = Promise.resolve()

/** Before the first copy of a run can leave; a RunRefused when it cannot be noted. */
export async function noteBegun(context: Context, ledger: Ledger, key: EditionKey, clock: () => number): Promise<void> {
  const run = randomUUID()
  const file = markerOf(context.root, key)
  await ledger.record(key, 'begun', { run }, clock())
  await mkdir(path.dirname(file), { recursive: true })
  await appendFile(file, `${run} ${new Date(clock()).toISOString()}\n`)
  const command = context.environment['BROADSHEET_ON_BEGIN']
  if (!command) return
  const kept = lastKept.then(() =>
    promisify(exec)(command, { cwd: context.root, env: context.environment, timeout: 60_000 }),
  )
  lastKept = kept.catch(() => {})
  try {
    await kept
  } catch (caught) {
    const { stderr, message } = caught as Error & { stderr?: string }
    throw new RunRefused(
      `BROADSHEET_ON_BEGIN failed: ${(stderr || message).trim().split('\n').at(-1)}`,
      'It keeps the note that sending has begun where the next run finds it. Mend it, then run `send` again.',
      caught,
    )
  }
}
