import { DateTime } from 'luxon'
import { compose, recipientOutside, slotValuesOf } from '../src/delivery/message.ts'
import { readPublication } from '../src/edition/read.ts'
import type { Finding } from '../src/problems/finding.ts'
import type { CompiledVariant } from '../src/render/compile.ts'
import { personalise } from '../src/render/personalise.ts'
import { compileFor, prepareEdition } from '../src/render/prepare.ts'
import { temporaryPublication, type Variation } from './temporary-publication.ts'

export interface Email {
  html: string
  text: string
  /** The HTML with its pictures inside, so that a browser needs nothing else. */
  page: string
  compiled: CompiledVariant
  findings: Finding[]
}

/** An edition as `build` makes it, for a reader called Ada Lovelace. */
export async function readEmail(root: string, date: string): Promise<Email> {
  const { publication, findings } = await readPublication(root)
  if (publication === null)
    throw new Error(`no publication in ${root}: ${findings.map((one) => one.message).join(' ')}`)
  const { prepared, findings: inEdition } = await prepareEdition(root, date, publication)
  const { compiled, findings: inRendering } =
    prepared === null ? { compiled: null, findings: [] } : await compileFor(prepared)
  const all = [...findings, ...inEdition, ...inRendering]
  if (compiled === null) throw new Error(`nothing of ${date} can be shown: ${all.map((one) => one.message).join(' ')}`)
  const nobody = recipientOutside(
    compose(compiled, publication),
    'reader@example.org',
    DateTime.utc(2026, 1, 1),
    'shot',
    '',
  )
  const values = slotValuesOf({ ...nobody.subscriber, name: 'Ada Lovelace' }, nobody.wayOut)
  const html = personalise(compiled.html, values)
  const page = compiled.embedded.reduce(
    (text, { picture, contentId }) =>
      text.replaceAll(
        `cid:${contentId}`,
        `data:${picture.type};base64,${Buffer.from(picture.bytes).toString('base64')}`,
      ),
    html,
  )
  return { html, text: personalise(compiled.text, values), page, compiled, findings: all }
}

/** The same of a variation of the sample publication. */
export async function readVariation(variation: Variation): Promise<Email> {
  const { folder, remove } = await temporaryPublication(variation)
  try {
    return await readEmail(folder, '2026-11-20')
  } finally {
    await remove()
  }
}
