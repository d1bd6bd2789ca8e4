import { Resolver as DnsResolver, lookup } from 'node:dns/promises'
import { isServed } from '../audience/subscriber.ts'
import { readConfig } from '../config.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import { domainOf, parseMailbox } from '../delivery/headers.ts'
import { tryServer } from '../delivery/smtp-connection.ts'
import { type MailServer, parseSmtpUrls } from '../delivery/smtp-url.ts'
import { RunRefused } from '../delivery/transport.ts'
import type { Publication } from '../edition/publication.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { openAudience } from './audience.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { type Check, notChecked, right, wrong } from './doctor-check.ts'
import { domainChecks, type Resolver } from './doctor-dns.ts'
import { ledgerChecks } from './doctor-ledger.ts'
import { type Web, wayOutChecks } from './doctor-way-out.ts'
import { NO_ADDRESS } from './scaffold-publication.ts'
import { openDkimKeys } from './secret.ts'

/** What `doctor` asks of the world; tests bring their own. */
export interface World extends Web {
  resolver: Resolver
  /** As in 2026a. */
  zoneData: string | undefined
}

/** `doctor`: is everything right that a morning needs? Exit 0 when nothing is wrong; what could not be checked is said. */
export async function doctor(context: Context, world: World = theWorld()): Promise<number> {
  const checks: Check[] = []
  const publication = await guarded(checks, 'Publication', async () => {
    const { publication: read } = await openPublication(context)
    checks.push(right('Publication', `broadsheet.yaml can be used: ${read.name}.`))
    return read
  })
  if (publication !== null) {
    if (publication.postalAddress === NO_ADDRESS)
      checks.push(
        wrong(
          'Postal address',
          'It has not been written yet.',
          'Write it in broadsheet.yaml; bulk mail needs one in many countries.',
        ),
      )
    await guarded(checks, 'Audience', async () => void checks.push(await audience(context, publication)))
    const keys = await guarded(checks, 'DKIM', () => openDkimKeys(context, publication))
    const config = await guarded(checks, 'Secrets', async () => {
      const read = readConfig(context.environment)
      checks.push(
        read.secretKeys === null
          ? wrong(
              'Secrets',
              'BROADSHEET_SECRET is not set: nobody could unsubscribe, so `send --live` refuses.',
              'Make one with  openssl rand -base64 32,  and keep it with your other secrets.',
            )
          : right('Secrets', 'BROADSHEET_SECRET is set.'),
      )
      return read
    })
    checks.push(...(await mailServers(config?.smtpUrl ?? null)))
    if (keys !== null || !checks.some((one) => one.name === 'DKIM' && one.state === 'wrong'))
      checks.push(...(await domain(publication, keys, world)))
    const secrets = config?.secretKeys == null ? null : { keys: config.secretKeys }
    checks.push(...(await wayOutChecks(context, publication, secrets, world)))
  }
  checks.push(zoneData(context, world.zoneData))
  await guarded(checks, 'Ledger', async () => void checks.push(...(await ledgerChecks(context))))
  if (context.json) printJson(context, { checks })
  else context.stdout.write(`${checks.map(lineOf).join('\n')}\n`)
  return checks.some((one) => one.state === 'wrong') ? exitCodes.usage : exitCodes.fine
}

const SIGNS = { right: 'right      ', wrong: 'wrong      ', 'not checked': 'not checked' } as const
const lineOf = ({ name, state, message, hint }: Check): string =>
  `${SIGNS[state]}  ${name}: ${message}${hint === '' ? '' : `\n             ${hint}`}`

/** A mistake of the operator's is a line like the others; the next thing is looked at all the same. */
async function guarded<Result>(checks: Check[], name: string, look: () => Promise<Result>): Promise<Result | null> {
  try {
    return await look()
  } catch (caught) {
    if (!(caught instanceof UserError)) throw caught
    checks.push(wrong(name, caught.message, caught.hint))
    return null
  }
}

async function audience(context: Context, publication: Publication): Promise<Check> {
  let active = 0
  let bad = 0
  const audience = await openAudience(context, publication)
  for await (const row of audience.rows()) {
    if ('skipped' in row || row.findings.length > 0) bad += 1
    if ('subscriber' in row && isServed(row.subscriber)) active += 1
  }
  await audience.close()
  const said = `${active.toLocaleString('en')} active subscribers in ${publication.subscribers}`
  return bad === 0
    ? right('Audience', `${said}.`)
    : wrong(
        'Audience',
        `${said}, ${bad.toLocaleString('en')} rows with something to say.`,
        'Run  broadsheet send --dry-run  to see them.',
      )
}

async function mailServers(url: string | null): Promise<Check[]> {
  const name = 'Mail server'
  if (url === null)
    return [notChecked(name, 'SMTP_URL is not set.', 'Set it to  smtp://user:password@mail.example.org:587.')]
  const found: Check[] = []
  await guarded(found, name, async () => {
    for (const server of parseSmtpUrls(url)) found.push(await mailServer(name, server))
  })
  return found
}

async function mailServer(name: string, server: MailServer): Promise<Check> {
  try {
    const { extensions, secure, login } = await tryServer({
      ...server,
      answerWithin: Math.min(20_000, server.answerWithin),
    })
    return right(
      name,
      `${server.host}:${server.port} answers ${secure ? 'over TLS' : 'in clear'}${login ? ', and takes the login' : ''}; it offers ${extensions.join(', ') || 'nothing beyond SMTP'}.`,
    )
  } catch (caught) {
    // Trouble that may pass is as wrong now as what will not.
    if (caught instanceof UserError || caught instanceof RunRefused || (caught as Error).name === 'RunTrouble')
      return wrong(name, (caught as Error).message, (caught as RunRefused).hint)
    throw caught
  }
}

function domain(publication: Publication, keys: DkimKeys | null, world: World): Promise<Check[]> {
  return domainChecks(domainOf(parseMailbox(publication.from).address), keys, world.resolver)
}

/** Rules of time zones change several times a year. */
function zoneData({ now }: Context, version: string | undefined): Check {
  const year = Number(/^\d{4}/.exec(version ?? '')?.[0] ?? Number.NaN)
  if (Number.isNaN(year)) return notChecked('Time zones', 'This Node does not say how old its rules are.', '')
  return now.year - year < 2
    ? right('Time zones', `The rules are those of ${version}.`)
    : wrong('Time zones', `The rules are those of ${version}.`, 'Update Node: clocks may have been changed since.')
}

function theWorld(): World {
  const dns = new DnsResolver({ timeout: 5000, tries: 2 })
  /** No such name, or nothing of that kind at it, is an answer. */
  const orNone = async <Result>(asked: Promise<Result[]>): Promise<Result[]> => {
    try {
      return await asked
    } catch (caught) {
      if (['ENOTFOUND', 'ENODATA'].includes((caught as NodeJS.ErrnoException).code ?? '')) return []
      throw caught
    }
  }
  return {
    resolver: {
      txt: (name) => orNone(dns.resolveTxt(name)),
      mx: async (name) => (await orNone(dns.resolveMx(name))).map((one) => one.exchange),
      addresses: async (name) => (await orNone(lookup(name, { all: true }))).map((one) => one.address),
    },
    async page(url) {
      const answer = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(10_000) })
      await answer.body?.cancel()
      return { status: answer.status, date: answer.headers.get('date') }
    },
    async oneClick(url) {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
        signal: AbortSignal.timeout(10_000),
      })
      await answer.body?.cancel()
      return answer.status
    },
    zoneData: process.versions['tz'],
  }
}
