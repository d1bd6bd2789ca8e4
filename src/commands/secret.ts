import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Secrets } from '../audience/way-out.ts'
import { type Config, dkimFrom } from '../config.ts'
import { type DkimKeys, requireAlignment } from '../delivery/dkim-key.ts'
import { domainOf, parseMailbox } from '../delivery/headers.ts'
import type { Publication } from '../edition/publication.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'

/**
 * The keys that sign the way out. Rehearsals, previews and proofs make do with a random one kept in `.broadsheet/secret`
 * (mode 0600); what really leaves needs BROADSHEET_SECRET, or the links in it would die with the machine.
 */
export async function openSecrets(root: string, config: Config, live: boolean): Promise<Secrets> {
  if (config.secretKeys !== null) return { keys: config.secretKeys }
  if (live) {
    throw new UserError(
      'no-secret',
      'BROADSHEET_SECRET is not set, so nobody could unsubscribe from what is sent.',
      'Make one with  openssl rand -base64 32,  and keep it with your other secrets. Nothing was sent.',
    )
  }
  const file = path.join(root, '.broadsheet', 'secret')
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept.trim() !== '') return { keys: [kept.trim()] }
  const made = randomBytes(32).toString('base64url')
  await mkdir(path.dirname(file), { recursive: true })
  // 'wx': of two runs that start together one makes it, the other reads it.
  const wrote = await writeFile(file, `${made}\n`, { mode: 0o600, flag: 'wx' }).then(
    () => true,
    () => false,
  )
  return { keys: [wrote ? made : (await readFile(file, 'utf8')).trim()] }
}

/**
 * The DKIM keys of the environment, fit for this publication's sender; null when none are configured. Paths are relative
 * to where one stands. Throws a UserError for broken ones, before anything is rendered or connected.
 */
export async function openDkimKeys(context: Context, publication: Publication): Promise<DkimKeys | null> {
  const keys = await dkimFrom(context.environment, (file) => readFile(file, 'utf8'))
  if (keys !== null) requireAlignment(keys, domainOf(parseMailbox(publication.from).address))
  return keys
}
