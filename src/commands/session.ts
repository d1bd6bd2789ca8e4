import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { LEASE_MILLISECONDS } from '../delivery/take-up.ts'
import type { OpenTransport } from '../delivery/transport.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openLedger } from '../ledger/open.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'
import { ownerOfLeases } from './owner.ts'
import { existingLedger } from './rehearse.ts'

/** The ledger a command works with: the real one, or the rehearsal's beside the outbox. */
export const ledgerFile = (root: string, live: boolean): string =>
  path.join(root, live ? '.broadsheet/ledger.db' : 'outbox/.ledger.db')

/**
 * What the editions of one `send` share: one ledger (two handles in one process would wait for each other), one pool of
 * connections, one name for its leases, one clock.
 */
export interface Session {
  ledger: Ledger
  /** Where suppressions are read: the real ledger; null when there is none yet. */
  suppressions: Ledger | null
  owner: string
  clock(): number
  nap(milliseconds: number): Promise<void>
  transportFor(date: string): Promise<OpenTransport>
  close(): Promise<void>
}

export async function openSession(
  context: Context,
  config: Config,
  { live, connections }: { live: boolean; connections: number },
): Promise<Session> {
  const smtp = live ? openSmtp(parseSmtpUrl(smtpUrlOf(config)), connections) : null
  const ledger = await openLedger(ledgerFile(context.root, live))
  const suppressions = live ? ledger : await existingLedger(ledgerFile(context.root, true))
  const owner = ownerOfLeases()
  const clock = await clockOf(ledger, context, live)
  const renewal = setInterval(() => void ledger.renew(owner, clock() + LEASE_MILLISECONDS).catch(() => {}), 10_000)
  return {
    ledger,
    suppressions,
    owner,
    clock,
    nap: (milliseconds) => sleep(milliseconds, undefined, { signal: context.signal }).catch(() => {}),
    transportFor: async (date) => smtp ?? openOutbox(context.root, date),
    async close() {
      clearInterval(renewal)
      await smtp?.close()
      if (suppressions !== null && suppressions !== ledger) await suppressions.close()
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
