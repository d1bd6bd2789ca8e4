import { existsSync } from 'node:fs'
import path from 'node:path'
import { AudienceHome } from '../audience/home.ts'
import { querySubscribers } from '../audience/query-subscribers.ts'
import { type AudienceRow, readSubscribers } from '../audience/read-csv.ts'
import { readConfig } from '../config.ts'
import type { Publication } from '../edition/publication.ts'
import type { OpenDatabase } from '../ledger/database.ts'
import { ledgerOn } from '../ledger/open.ts'
import { existingDatabase, type Place } from './real-database.ts'

/** Everybody a publication is for, from its file and its database. */
export interface OpenAudience {
  /** From the beginning, as often as it is asked for. */
  rows(): AsyncGenerator<AudienceRow>
  /** Those of some address hashes that are never to be mailed, with the reason. */
  suppressed(addressHashes: readonly string[]): Promise<Map<string, string>>
  close(): Promise<void>
}

/** For whoever only asks: the file as the real database has it. A question makes no database. */
export async function openAudience(place: Place, publication: Publication): Promise<OpenAudience> {
  const database = await existingDatabase(place)
  const ledger = database === null ? null : ledgerOn(database)
  return {
    rows: () => audienceOf(place, publication, database),
    suppressed: async (hashes) => (await ledger?.suppressed(publication.id, hashes)) ?? new Map(),
    close: async () => database?.close(),
  }
}

/** The one way from a publication's file to its audience. `database` is the real one, where there is one. */
export async function* audienceOf(
  { root, environment }: Place,
  publication: Publication,
  database: OpenDatabase | null,
): AsyncGenerator<AudienceRow> {
  const { subscribersUrl } = readConfig(environment)
  const { subscribers: file, subscribersQuery: query } = publication
  const source = (): AsyncIterable<AudienceRow> =>
    query === null ? readSubscribers(root, file) : querySubscribers(subscribersUrl, query)
  if (database === null) {
    yield* source()
    return
  }
  const home = new AudienceHome(database, publication.id)
  // Whoever has moved the audience into the database needs no file.
  const isMoved = query === null && !existsSync(path.resolve(root, file)) && (await home.hasOwn())
  yield* home.audience(isMoved ? nobody() : source())
}

async function* nobody(): AsyncGenerator<AudienceRow> {}
