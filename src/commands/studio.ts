import type { DateTime } from 'luxon'
import { readConfig } from '../config.ts'
import { parseSmtpUrl } from '../delivery/smtp-url.ts'
import { listEditions } from '../edition/calendar.ts'
import { readPublication } from '../edition/read.ts'
import { Edits, fingerprintOf } from '../preview/edits.ts'
import { wholeMessage } from '../preview/shown-email.ts'
import { StudioEditions } from '../preview/state.ts'
import type { ShownMatrix, Studio } from '../preview/studio.ts'
import { UserError } from '../problems/user-error.ts'
import type { Context } from './command.ts'
import type { EditionStates } from './edition-states.ts'
import { type Examination, examine } from './examine.ts'
import { History } from './history.ts'
import { openDkimKeys } from './secret.ts'
import { StudioAudience } from './studio-audience.ts'

/** The program behind the studio's page: what the other commands do, for whoever looks. */
export function openStudio(context: Context): Studio {
  const { root } = context
  const started = performance.now()
  /** A studio stays open all evening; a rehearsed instant goes on from where it was put. */
  const clock = (): DateTime => context.now.plus({ milliseconds: Math.round(performance.now() - started) })
  const history = new History(root)
  const audience = new StudioAudience(context)
  let states: EditionStates | null = null
  const editions = new StudioEditions({
    root,
    clock,
    examine: (date, publication) => {
      history.refresh()
      return examine(root, date, publication, { now: clock(), history, keys: null })
    },
    // An audience that cannot be read has nobody; that is no reason to show nothing.
    subscriber: (handle) => audience.subscriber(handle).catch((caught) => orThrow(caught, null)),
    fingerprintOf: (date) => fingerprintOf(root, date),
  })
  const examined = async (date: string): Promise<Examination> => {
    const { publication } = await readPublication(root)
    if (publication === null) return { prepared: null, template: null, findings: [] }
    history.refresh()
    return examine(root, date, publication, { now: clock(), history, keys: null })
  }
  const matrix = async (date: string): Promise<ShownMatrix> => {
    const { prepared } = await examined(date)
    return prepared === null ? NOBODY : audience.matrix(prepared, clock())
  }
  const changes: Studio['changes'] = async (date, against) => {
    const [{ publication }, { changesOf }] = await Promise.all([readPublication(root), import('./edition-changes.ts')])
    return publication === null
      ? { unavailable: 'broadsheet.yaml cannot be read; the findings say why.' }
      : changesOf(root, date, publication, against)
  }
  return {
    editions,
    edits: new Edits(root),
    async states() {
      const { publication } = await readPublication(root)
      const { dates } = await listEditions(root)
      states ??= new (await import('./edition-states.ts')).EditionStates(context)
      return publication === null ? { editions: [], note: null } : states.of(publication, dates)
    },
    subscribers: (text) => audience.find(text),
    matrix,
    changes,
    async review(date) {
      const state = await editions.read(date, { kind: 'everyone' })
      const { reviewPage } = await import('../preview/review.ts')
      const html = reviewPage({
        state,
        matrix: await matrix(date).catch((caught) => orThrow(caught, NOBODY)),
        changes: await changes(date, 'head'),
        picture: (name) => editions.picture(name),
      })
      return { html, errors: state.findings.filter((one) => one.severity === 'error').length }
    },
    async message(date) {
      const { template } = await examined(date)
      return template === null ? null : wholeMessage(template, clock())
    },
    proofsGo: whereProofsGo(context),
    async proof(date, to, threadless) {
      const { smtpUrl } = readConfig(context.environment)
      const { publication } = await readPublication(root)
      const keys = publication === null ? null : await openDkimKeys(context, publication)
      const now = clock()
      const template =
        publication === null ? null : (await examine(root, date, publication, { now, history, keys })).template
      if (template === null)
        throw new UserError('nothing-to-send', 'There is no email to send.', 'Mend what the findings name first.')
      // Loaded when it is wanted: the first page comes sooner.
      const { deliverProofs } = await import('./proofs.ts')
      const { proofs, refused } = await deliverProofs({ root, to, smtpUrl, template, date, now, threadless })
      return { proofs, refused: refused === null ? null : `${refused.message} ${refused.hint}` }
    },
  }
}

/** In words for the page. Host and port; a name and a password stay here. */
function whereProofsGo({ environment }: Context): string {
  try {
    const { smtpUrl } = readConfig(environment)
    if (smtpUrl === null) return 'into outbox/, because no SMTP_URL is set'
    const { host, port } = parseSmtpUrl(smtpUrl)
    return `through ${host}:${port}`
  } catch (caught) {
    if (caught instanceof UserError) return `nowhere yet: ${caught.message}`
    throw caught
  }
}

/** What the operator can mend is passed over where there is something to show without it. */
function orThrow<Instead>(caught: unknown, instead: Instead): Instead {
  if (caught instanceof UserError) return instead
  throw caught
}

const NOBODY: ShownMatrix = { sets: [], left: 0, skipped: {} }
