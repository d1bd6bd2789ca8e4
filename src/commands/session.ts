import { setTimeout as sleep } from 'node:timers/promises'
import { AudienceHome } from '../audience/home.ts'
import type { AudienceRow } from '../audience/read-csv.ts'
import type { Config } from '../config.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { LEASE_MILLISECONDS } from '../delivery/take-up.ts'
import type { OpenTransport } from '../delivery/transport.ts'
import type { Publication } from '../edition/publication.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { ledgerOn, openDatabase, openLedger } from '../ledger/open.ts'
import { UserError } from '../problems/user-error.ts'
import { audienceOf } from './audience.ts'
import type { Context } from './command.ts'
import { existingDatabase, ledgerFile, realDatabase } from './ledger-file.ts'
import { ownerOfLeases } from './owner.ts'

/**
 * What the editions of one `send` share: one ledger (two handles in one process would wait for each other), one pool of
 * connections, one name for its leases, one clock.
 */
export interface Session {
  ledger: Ledger
  /** Everybody, as the real database has them: a rehearsal reads preferences there and never writes any. */
  audience(): AsyncGenerator<AudienceRow>
  /** Addresses never to mail, of those asked about, with the reason; read in the real database too. */
  suppressed(hashes: readonly string[]): Promise<Map<string, string>>
  owner: string
  clock(): number
  nap(milliseconds: number): Promise<void>
  transportFor(date: string): Promise<OpenTransport>
  close(): Promise<void>
}

export async function openSession(
  context: Context,
  publication: Publication,
  config: Config,
  { live, connections }: { live: boolean; connections: number },
): Promise<Session> {
  const smtp = live ? openSmtp(parseSmtpUrl(smtpUrlOf(config)), connections) : null
  const { root } = context
  const real = live ? await openDatabase(realDatabase(root)) : await existingDatabase(root)
  const realLedger = real === null ? null : ledgerOn(real)
  const ledger = live && realLedger !== null ? realLedger : await openLedger(ledgerFile(root, false))
  const home = real === null ? null : new AudienceHome(real, publication.id)
  const owner = ownerOfLeases()
  const clock = await clockOf(ledger, context, live)
  const renewal = setInterval(() => void ledger.renew(owner, clock() + LEASE_MILLISECONDS).catch(() => {}), 10_000)
  return {
    ledger,
    audience: () => audienceOf(root, publication, real),
    suppressed: async (hashes) => {
      const suppressed = (await realLedger?.suppressed(publication.id, hashes)) ?? new Map<string, string>()
      return new Map([...suppressed, ...((await home?.forgotten(hashes)) ?? [])])
    },
    owner,
    clock,
    nap: (milliseconds) => sleep(milliseconds, undefined, { signal: context.signal }).catch(() => {}),
    transportFor: async (date) => smtp ?? openOutbox(root, date),
    async close() {
      clearInterval(renewal)
      await smtp?.close()
      if (realLedger !== ledger) await realLedger?.close()
      await ledger.close()
    },
  }
}

function smtpUrlOf({ smtpUrl }: Config): string {
  if (smtpUrl !== null) return smtpUrl
  throw new UserError(
    'no-smtp-url',
    'SMTP_URL is not set, so there is no mail server to send through.',
    'Set it to  smtp://user:password@mail.example.org:587. Nothing was sent.',
  )
}

/**
 * The wall clock is read once; from there on a clock that only goes forward. A rehearsal may pretend another instant; what
 * really leaves is dated by the database.
 */
async function clockOf(ledger: Ledger, context: Context, live: boolean): Promise<() => number> {
  const base = live ? await ledger.now() : context.now.toMillis()
  const started = performance.now()
  return () => Math.round(base + performance.now() - started)
}
