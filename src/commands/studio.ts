import type { Subscriber } from '../audience/subscriber.ts'
import { readPublication } from '../edition/read.ts'
import { Edits, fingerprintOf } from '../preview/edits.ts'
import { wholeMessage } from '../preview/shown-email.ts'
import { StudioEditions } from '../preview/state.ts'
import type { Studio } from '../preview/studio.ts'
import type { Context } from './command.ts'
import { examine } from './examine.ts'
import { History } from './history.ts'

/** The program behind the studio's page: what the other commands do, for whoever looks. */
export function openStudio(context: Context): Studio {
  const { root, now } = context
  const history = new History(root)
  const examined = (date: string, publication: Parameters<typeof examine>[2]) => {
    history.refresh()
    return examine(root, date, publication, { now, history, keys: null })
  }
  const editions = new StudioEditions({
    root,
    now,
    examine: examined,
    subscriber: async (): Promise<Subscriber | null> => null,
    dueOf: () => ({ at: '2026-01-01T07:00:00Z', local: '07:00', zone: 'Europe/London', note: null }),
    fingerprintOf: (date) => fingerprintOf(root, date),
  })
  return {
    editions,
    edits: new Edits(root),
    states: async () => [],
    subscribers: async () => [],
    matrix: async () => ({ sets: [], left: 0, skipped: {} }),
    changes: async () => ({ unavailable: 'Not yet' }),
    review: async () => '',
    async message(date) {
      const { publication } = await readPublication(root)
      const { template } = publication === null ? { template: null } : await examined(date, publication)
      return template === null ? null : wholeMessage(template, now)
    },
    proofsGo: 'into the outbox',
    proof: async () => [],
  }
}
