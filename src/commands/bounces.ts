import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { AudienceHome } from '../audience/home.ts'
import { addressHash } from '../audience/subscriber.ts'
import type { Secrets } from '../audience/way-out.ts'
import { aboutWhom } from '../bounces/about-whom.ts'
import { type Decision, decide } from '../bounces/decide.ts'
import { fingerprintOf } from '../bounces/fingerprint.ts'
import { judge } from '../bounces/judge.ts'
import { readMail } from '../bounces/mail.ts'
import { mailsIn, readMails, type StoredMail } from '../bounces/read-mails.ts'
import { type JudgedMail, type Lookups, placeAll } from '../bounces/whose.ts'
import { readConfig } from '../config.ts'
import { messageIdFor } from '../delivery/message.ts'
import type { Publication } from '../edition/publication.ts'
import type { BounceTaken } from '../ledger/bounces.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { audienceOf } from './audience.ts'
import { BounceReport } from './bounce-report.ts'
import { type Context, openPublication } from './command.ts'
import { existingDatabase } from './ledger-file.ts'
import { openExisting } from './status.ts'

export interface BounceOptions {
  /** Says what would be done, and does nothing. */
  dryRun: boolean
}

/** Mails looked up and taken together. */
const CHUNK = 200
/** How far back copies are looked at: the span of the soft limit, and how long servers try. */
const LOOK_BACK_DAYS = 45

/**
 * `bounces SOURCE`: returned mail into the ledger and the suppressions. The source is never changed, and reading it again
 * changes nothing. From `-`, which hands its mail over, what has no consequence is kept in `.broadsheet/bounces/`.
 */
export async function bounces(
  context: Context,
  source: string,
  options: BounceOptions,
  stdin: Readable,
): Promise<number> {
  const { publication } = await openPublication(context)
  const secrets = secretsOf(context)
  const ledger = await openExisting(context, true)
  const database = await existingDatabase(context.root)
  const home = database === null ? null : new AudienceHome(database, publication.id)
  try {
    const isPipe = source === '-'
    const report = new BounceReport()
    let chunk: StoredMail[] = []
    const finish = async (): Promise<void> => {
      for (const { decision, taken, stored } of await deal(
        context,
        { ledger, database, home },
        publication,
        secrets,
        chunk,
        options,
      )) {
        const isKept = isPipe && !options.dryRun && decision !== null && decision.bounce === null
        report.add(stored.place, decision, taken, isKept ? await keep(context, stored) : null)
      }
      chunk = []
    }
    for await (const mail of isPipe ? mailsIn(stdin, 'standard input') : readMails(path.resolve(source))) {
      chunk.push(mail)
      if (chunk.length >= CHUNK) await finish()
    }
    await finish()
    report.print(context, options.dryRun)
    // What was handed over is kept; whoever called must not hand it over again.
    return report.unclear > 0 && !isPipe ? exitCodes.findings : exitCodes.fine
  } finally {
    await database?.close()
    await ledger.close()
  }
}

/** The real database: its ledger, and the audience's home in it. */
interface Opened {
  ledger: Ledger
  database: OpenDatabase | null
  home: AudienceHome | null
}

interface Dealt {
  stored: StoredMail
  /** Null for a mail that was dealt with before. */
  decision: Decision | null
  taken: BounceTaken | null
}

async function deal(
  context: Context,
  opened: Opened,
  publication: Publication,
  secrets: Secrets,
  stored: readonly StoredMail[],
  { dryRun }: BounceOptions,
): Promise<Dealt[]> {
  const { ledger, home } = opened
  const now = await ledger.now()
  const fingerprints = stored.map((one) => fingerprintOf(one.bytes))
  const known = await ledger.bounces.known(publication.id, fingerprints)
  const mails = new Map<StoredMail, JudgedMail>()
  for (const [index, one] of stored.entries()) {
    const fingerprint = fingerprints[index] as string
    if (known.has(fingerprint)) continue
    known.add(fingerprint)
    mails.set(one, await judged(one, fingerprint, publication, secrets))
  }
  const lookups = lookupsOf(context, opened, publication, secrets, now)
  const trust = { hasBounceAddress: publication.bounceAddress !== undefined }
  const placed = await placeAll([...mails.values()], lookups, now)
  const decisions = new Map(placed.map((one) => [one.mail, decide(one, trust, now)]))
  const noted = [...decisions.values()].flatMap(({ bounce }) => bounce ?? [])
  const taken = dryRun ? [] : await ledger.bounces.take(publication.id, noted, now)
  const byFingerprint = new Map(taken.map((one) => [one.fingerprint, one]))
  // Who writes to the way out leaves by it.
  for (const { leaves, placed } of decisions.values())
    if (leaves && placed.whose !== null && !dryRun) await home?.choices.unsubscribe(placed.whose.id, now)
  return stored.map((one): Dealt => {
    const mail = mails.get(one)
    const decision = mail === undefined ? null : (decisions.get(mail) ?? null)
    return { stored: one, decision, taken: byFingerprint.get(mail?.fingerprint ?? '') ?? null }
  })
}

async function judged(
  { place, bytes }: StoredMail,
  fingerprint: string,
  publication: Publication,
  secrets: Secrets,
): Promise<JudgedMail> {
  try {
    const mail = await readMail(bytes)
    const about = aboutWhom(mail, publication.id, secrets)
    return { place, fingerprint, about, statements: judge(mail, about.leaving !== null) }
  } catch (caught) {
    const reason = `it could not be read as a mail: ${caught instanceof Error ? caught.message : String(caught)}`
    return {
      place,
      fingerprint,
      about: { mailIds: [], subscriberIds: [], messageIds: [], leaving: null },
      statements: [{ verdict: 'unclear', reason, addresses: [], proper: false }],
    }
  }
}

function lookupsOf(
  { root }: Context,
  { ledger, database }: Opened,
  publication: Publication,
  secrets: Secrets,
  now: number,
): Lookups {
  return {
    past: (who) => ledger.bounces.past(publication.id, who, now - LOOK_BACK_DAYS * 86_400_000),
    async *audience() {
      for await (const row of audienceOf(root, publication, database)) if ('subscriber' in row) yield row.subscriber
    },
    async *idsIn(edition) {
      for await (const { id } of ledger.rows({ publication: publication.id, edition })) yield id
    },
    messageIdsOf: (edition, id) =>
      secrets.keys.map((key) => messageIdFor(publication, edition, id, { keys: [key] }, '').slice(1, -2)),
    addressHash,
  }
}

function secretsOf({ environment }: Context): Secrets {
  const { secretKeys } = readConfig(environment)
  if (secretKeys !== null) return { keys: secretKeys }
  throw new UserError(
    'no-secret',
    'BROADSHEET_SECRET is not set, so returned mail cannot be told from forged mail.',
    'Set it to what `send --live` has. Nothing was read or changed.',
  )
}

/** For a person to look at; only they may read it, since it holds a reader's address. */
async function keep({ root }: Context, { bytes }: StoredMail): Promise<string> {
  const name = path.join('.broadsheet', 'bounces', `${fingerprintOf(bytes)}.eml`)
  await mkdir(path.join(root, '.broadsheet', 'bounces'), { recursive: true, mode: 0o700 })
  await writeFile(path.join(root, name), bytes, { mode: 0o600 })
  return name
}
