import type { Publication } from '../edition/publication.ts'
import type { Context } from './command.ts'
import { moreFields, resultFields, type SendResult } from './send-result.ts'

const PATIENCE = 10_000

/** Tells a webhook what `--json` tells. That nobody listens is said, and changes nothing about the run. */
export async function notify(
  context: Context,
  url: string,
  publication: Publication,
  results: readonly SendResult[],
  exitCode: number,
): Promise<void> {
  const body = {
    publication: publication.id,
    exitCode,
    editions: results.map((one) => ({ ...resultFields(one), ...(one.kind === 'run' ? moreFields(one) : {}) })),
  }
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    })
    if (!answer.ok) context.stderr.write(`The webhook of --notify answered ${answer.status}. The run itself is done.\n`)
  } catch (caught) {
    const { message } = caught as Error
    context.stderr.write(`The webhook of --notify could not be reached (${message}). The run itself is done.\n`)
  }
}
