import type { AudienceRow } from './read-csv.ts'
import { isAddress, type Subscriber } from './subscriber.ts'
import { mailId } from './way-out.ts'

/** A subscriber as a page may know them: enough to tell one from another, and no address. */
export interface FoundSubscriber {
  /** Stands for the subscriber in `subscriberOf`. Never an address, even where the audience's own ids are. */
  handle: string
  name: string
  /** As in a•••@example.org. */
  email: string
  /** Empty means all. */
  topics: string[]
  /** Null where the publication's counts. */
  timezone: string | null
  deliverAt: string | null
  language: string | null
  status: string
}

/** The first of those whose name, address or id holds a text, whatever its case; everybody is looked at when it is empty. */
export async function findSubscribers(
  rows: AsyncIterable<AudienceRow>,
  text: string,
  limit = 20,
): Promise<FoundSubscriber[]> {
  const wanted = folded(text)
  const found: FoundSubscriber[] = []
  if (limit < 1) return found
  for await (const row of rows) {
    if ('skipped' in row) continue
    const { subscriber } = row
    const { name, email, id } = subscriber
    if (![name, email, id].some((one) => folded(one).includes(wanted))) continue
    found.push(shown(subscriber))
    if (found.length >= limit) break
  }
  return found
}

/** The subscriber a handle stands for; null when they are gone. */
export async function subscriberOf(rows: AsyncIterable<AudienceRow>, handle: string): Promise<Subscriber | null> {
  for await (const row of rows) if (!('skipped' in row) && mailId(row.subscriber.id) === handle) return row.subscriber
  return null
}

function shown({ id, name, email, topics, timezone, deliverAt, language, status }: Subscriber): FoundSubscriber {
  return {
    handle: mailId(id),
    name: isAddress(name) ? maskedAddress(name) : name,
    email: maskedAddress(email),
    topics,
    timezone: timezone ?? null,
    deliverAt: deliverAt ?? null,
    language: language ?? null,
    status,
  }
}

/** The first character and the domain. */
export function maskedAddress(email: string): string {
  const at = email.lastIndexOf('@')
  return `${[...email.slice(0, at)][0] ?? ''}•••${email.slice(at)}`
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase().trim()
