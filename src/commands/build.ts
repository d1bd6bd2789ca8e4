import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { reportFields } from '../check/report.ts'
import { fill, recipientOutside, slotValuesOf } from '../delivery/message.ts'
import { resolveEdition } from '../edition/calendar.ts'
import { sortFindings } from '../problems/finding.ts'
import { UserError } from '../problems/user-error.ts'
import { personalise } from '../render/personalise.ts'
import { type Context, exitCodeOf, openPublication, printFindings, printJson } from './command.ts'
import { examine } from './examine.ts'
import { History } from './history.ts'
import { buildReview } from './review.ts'
import { openDkimKeys } from './secret.ts'

export interface BuildOptions {
  /** Where one stands when relative; `dist/<date>` in the publication by default. */
  out?: string | undefined
  /** One HTML file of the whole view, for reviewers, instead of the email's files. */
  review?: boolean | undefined
}

/** `build [edition]`: `dist/<date>/email.{mjml,html,txt,eml}` and the pictures, for a reader with all topics and no name. */
export async function build(context: Context, name: string, options: BuildOptions): Promise<number> {
  const { publication, findings } = await openPublication(context)
  const keys = await openDkimKeys(context, publication)
  const date = await resolveEdition(name, context.root, publication, context.now)
  if (date === null) throw new UserError('no-edition', 'There is no edition for today.', 'Name a date, or say latest.')
  const folder = options.out === undefined ? path.join(context.root, 'dist', date) : path.resolve(options.out)
  if (options.review === true) return buildReview(context, date, folder, findings)
  const history = new History(context.root)
  const { template, findings: inEdition } = await examine(context.root, date, publication, {
    now: context.now,
    history,
    keys,
  })
  const all = sortFindings([...findings, ...inEdition])
  if (!context.json) printFindings(context, all)
  if (template === null) {
    if (context.json) {
      printJson(context, {
        edition: date,
        files: [],
        subject: null,
        preheader: null,
        bytes: { html: 0, text: 0, message: 0 },
        entries: 0,
        topics: [],
        findings: all.map(reportFields),
      })
    } else context.stderr.write(`Nothing of ${date} can be shown; nothing was written.\n`)
    return exitCodeOf(all)
  }
  const { compiled } = template
  const nobody = recipientOutside(template, template.from.address, context.now, 'build', '')
  const values = slotValuesOf(nobody.subscriber, nobody.wayOut)
  const message = await fill(template, nobody)
  const html = personalise(compiled.html, values)
  const text = personalise(compiled.text, values)
  const pictures = [...compiled.embedded, ...compiled.linked].map(({ picture }) => picture)
  const files: [string, string | Uint8Array][] = [
    ['email.mjml', personalise(compiled.mjml, values)],
    ['email.html', hosted(html, compiled.embedded)],
    ['email.txt', text],
    ['email.eml', message.raw],
    ...pictures.map((picture): [string, Uint8Array] => [`images/${picture.name}`, picture.bytes]),
  ]
  await writeFolder(folder, files)
  const shown = (file: string): string => path.relative(context.root, path.join(folder, file)).split(path.sep).join('/')
  const bytes = { html: Buffer.byteLength(html), text: Buffer.byteLength(text), message: message.raw.length }
  if (context.json) {
    printJson(context, {
      edition: date,
      files: files.map(([file]) => shown(file)),
      subject: compiled.subject,
      preheader: compiled.preheader,
      bytes,
      entries: compiled.entries,
      topics: compiled.topics,
      findings: all.map(reportFields),
    })
  } else {
    context.stdout.write(
      `${date}: ${compiled.entries} entries in ${compiled.topics.length} topics, ${bytes.html} bytes of HTML. Written to ${path.relative(process.cwd(), folder) || '.'}/\n`,
    )
  }
  return exitCodeOf(all)
}

/** The page as a browser opens it: pictures that travel in the message are taken from the folder beside it. */
function hosted(html: string, embedded: readonly { picture: { name: string }; contentId: string }[]): string {
  return embedded.reduce(
    (page, { picture, contentId }) => page.replaceAll(`"cid:${contentId}"`, `"images/${picture.name}"`),
    html,
  )
}

/** Each file whole or not at all; pictures of an earlier build that no entry shows any more are removed. */
async function writeFolder(folder: string, files: readonly [string, string | Uint8Array][]): Promise<void> {
  await rm(path.join(folder, 'images'), { recursive: true, force: true })
  for (const [name, content] of files) {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(`${file}.part`, content)
    await rename(`${file}.part`, file)
  }
}
