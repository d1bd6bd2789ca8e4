import { type DkimKeys, loadDkimKeys } from './delivery/dkim-key.ts'
import { UserError } from './problems/user-error.ts'

/** What the environment says: secrets and the outside world, never content. Read once, at the rim. */
export interface Config {
  smtpUrl: string | null
  /** postgres://…, where ledger, preferences and queue are; null: a file of the publication's. */
  databaseUrl: string | null
  /** The database a SQL audience is asked of; DATABASE_URL when it is not set. */
  subscribersUrl: string | null
  /** BROADSHEET_SECRET, newest first; null when unset. */
  secretKeys: readonly [string, ...string[]] | null
  /** Of the mailbox `bounces` reads on a server. */
  imapPassword: string | null
}

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const keys = (environment['BROADSHEET_SECRET'] ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
  for (const key of keys) {
    if (key.length < 16)
      throw new UserError(
        'weak-secret',
        'BROADSHEET_SECRET is shorter than 16 characters.',
        'Make one with  openssl rand -base64 32.',
      )
  }
  const [first, ...older] = keys
  const databaseUrl = environment['DATABASE_URL'] || null
  return {
    smtpUrl: environment['SMTP_URL'] || null,
    databaseUrl,
    subscribersUrl: environment['SUBSCRIBERS_URL'] || databaseUrl,
    secretKeys: first === undefined ? null : [first, ...older],
    imapPassword: environment['IMAP_PASSWORD'] || null,
  }
}

/**
 * The keys copies are signed with; null when no DKIM_ variable is set, and the relay signs. DKIM_PRIVATE_KEY and
 * DKIM_ED25519_PRIVATE_KEY are PEM text or the path of a file, which `readFile` reads. Half a configuration, or a key no
 * receiver would accept, is a UserError: mail the operator believes signed must not leave unsigned.
 */
export async function dkimFrom(
  environment: NodeJS.ProcessEnv,
  readFile: (path: string) => Promise<string>,
): Promise<DkimKeys | null> {
  const set = DKIM.filter((name) => (environment[name] ?? '').trim() !== '')
  if (set.length === 0) return null
  const second = set.some((name) => name.startsWith('DKIM_ED25519_'))
  const wanted = DKIM.filter((name) => second || !name.startsWith('DKIM_ED25519_'))
  const missing = wanted.filter((name) => !set.includes(name))
  if (missing.length > 0)
    throw new UserError(
      'partial-dkim',
      `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not.`,
      `${second && missing.includes('DKIM_PRIVATE_KEY') ? 'An Ed25519 signature only stands beside an RSA one. ' : ''}Set ${wanted.join(', ')}, or none of them to leave signing to your relay.`,
    )
  const value = (name: string): string => (environment[name] ?? '').trim()
  const key = async (name: string): Promise<string> => {
    if (value(name).includes('-----BEGIN')) return value(name)
    try {
      return await readFile(value(name))
    } catch (caught) {
      // The value is not repeated: it may be a key that lost its first line.
      throw new UserError(
        'bad-dkim-key',
        `${name} is neither a key in PEM form nor a file that can be read (${(caught as NodeJS.ErrnoException).code ?? 'unknown'}).`,
        'Give it the text that begins with -----BEGIN PRIVATE KEY-----, or the path of the file that holds it.',
      )
    }
  }
  return loadDkimKeys({
    domain: value('DKIM_DOMAIN'),
    selector: value('DKIM_SELECTOR'),
    privateKey: await key('DKIM_PRIVATE_KEY'),
    ed25519: second
      ? { selector: value('DKIM_ED25519_SELECTOR'), privateKey: await key('DKIM_ED25519_PRIVATE_KEY') }
      : null,
  })
}

const DKIM = ['DKIM_PRIVATE_KEY', 'DKIM_SELECTOR', 'DKIM_DOMAIN', 'DKIM_ED25519_PRIVATE_KEY', 'DKIM_ED25519_SELECTOR']

/** What the webhooks of sending services prove themselves by; null for a service that is not used. */
export function webhookSecretsFrom(environment: NodeJS.ProcessEnv): {
  postmark: string | null
  mailgun: string | null
  sendgrid: string | null
} {
  const value = (name: string): string | null => environment[name]?.trim() || null
  const postmark = value('POSTMARK_WEBHOOK_PASSWORD')
  // The only thing between a stranger and the suppressions.
  if (postmark !== null && postmark.length < 16)
    throw new UserError(
      'weak-secret',
      'POSTMARK_WEBHOOK_PASSWORD is shorter than 16 characters.',
      'Make one with  openssl rand -hex 24,  and give it to Postmark too.',
    )
  return { postmark, mailgun: value('MAILGUN_WEBHOOK_KEY'), sendgrid: value('SENDGRID_WEBHOOK_KEY') }
}
