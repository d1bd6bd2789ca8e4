import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { Secrets } from '../audience/way-out.ts'
import { aboutWhom } from '../bounces/about-whom.ts'
import { fingerprintOf } from '../bounces/fingerprint.ts'
import { judge } from '../bounces/judge.ts'
import { readMail } from '../bounces/mail.ts'
import { parseImapUrl, readImap } from '../bounces/read-imap.ts'
import { mailsIn, readMails, type StoredMail } from '../bounces/read-mails.ts'
import type { JudgedMail } from '../bounces/whose.ts'
import { readConfig } from '../config.ts'
import type { Publication } from '../edition/publication.ts'
import { ledgerOn } from '../ledger/open.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { BounceReport } from './bounce-report.ts'
import { type Context, openPublication } from './command.ts'
import { bounceDesk, dealWith } from './deal-with-bounces.ts'
import { existingDatabase } from './real-database.ts'

export interface BounceOptions {
  /** Says what would be done, and does nothing. */
  dryRun: boolean
  /** Of a mailbox on a server: how many days back; older copies are not looked up any more. */
  since: number
}

/** Mails looked up and taken together. */
const CHUNK = 200

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
  const mails = mailsOf(context, source, options, stdin)
  const database = await existingDatabase(context)
  if (database === null)
    throw new UserError(
      'no-ledger',
      'Nothing has been sent from here yet, so nothing can have come back.',
      'Run  broadsheet send … --live.',
    )
  const ledger = ledgerOn(database)
  try {
    const isPipe = source === '-'
    const report = new BounceReport()
    const desk = bounceDesk(context, database, ledger, publication, secrets, options.dryRun)
    let chunk: Read[] = []
    const finish = async (): Promise<void> => {
      const dealt = await dealWith(
        chunk.flatMap((one) => one.mail ?? []),
        desk,
      )
      for (const { stored, mail } of chunk) {
        const done = (mail === null ? null : dealt.get(mail)) ?? null
        const isKept = isPipe && !options.dryRun && done?.decision.bounce === null
        report.add(stored.place, done, isKept ? await keep(context, stored) : null)
      }
      chunk = []
    }
    for await (const stored of mails) {
      const fingerprint = fingerprintOf(stored.bytes)
      const isKnown =
        chunk.some((one) => one.mail?.fingerprint === fingerprint) ||
        (await ledger.bounces.known(publication.id, [fingerprint])).has(fingerprint)
      const mail = isKnown ? null : await judged(stored, fingerprint, publication, secrets)
      // What comes from a source that stays is not held in memory.
      chunk.push({ mail, stored: isPipe ? stored : { ...stored, bytes: NOTHING } })
      if (chunk.length >= CHUNK) await finish()
    }
    await finish()
    report.print(context, options.dryRun)
    // What was handed over is kept; whoever called must not hand it over again.
    return report.unclear > 0 && !isPipe ? exitCodes.findings : exitCodes.fine
  } finally {
    await ledger.close()
  }
}

/** Nothing is opened before the first mail is asked for. */
function mailsOf(
  { environment, now }: Context,
  source: string,
  { since }: BounceOptions,
  stdin: Readable,
): AsyncIterable<StoredMail> {
  if (source === '-') return mailsIn(stdin, 'standard input')
  if (!/^imaps?:/i.test(source)) return readMails(path.resolve(source))
  const mailbox = parseImapUrl(source, readConfig(environment).imapPassword)
  return readImap(mailbox, now.minus({ days: since }).toJSDate())
}

interface Read {
  stored: StoredMail
  /** Null for one that was dealt with before. */
  mail: JudgedMail | null
}

const NOTHING = Buffer.alloc(0)

async function judged(
  { place, bytes }: StoredMail,
  fingerprint: string,
  publication: Publication,
  secrets: Secrets,
): Promise<JudgedMail> {
  try {
    const mail = await readMail(bytes)
    const about = aboutWhom(mail, publication.id, secrets)
    return { place, fingerprint, isVouched: false, about, statements: judge(mail, about.leaving !== null) }
  } catch (caught) {
    const reason = `it could not be read as a mail: ${caught instanceof Error ? caught.message : String(caught)}`
    return {
      place,
      fingerprint,
      isVouched: false,
      about: { mailIds: [], subscriberIds: [], messageIds: [], leaving: null },
      statements: [{ verdict: 'unclear', reason, addresses: [], proper: false }],
    }
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
