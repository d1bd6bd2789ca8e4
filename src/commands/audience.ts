import { existsSync } from 'node:fs'
import path from 'node:path'
import { AudienceHome } from '../audience/home.ts'
import { type AudienceRow, readSubscribers } from '../audience/read-csv.ts'
import type { Publication } from '../edition/publication.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import { existingDatabase } from './ledger-file.ts'

/** Everybody a publication is for, from its file and its database. */
export interface OpenAudience {
  /** From the beginning, as often as it is asked for. */
  rows(): AsyncGenerator<AudienceRow>
  close(): Promise<void>
}

/** For whoever only asks: the file as the real database has it. A question makes no database. */
export async function openAudience(root: string, publication: Publication): Promise<OpenAudience> {
  const database = await existingDatabase(root)
  return {
    rows: () => audienceOf(root, publication, database),
    close: async () => database?.close(),
  }
}

/** The one way from a publication's file to its audience. `database` is the real one, where there is one. */
export async function* audienceOf(
  root: string,
  publication: Publication,
  database: OpenDatabase | null,
): AsyncGenerator<AudienceRow> {
  const file = publication.subscribers
  if (database === null) {
    yield* readSubscribers(root, file)
    return
  }
  const home = new AudienceHome(database, publication.id)
  // Whoever has moved the audience into the database needs no file.
  const isMoved = !existsSync(path.resolve(root, file)) && (await home.hasOwn())
  yield* home.audience(isMoved ? nobody() : readSubscribers(root, file))
}

async function* nobody(): AsyncGenerator<AudienceRow> {}
