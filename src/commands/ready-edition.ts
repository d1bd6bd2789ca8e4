import { reportCounts } from '../check/report.ts'
import type { DkimKeys } from '../delivery/dkim-key.ts'
import type { MessageTemplate } from '../delivery/message.ts'
import { Variants } from '../delivery/variants.ts'
import type { Publication } from '../edition/publication.ts'
import { codes } from '../problems/codes.ts'
import { type Finding, isError } from '../problems/finding.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import type { PreparedEdition } from '../render/prepare.ts'
import { type Context, printFindings } from './command.ts'
import { examine } from './examine.ts'
import { keepForce } from './force.ts'
import { History } from './history.ts'
import type { SendOptions } from './send-options.ts'

/** An edition that may be sent, or the reason why not yet. */
export interface ReadyEdition {
  date: string
  prepared: PreparedEdition
  variants: Variants
  /** For everybody, in the publication's language. */
  template: MessageTemplate
  findings: Finding[]
  /** Under `--due` a draft is no mistake: it is not sent yet, and that is said. */
  heldBack: string | null
}

/** Reads, prepares and checks. Throws a UserError for what must not reach readers. */
export async function readyEdition(
  context: Context,
  date: string,
  publication: Publication,
  keys: DkimKeys | null,
  { live, due, force }: Pick<SendOptions, 'live' | 'force'> & { due: object | null },
): Promise<ReadyEdition> {
  const history = new History(context.root)
  const { prepared, template, findings } = await examine(context.root, date, publication, {
    now: context.now,
    history,
    keys,
  })
  const draft = prepared?.edition.status === 'draft'
  const heldBack = draft && due !== null ? `${date} is a draft. Nothing of it is sent until its status is ready.` : null
  if (!context.json) printFindings(context, findings)
  if (live && heldBack === null) await refuseErrors(context, date, findings, force)
  if (prepared === null || template === null) {
    throw new UserError(
      'nothing-to-send',
      `Nothing of ${date} can be shown: ${reportCounts(findings)}. Nothing was sent.`,
      firstHint(findings),
      { exitCode: exitCodes.findings },
    )
  }
  if (live && due === null) refuseUnready(context, date, prepared)
  return { date, prepared, variants: new Variants(prepared, keys), template, findings, heldBack }
}

/** What must not reach readers: an edition with errors, but for those that harm nobody and somebody stands up for. */
async function refuseErrors(
  context: Context,
  date: string,
  findings: readonly Finding[],
  force: string | undefined,
): Promise<void> {
  const errors = findings.filter(isError)
  const harmful = errors.filter((one) => codes[one.code].security)
  if (errors.length > 0 && (force === undefined || harmful.length > 0)) {
    const named = [...new Set((harmful.length > 0 ? harmful : errors).map((one) => one.code))].join(', ')
    throw new UserError(
      'check-failed',
      force === undefined
        ? `The check of ${date} found ${reportCounts(findings)} (${named}). Nothing was sent.`
        : `--force does not pass what could harm readers: ${named}. Nothing was sent.`,
      firstHint(harmful.length > 0 ? harmful : errors),
      { exitCode: exitCodes.findings },
    )
  }
  if (errors.length > 0 && force !== undefined) await keepForce(context, date, force, errors)
}

/** Plain `send --live` means now: a draft, or one under embargo, is a mistake. */
function refuseUnready(context: Context, date: string, { edition }: PreparedEdition): void {
  if (edition.status === 'draft')
    throw new UserError(
      'draft',
      `${date} is a draft. Nothing was sent.`,
      'Change its status to ready, or remove the line.',
    )
  const { embargo } = edition
  if (embargo !== undefined && Date.parse(embargo) > context.now.toMillis())
    throw new UserError(
      'embargo',
      `${date} is under embargo until ${embargo}. Nothing was sent.`,
      'Run `send` again after that.',
    )
}

function firstHint(findings: readonly Finding[]): string {
  const first = findings.find(isError)
  return first === undefined
    ? 'Run `broadsheet check`.'
    : `${first.file}:${first.line ?? 1}: ${first.message} ${first.hint}`
}
