import { RunTrouble } from './back-off.ts'
import type { MailServer } from './smtp-url.ts'
import { type OpenTransport, type Outcome, RunRefused, type TransportRequest } from './transport.ts'

/** What all senders of one ledger share of a mail server, by its name; instants are told as milliseconds from now. */
export interface SharedServers {
  /** Takes the next places of a server's rate; in how long the first of them is. */
  reserve(name: string, copies: number, perSecond: number): Promise<number>
  /** Tells of trouble; for how long nobody is to begin. */
  trouble(name: string, why: string): Promise<number>
  well(name: string): Promise<void>
  all(): Promise<{ name: string; pausedFor: number; trouble: string | null }[]>
}

export interface MailServersOptions {
  /** How many copies are under way at a time. */
  connections: number
  shared: SharedServers
  open(server: MailServer): OpenTransport
  /** Milliseconds that only go forward. */
  clock(): number
  /** Ends early when the run is stopped. */
  sleep(milliseconds: number): Promise<void>
  isStopped(): boolean
}

/** How a server fares, for whoever watches. */
export interface ServerHealth {
  name: string
  state: 'well' | 'paused' | 'refused'
  why: string | null
  accepted: number
}

/** Others' trouble is known so soon. */
const LOOKED_EVERY = 1000
/** Places are taken for so long ahead. */
const AHEAD_SECONDS = 0.2
/** A refusal (login, sender) is somebody's to mend; whoever runs for days asks again after that. */
const REFUSED_FOR = 60_000

interface Member {
  server: MailServer
  name: string
  transport: OpenTransport
  underWay: number
  turn: number
  accepted: number
  pausedUntil: number
  why: string | null
  /** Its own trouble: it may be tried again once the run's own pause is over. */
  own: boolean
  refused: RunRefused | null
  refusedUntil: number
  /** Instants at which a copy may leave. */
  places: number[]
}

export const nameOfServer = ({ host, port }: MailServer): string => `${host}:${port}`

/**
 * Several mail servers as one: they take copies in turn, by their weights. A server in trouble is
 * left alone for a while, by every sender that shares the ledger; one that refuses the run is left out of it. Only when
 * none is left is that the run's trouble. A copy changes the server only before any of it has left.
 */
export function openMailServers(
  servers: readonly MailServer[],
  { connections, shared, open, clock, sleep, isStopped }: MailServersOptions,
): OpenTransport & { health(): ServerHealth[] } {
  const members: Member[] = servers.map((server) => ({
    server,
    name: nameOfServer(server),
    transport: open(server),
    underWay: 0,
    turn: 0,
    accepted: 0,
    pausedUntil: 0,
    why: null,
    own: false,
    refused: null,
    refusedUntil: 0,
    places: [],
  }))
  const look = async (): Promise<void> => {
    const rows = await shared.all()
    for (const { name, pausedFor, trouble } of rows)
      for (const member of members.filter((one) => one.name === name)) {
        if (pausedFor > 0 && clock() + pausedFor > member.pausedUntil) member.own = false
        member.pausedUntil = Math.max(member.pausedUntil, pausedFor > 0 ? clock() + pausedFor : 0)
        member.why = trouble
      }
  }
  // What nobody can read slows nobody down; the ledger's own calls say what is wrong with the database.
  const looking = setInterval(() => void look().catch(() => {}), LOOKED_EVERY)
  looking.unref()

  const isOut = (one: Member): boolean => one.refused !== null && one.refusedUntil > clock()
  /** In turn by weight, smoothly; and none has more under way than its share, however slow it is. */
  const best = (among: readonly Member[]): Member | undefined => {
    const weights = among.reduce((sum, one) => sum + one.server.weight, 0)
    const free = among.filter((one) => one.underWay < Math.ceil((connections * one.server.weight) / weights))
    for (const one of free) one.turn += one.server.weight
    const next = free.toSorted((a, b) => b.turn - a.turn)[0]
    if (next !== undefined) next.turn -= weights
    return next
  }

  /** Waits while others have made a pause; what this run met itself is waited for by the run. Counts it as under way. */
  const pick = async (tried: ReadonlySet<Member>): Promise<Member> => {
    for (;;) {
      const open = members.filter((one) => !isOut(one) && !tried.has(one))
      if (open.length === 0) throw members.findLast(isOut)?.refused
      const well = open.filter((one) => one.pausedUntil <= clock())
      const next = best(well) ?? well[0] ?? (open.toSorted((a, b) => a.pausedUntil - b.pausedUntil)[0] as Member)
      if (next.pausedUntil <= clock() || next.own || isStopped()) {
        next.underWay += 1
        return next
      }
      await sleep(next.pausedUntil - clock())
    }
  }

  const place = async (member: Member): Promise<void> => {
    const { rate } = member.server
    if (rate === null) return
    if (member.places.length === 0) {
      const copies = Math.max(1, Math.floor(rate * AHEAD_SECONDS))
      const from = clock() + (await shared.reserve(member.name, copies, rate))
      for (let index = 0; index < copies; index++) member.places.push(from + (index * 1000) / rate)
    }
    const at = member.places.shift() ?? 0
    if (at > clock()) await sleep(at - clock())
  }

  /**
   * Whether the next envelope may leave for this server before its copy has had its turn: not past a rate or a pause, and
   * of several servers for no more than its share, so that one that is well again gets its own back.
   */
  const mayFollow = (member: Member): boolean => {
    if (member.server.rate !== null || member.pausedUntil > clock()) return false
    if (members.length === 1) return true
    const weights = members
      .filter((one) => !isOut(one) && one.pausedUntil <= clock())
      .reduce((sum, one) => sum + one.server.weight, 0)
    return member.underWay <= Math.floor((connections * member.server.weight) / weights)
  }

  const setAside = async (member: Member, why: string): Promise<void> => {
    const pause = await shared.trouble(member.name, why)
    member.own = true
    member.why = why
    member.pausedUntil = Math.max(member.pausedUntil, clock() + pause)
  }

  const attempt = async (member: Member, request: TransportRequest): Promise<Outcome> => {
    try {
      await place(member)
      const outcome = await member.transport.transport(request, () => mayFollow(member))
      member.refused = null
      if (outcome.state === 'accepted') {
        member.accepted += 1
        if (member.why !== null && member.pausedUntil <= clock()) {
          member.why = null
          // That nobody hears of it is no reason to lose the copy.
          await shared.well(member.name).catch(() => {})
        }
      }
      if (outcome.state !== 'deferred' || outcome.slow !== true) return outcome
      await setAside(member, outcome.reply)
      // The others may go on.
      return members.length > 1 ? { state: 'deferred', reply: outcome.reply } : outcome
    } finally {
      member.underWay -= 1
    }
  }

  return {
    async transport(request) {
      const tried = new Set<Member>()
      let trouble: RunTrouble | null = null
      for (;;) {
        const open = members.some((one) => !isOut(one) && !tried.has(one))
        // What has begun goes on where it is, whatever has become of the server meanwhile: its connection waits for it.
        const begun = members.find((one) => one.transport.hasBegun?.(request) === true)
        if (begun !== undefined) begun.underWay += 1
        else if (!open && trouble !== null) throw trouble
        const member = begun ?? (await pick(tried))
        try {
          return await attempt(member, request)
        } catch (caught) {
          tried.add(member)
          if (caught instanceof RunTrouble) {
            trouble = caught
            await setAside(member, caught.message)
          } else if (caught instanceof RunRefused) {
            member.refused = caught
            member.refusedUntil = clock() + REFUSED_FOR
          } else throw caught
          if (members.every(isOut)) throw caught
        }
      }
    },
    async warmUp() {
      await Promise.all(members.map((one) => one.transport.warmUp()))
    },
    async close() {
      clearInterval(looking)
      await Promise.all(members.map((one) => one.transport.close()))
    },
    health: () =>
      members.map(({ name, refused, pausedUntil, why, accepted }) => ({
        name,
        state: refused !== null ? 'refused' : pausedUntil > clock() ? 'paused' : 'well',
        why: refused?.message ?? why,
        accepted,
      })),
  }
}
