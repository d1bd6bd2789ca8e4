import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Finding } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'

/** The reason an edition was sent in spite of its errors, one JSON line each in `.broadsheet/forced.jsonl`. */
export async function keepForce(
  context: Context,
  edition: string,
  reason: string,
  errors: readonly Finding[],
): Promise<void> {
  if (reason.trim().length < 10)
    throw new UserError(
      'no-reason',
      '--force wants a reason that somebody can understand next year. Nothing was sent.',
      'Write  --force "the credit is being cleared, the editor agreed".',
    )
  const folder = path.join(context.root, '.broadsheet')
  await mkdir(folder, { recursive: true })
  const places = errors.map((one) => `${one.code} ${one.file}:${one.line ?? ''}`)
  const line = { at: context.now.toUTC().toISO(), edition, reason: reason.trim(), errors: places }
  await appendFile(path.join(folder, 'forced.jsonl'), `${JSON.stringify(line)}\n`)
}
