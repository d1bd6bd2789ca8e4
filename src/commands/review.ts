import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Finding } from '../problems/finding.ts'
import { exitCodes } from '../problems/user-error.ts'
import { type Context, exitCodeOf, printJson } from './command.ts'
import { openStudio } from './studio.ts'

/**
 * `build --review`: `review.html` in the folder, made of what the studio shows. Exit 1 when the edition has errors, as
 * without it; the file is written all the same, for it shows them.
 */
export async function buildReview(
  context: Context,
  date: string,
  folder: string,
  findings: readonly Finding[],
): Promise<number> {
  const { html, errors } = await openStudio(context).review(date)
  const file = path.join(folder, 'review.html')
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.part`, html)
  await rename(`${file}.part`, file)
  const shown = path.relative(context.root, file).split(path.sep).join('/')
  if (context.json) printJson(context, { edition: date, files: [shown], bytes: Buffer.byteLength(html), errors })
  else
    context.stdout.write(
      `${date}: the review has ${Math.round(Buffer.byteLength(html) / 1000)} KB, and shows ${errors} ${errors === 1 ? 'error' : 'errors'}. Written to ${shown}\n`,
    )
  return errors > 0 ? exitCodes.findings : exitCodeOf(findings)
}
