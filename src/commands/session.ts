import { setTimeout as sleep } from 'node:timers/promises'
import { AudienceHome } from '../audience/home.ts'
import type { AudienceRow } from '../audience/read-csv.ts'
import type { Config } from '../config.ts'
import { openMailServers, type ServerHealth } from '../delivery/mail-servers.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { type MailServer, parseSmtpUrls } from '../delivery/smtp-url.ts'
import { LEASE_MILLISECONDS } from '../delivery/take-up.ts'
import type { OpenTransport } from '../delivery/transport.ts'
import type { Publication } from '../edition/publication.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { MailServerRows } from '../ledger/mail-server-rows.ts'
import { ledgerOn } from '../ledger/open.ts'
import { threaded } from '../ledger/threaded.ts'
import { UserError } from '../problems/user-error.ts'
import { audienceOf } from './audience.ts'
import type { Context } from './command.ts'
import { ownerOfLeases } from './owner.ts'
import { existingDatabase, openRealDatabase, openRehearsalLedger, realFile } from './real-database.ts'

/**
 * What the editions of one `send` share: one ledger (two handles in one process would wait for each other), one pool of
 * connections, one name for its leases, one clock.
 */
export interface Session {
  ledger: Ledger
  /** The real one; null in a rehearsal before there is any. */
  database: OpenDatabase | null
  /** How the mail servers fare. */
  servers(): ServerHealth[]
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
  { live, connections, enqueue = false }: { live: boolean; connections: number; enqueue?: boolean },
): Promise<Session> {
  const { root, signal } = context
  const servers = live && !enqueue ? parseSmtpUrls(smtpUrlOf(config)) : []
  const real = live ? await openRealDatabase(context) : await existingDatabase(context)
  const plain = real === null ? null : ledgerOn(real)
  // PostgreSQL waits for its disk elsewhere.
  const isFile = live && real?.engine === 'sqlite'
  const realLedger = plain !== null && isFile ? threaded(plain, realFile(root)) : plain
  const ledger = live && realLedger !== null ? realLedger : await openRehearsalLedger(root)
  const home = real === null ? null : new AudienceHome(real, publication.id)
  const owner = ownerOfLeases()
  const clock = await clockOf(ledger, context, live)
  const nap = (milliseconds: number): Promise<void> => sleep(milliseconds, undefined, { signal }).catch(() => {})
  const smtp =
    real === null || servers.length === 0 ? null : openServers(servers, connections, real, { clock, nap, signal })
  const renewal = setInterval(() => void ledger.renew(owner, clock() + LEASE_MILLISECONDS).catch(() => {}), 10_000)
  return {
    ledger,
    database: real,
    servers: () => smtp?.health() ?? [],
    audience: () => audienceOf(context, publication, real),
    suppressed: async (hashes) => {
      const suppressed = (await realLedger?.suppressed(publication.id, hashes)) ?? new Map<string, string>()
      return new Map([...suppressed, ...((await home?.forgotten(hashes)) ?? [])])
    },
    owner,
    clock,
    nap,
    transportFor: async (date) => smtp ?? openOutbox(root, date),
    async close() {
      clearInterval(renewal)
      await smtp?.close()
      if (realLedger !== ledger) await realLedger?.close()
      await ledger.close()
    },
  }
}

/** One server that nobody shares is asked straight away; several, or one that others use too, by what the ledger knows. */
function openServers(
  servers: readonly MailServer[],
  connections: number,
  database: OpenDatabase,
  { clock, nap, signal }: Pick<Session, 'clock' | 'nap'> & { signal: AbortSignal },
): OpenTransport & { health(): ServerHealth[] } {
  const [only] = servers
  if (only !== undefined && servers.length === 1 && only.rate === null && database.engine === 'sqlite')
    return { ...openSmtp(only, connections), health: () => [] }
  return openMailServers(servers, {
    connections,
    shared: new MailServerRows(database),
    open: (server) => openSmtp(server, connections),
    clock,
    sleep: nap,
    isStopped: () => signal.aborted,
  })
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
