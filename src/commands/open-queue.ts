import type { Queue } from '../delivery/queue.ts'
import type { Publication } from '../edition/publication.ts'
import type { PostgresDatabase } from '../ledger/postgres-database.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'
import { logLine } from './log-line.ts'
import type { Session } from './session.ts'

/** The publication's queue, in the session's database. `supervise` for workers: they find what others left. */
export async function openQueue(
  context: Context,
  publication: Publication,
  { database, clock }: Session,
  supervise = false,
): Promise<Queue> {
  if (database?.engine !== 'postgres')
    throw new UserError(
      'no-database',
      'Workers and their queue need PostgreSQL, and DATABASE_URL is not set.',
      'Set it to postgres://user:password@host/database; docs/postgres.md says how to move there.',
    )
  // Loaded when it is wanted: `send` without a queue starts sooner.
  const { Queue } = await import('../delivery/queue.ts')
  const onError = (error: Error): void => logLine(context, clock(), 'queue-trouble', { why: error.message })
  return Queue.open(database as PostgresDatabase, publication.id, { supervise, onError })
}
