import path from 'node:path'
import type { Hono } from 'hono'
import { FileIndex } from '../src/audience/file-index.ts'
import { AudienceHome } from '../src/audience/home.ts'
import { addressHash, defaultId } from '../src/audience/subscriber.ts'
import { linkToken, type Secrets } from '../src/audience/token.ts'
import { wayOutToken } from '../src/audience/way-out.ts'
import type { Publication } from '../src/edition/publication.ts'
import { readPublication } from '../src/edition/read.ts'
import type { OpenDatabase } from '../src/ledger/database.ts'
import { deliveriesOf } from '../src/ledger/deliveries-of.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { ledgerOn, openDatabase } from '../src/ledger/open.ts'
import { publicApp } from '../src/public/app.ts'
import { loadPageTemplates, type PageTemplates } from '../src/public/page-templates.ts'
import type { Mail } from '../src/public/post-office.ts'

/** The public pages of a publication in this process, with a clock that is set and mails that are kept. */
export interface OpenSite {
  app: Hono
  home: AudienceHome
  ledger: Ledger
  database: OpenDatabase
  /** Where the database is. */
  file: string
  publication: Publication
  templates: PageTemplates
  mails: Mail[]
  /** What was logged, a line each. */
  logged: string[]
  clock: { now: number }
  secrets: { keys: [string, ...string[]] }
  /** The path of a page that is a subscriber's own, by their address. */
  wayOut(email: string): string
  preferences(email: string): string
  close(): Promise<void>
}

export async function openSite(root: string): Promise<OpenSite> {
  const { publication } = await readPublication(root)
  if (publication === null) throw new Error('no publication')
  const databaseFile = path.join(root, '.broadsheet/ledger.db')
  const database = await openDatabase(databaseFile)
  const ledger = ledgerOn(database)
  const home = new AudienceHome(database, publication.id)
  const file = new FileIndex(root, publication.subscribers)
  const mails: Mail[] = []
  const logged: string[] = []
  const clock = { now: Date.parse('2026-11-20T06:00Z') }
  const secrets: { keys: [string, ...string[]] } & Secrets = { keys: ['a-secret-of-the-tests-only'] }
  const templates = await loadPageTemplates(root, publication)
  const app = publicApp({
    publication,
    secrets,
    home,
    templates,
    find: (id) => file.find(id),
    isSuppressed: async (hash) => (await ledger.suppressed(publication.id, [hash])).has(hash),
    deliveries: (id) => deliveriesOf(database.db, publication.id, id),
    post: (mail) => mails.push(mail),
    now: () => clock.now,
    log: (event, more) => logged.push(JSON.stringify({ event, ...more })),
    who: () => 'somebody',
  })
  const idOf = (email: string): string => defaultId(addressHash(email))
  return {
    app,
    home,
    ledger,
    database,
    file: databaseFile,
    publication,
    templates,
    mails,
    logged,
    clock,
    secrets,
    wayOut: (email) => `/u/${wayOutToken(secrets, publication.id, idOf(email))}`,
    preferences: (email) => `/p/${linkToken(secrets, 'preferences', publication.id, idOf(email))}`,
    close: () => database.close(),
  }
}
