import { type RawBuilder, sql } from 'kysely'
import type { OpenDatabase } from './database.ts'

const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 60_000

export interface MailServerRow {
  name: string
  /** Milliseconds until somebody may begin again; 0 when it is well. */
  pausedFor: number
  trouble: string | null
}

/**
 * What all senders of one database share of each mail server: its rate and its trouble. Every instant is the database's
 * own, so that it does not matter whose clock is wrong.
 */
export class MailServerRows {
  readonly #database: OpenDatabase

  constructor(database: OpenDatabase) {
    this.#database = database
  }

  /**
   * Takes the next places in the line of a server that takes so many copies a second; returns in how many milliseconds
   * the first of them is. The others follow it evenly. Places nobody uses are lost, so take few at a time.
   */
  async reserve(name: string, copies: number, perSecond: number): Promise<number> {
    const now = this.#database.words.clock
    const length = (copies * 1000) / perSecond
    const [row] = await this.#database.all<{ wait: number }>(
      sql`insert into mail_server (name, next_at) values (${name}, ${now} + ${this.#number(length)})
        on conflict (name) do update set next_at = ${this.#number(length)} + case when mail_server.next_at > ${now} then mail_server.next_at else ${now} end
        returning next_at - ${now} - ${this.#number(length)} as wait`,
    )
    return Math.max(0, row?.wait ?? 0)
  }

  /**
   * A server is in trouble: nobody begins anything for 1, 2, 4 … seconds, a minute at most. Trouble of many senders at
   * once is one spell. Returns for how many milliseconds.
   */
  async trouble(name: string, why: string): Promise<number> {
    const now = this.#database.words.clock
    return this.#database.transaction(async (db) => {
      await sql`insert into mail_server (name) values (${name}) on conflict do nothing`.execute(db)
      const pause = sql`case when spells >= 6 then ${LONGEST_PAUSE} else ${FIRST_PAUSE} * (1 << cast(spells as integer)) end`
      await sql`update mail_server set paused_until = ${now} + ${pause}, spells = spells + 1, trouble = ${why}
        where name = ${name} and paused_until <= ${now}`.execute(db)
      const [row] = await this.#database.all<{ left: number }>(
        sql`select paused_until - ${now} as left from mail_server where name = ${name}`,
        db,
      )
      return Math.max(0, row?.left ?? 0)
    })
  }

  /** Something was delivered: the next trouble is a first one again. */
  async well(name: string): Promise<void> {
    await this.#database.all(
      sql`update mail_server set spells = 0, trouble = null where name = ${name} and spells > 0 and paused_until <= ${this.#database.words.clock}`,
    )
  }

  async all(): Promise<MailServerRow[]> {
    const rows = await this.#database.all<{ name: string; left: number; trouble: string | null }>(
      sql`select name, paused_until - ${this.#database.words.clock} as left, trouble from mail_server order by name`,
    )
    return rows.map(({ name, left, trouble }) => ({ name, pausedFor: Math.max(0, left), trouble }))
  }

  #number(value: number): RawBuilder<number> {
    return sql`cast(${value} as ${sql.raw(this.#database.engine === 'sqlite' ? 'real' : 'double precision')})`
  }
}
