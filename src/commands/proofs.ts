import { randomBytes } from 'node:crypto'
import type { DateTime } from 'luxon'
import { isAddress } from '../audience/subscriber.ts'
import { noCounts } from '../delivery/counts.ts'
import { fill, type MessageTemplate, recipientOutside } from '../delivery/message.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { type Outcome, RunRefused } from '../delivery/transport.ts'
import type { Finding } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, exitCodeOf, printJson } from './command.ts'

/** Whom proofs go to, and how. */
export interface ProofOrder {
  root: string
  to: readonly string[]
  /** Null: they go into the outbox. */
  smtpUrl: string | null
  template: MessageTemplate
  date: string
  now: DateTime
  /** Puts the time into the subject: what has the same one, mail programs hang on one thread and fold away. */
  threadless: boolean
}

/** What became of one proof; the reply is the server's, or the file in the outbox. */
export interface Proof {
  address: string
  state: Outcome['state']
  reply: string
}

export interface ProofReport {
  /** The mail server as host:port, never with a password; or the folder in the outbox. */
  where: string
  /** In the order of the addresses; those after a refusal are not in it. */
  proofs: Proof[]
  /** Why the server took nothing more: login, sender, TLS, no connection. */
  refused: RunRefused | null
}

/** Proofs go to the addresses named and to nobody else: through the mail server if there is one, else into the outbox. */
export async function deliverProofs(order: ProofOrder): Promise<ProofReport> {
  const { root, to, smtpUrl, template, date, now, threadless } = order
  for (const address of to) refuseBadAddress(address)
  const server = smtpUrl === null ? null : parseSmtpUrl(smtpUrl)
  const where = server === null ? `outbox/${date}/` : `${server.host}:${server.port}`
  const { transport, close } = server === null ? await openOutbox(root, date) : openSmtp(server, 1)
  const tag = threadless ? `[Proof ${now.setZone(template.publication.timezone).toFormat('HH:mm:ss')}] ` : '[Proof] '
  const proofs: Proof[] = []
  try {
    for (const address of to) {
      const message = await fill(
        template,
        recipientOutside(template, address, now, randomBytes(8).toString('hex'), tag),
      )
      const id = `proof-${address.replace(/[^A-Za-z0-9@._-]/g, '_')}`
      const { state, reply } = await transport({ ...message, id, onBegin: async () => true })
      proofs.push({ address, state, reply })
    }
    return { where, proofs, refused: null }
  } catch (caught) {
    if (!(caught instanceof RunRefused)) throw caught
    return { where, proofs, refused: caught }
  } finally {
    await close()
  }
}

/** `send --to`. */
export async function sendProofs(
  context: Context,
  { to, dryRun }: { to: readonly string[]; dryRun: boolean },
  smtpUrl: string | null,
  template: MessageTemplate,
  date: string,
  findings: readonly Finding[],
): Promise<number> {
  for (const address of to) refuseBadAddress(address)
  const started = performance.now()
  const counts = { ...noCounts(), audience: to.length, planned: to.length }
  const { root, now } = context
  const order = { root, to: dryRun ? [] : to, smtpUrl, template, date, now, threadless: false }
  const { proofs, refused } = await deliverProofs(order)
  for (const { address, state, reply } of proofs) {
    counts[state] += 1
    if (!context.json) context.stdout.write(`Proof to ${address}: ${state} (${reply})\n`)
  }
  if (refused !== null)
    throw new UserError(
      'run-refused',
      `${refused.message} ${counts.accepted} of ${to.length} proofs were accepted.`,
      refused.hint,
      { cause: refused },
    )
  if (context.json)
    printJson(context, {
      edition: date,
      live: false,
      ...counts,
      seconds: Math.round(performance.now() - started) / 1000,
    })
  if (!dryRun && counts.accepted < to.length) return exitCodes.notAccepted
  return exitCodeOf(findings)
}

function refuseBadAddress(address: string): void {
  if (!isAddress(address))
    throw new UserError(
      'bad-address',
      `"${address}" is not an address mail can go to.`,
      'Write one address for each proof, as in editor@example.org.',
    )
}
