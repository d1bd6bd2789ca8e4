import { UserError } from './problems/user-error.ts'

/** What the environment says: secrets and the outside world, never content. Read once, at the rim. */
export interface Config {
  smtpUrl: string | null
  /** BROADSHEET_SECRET, newest first; null when unset. */
  secretKeys: readonly [string, ...string[]] | null
}

/** Variables of parts that are not built yet. To ignore them would send mail the operator believes signed or recorded. */
const NOT_YET: Record<string, string> = {
  DATABASE_URL: 'the shared ledger',
  SUBSCRIBERS_URL: 'an audience in SQL',
  DKIM_PRIVATE_KEY: 'DKIM signing',
  DKIM_ED25519_PRIVATE_KEY: 'DKIM signing',
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
  return { smtpUrl: environment['SMTP_URL'] || null, secretKeys: first === undefined ? null : [first, ...older] }
}

/** For commands that let mail leave: stops on a setting this version could not honour. */
export function refuseUnbuilt(environment: NodeJS.ProcessEnv): void {
  for (const [name, part] of Object.entries(NOT_YET)) {
    if (environment[name])
      throw new UserError(
        'not-built',
        `${name} is set, and this version has no ${part} yet.`,
        `Unset ${name} to go on without; nothing was sent.`,
      )
  }
}
