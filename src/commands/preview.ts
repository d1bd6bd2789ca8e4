import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { listEditions, resolveEdition } from '../edition/calendar.ts'
import type { Publication } from '../edition/publication.ts'
import { type PreviewServer, servePreview } from '../preview/server.ts'
import { PreviewedEditions } from '../preview/state.ts'
import { watchPublication } from '../preview/watch.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { examine } from './examine.ts'
import { History } from './history.ts'

export interface PreviewOptions {
  port: number
  host: string
  open: boolean
}

const WARM_UP_AFTER_MILLISECONDS = 300

/**
 * `preview [edition]`: the edition in the browser, repainted on save, until Ctrl-C. Without a name the newest of all,
 * drafts and future ones included: an editor writes tomorrow's.
 */
export async function preview(context: Context, name: string | null, options: PreviewOptions): Promise<number> {
  const { publication } = await openPublication(context)
  const edition = await editionFor(name, context, publication)
  const onTrouble = (caught: unknown): void =>
    context.stderr.write(`The preview stumbled: ${caught instanceof Error ? caught.stack : String(caught)}\n`)
  const history = new History(context.root)
  const editions = new PreviewedEditions(context.root, context.now, async (date, current) => {
    history.refresh()
    const { prepared, template, findings } = await examine(context.root, date, current, {
      now: context.now,
      history,
      keys: null,
    })
    return { template, status: prepared?.edition.status ?? 'draft', findings }
  })
  const server = await start({ ...options, editions, edition, onTrouble })
  const watcher = await watchPublication(context.root, () => server.repaint(), onTrouble)
  const { url } = server
  if (context.json) printJson(context, { url, edition })
  else context.stdout.write(`Preview of ${edition} on ${url} (Ctrl-C stops it)\n`)
  if (options.open) openBrowser(url)
  // MJML takes a third of a second to load, during which nothing is answered. A browser that comes at once gets the page
  // first, and the first rendering loads it; for one that comes later everything is warm.
  const warmUp = setTimeout(() => void editions.readOnce(edition).catch(onTrouble), WARM_UP_AFTER_MILLISECONDS)
  if (!context.signal.aborted) await once(context.signal, 'abort')
  clearTimeout(warmUp)
  await Promise.all([watcher.close(), server.close()])
  return exitCodes.fine
}

async function editionFor(name: string | null, context: Context, publication: Publication): Promise<string> {
  const edition =
    name === null
      ? (await listEditions(context.root)).dates.at(-1)
      : await resolveEdition(name, context.root, publication, context.now)
  if (typeof edition === 'string') return edition
  if (name === null)
    throw new UserError(
      'no-edition',
      'There is no edition in digests/ yet.',
      'Write one as digests/<date>.yaml, for example digests/2024-12-19.yaml.',
    )
  throw new UserError('no-edition', 'There is no edition for today.', 'Name a date, or leave it out for the newest.')
}

async function start(options: Parameters<typeof servePreview>[0]): Promise<PreviewServer> {
  try {
    return await servePreview(options)
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new UserError(
        'port-taken',
        `Port ${options.port} is taken, perhaps by another preview.`,
        'Choose another with --port, or --port 0 for any that is free.',
        { cause: caught },
      )
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new UserError(
        'cannot-listen',
        `Cannot listen on ${options.host}, port ${options.port} (${code}).`,
        'Choose another with --host and --port.',
        { cause: caught },
      )
    throw caught
  }
}

/** Best effort: without a desktop there is nothing to open, and the address is printed anyway. */
function openBrowser(url: string): void {
  const [command, args]: [string, string[]] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : ['xdg-open', [url]]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
