import { randomBytes } from 'node:crypto'
import { isAddress } from '../audience/subscriber.ts'
import { noCounts } from '../delivery/counts.ts'
import { fill, type MessageTemplate, recipientOutside } from '../delivery/message.ts'
import { openOutbox } from '../delivery/outbox.ts'
import { openSmtp } from '../delivery/smtp.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { RunRefused } from '../delivery/transport.ts'
import type { Finding } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, exitCodeOf, printJson } from './command.ts'

/** Proofs go to the addresses named and to nobody else: through the mail server if there is one, else into the outbox. */
export async function sendProofs(
  context: Context,
  { to, dryRun }: { to: readonly string[]; dryRun: boolean },
  smtpUrl: string | null,
  template: MessageTemplate,
  date: string,
  findings: readonly Finding[],
): Promise<number> {
  for (const address of to) {
    if (!isAddress(address))
      throw new UserError(
        'bad-address',
        `"${address}" is not an address mail can go to.`,
        'Name one address with each --to.',
      )
  }
  const started = performance.now()
  const counts = { ...noCounts(), audience: to.length, planned: to.length }
  const { transport, close } =
    smtpUrl === null ? await openOutbox(context.root, date) : openSmtp(parseSmtpUrl(smtpUrl), 1)
  try {
    for (const address of dryRun ? [] : to) {
      const message = await fill(
        template,
        recipientOutside(template, address, context.now, randomBytes(8).toString('hex'), '[Proof] '),
      )
      const id = `proof-${address.replace(/[^A-Za-z0-9@._-]/g, '_')}`
      const outcome = await transport({ ...message, id, onBegin: async () => true })
      counts[outcome.state] += 1
      if (!context.json) context.stdout.write(`Proof to ${address}: ${outcome.state} (${outcome.reply})\n`)
    }
  } catch (caught) {
    if (!(caught instanceof RunRefused)) throw caught
    throw new UserError(
      'run-refused',
      `${caught.message} ${counts.accepted} of ${to.length} proofs were accepted.`,
      caught.hint,
      { cause: caught },
    )
  } finally {
    await close()
  }
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
