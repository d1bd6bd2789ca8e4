import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../ledger/database.ts'

/** The tables of migrations/0002-audience.sql. Instants are milliseconds since 1970; lists are ids separated by spaces. */
export type HomeTables = {
  preference: PreferenceRow
  subscriber: OwnRow
  sign_up: SignUpRow
  consent: ConsentRow
  deletion: { publication: string; salted_hash: string; at: number }
  deletion_salt: { publication: string; salt: string }
}

export type PreferenceRow = {
  publication: string
  subscriber_id: string
  address_hash: string | null
  unsubscribed_at: number | null
  topics: string | null
  excluded_topics: string
  timezone: string | null
  deliver_at: string | null
  language: string | null
  paused_until: string | null
  updated_at: number
}

export type OwnRow = {
  publication: string
  id: string
  email: string
  address_hash: string
  name: string
  topics: string
  timezone: string | null
  deliver_at: string | null
  language: string | null
  status: string
  extra: string
  origin: 'sign-up' | 'import'
  created_at: number
}

export type SignUpRow = {
  publication: string
  subscriber_id: string
  asked_at: number
  email: string
  name: string
  topics: string
  timezone: string | null
  language: string | null
  wording: string
}

export type ConsentRow = {
  publication: string
  subscriber_id: string
  confirmed_at: number
  asked_at: number
  language: string | null
  wording: string
  wording_version: string
}

export type HomeDatabase = Kysely<HomeTables> | Transaction<HomeTables>

export const homeTables = (db: Database): HomeDatabase => db.withTables<HomeTables>()

/** Lists in a column. */
export const listed = (ids: readonly string[]): string => ids.join(' ')
export const listIn = (column: string): string[] => column.split(' ').filter((id) => id !== '')

/** So many values a statement may compare with. */
export const MOST_VALUES = 1000
