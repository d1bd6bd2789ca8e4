import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { listEditions, resolveEdition } from '../edition/calendar.ts'
import type { Publication } from '../edition/publication.ts'
import { type StudioServer, serveStudio } from '../preview/server.ts'
import { watchPublication } from '../preview/watch.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, openPublication, printJson } from './command.ts'
import { holdMemory } from './hold-memory.ts'
import { openStudio } from './studio.ts'

export interface PreviewOptions {
  port: number
  host: string
  open: boolean
  /** The address of a line in the editor; broadsheet.yaml's `editor`, else VS Code's, when left out. */
  editor?: string | undefined
}

const WARM_UP_AFTER_MILLISECONDS = 300
const VS_CODE = 'vscode://file{file}:{line}:{column}'

/**
 * `preview [edition]`: the studio in the browser, repainted on save, until Ctrl-C. Without a name the newest edition of
 * all, drafts and future ones included: an editor writes tomorrow's.
 */
export async function preview(context: Context, name: string | null, options: PreviewOptions): Promise<number> {
  holdMemory()
  const { publication } = await openPublication(context)
  const pattern = editorPattern(options.editor ?? publication.editor ?? VS_CODE)
  const edition = await editionFor(name, context, publication)
  const onTrouble = (caught: unknown): void =>
    context.stderr.write(`The preview stumbled: ${caught instanceof Error ? caught.stack : String(caught)}\n`)
  const studio = openStudio(context)
  const editor = { root: context.root, pattern }
  const server = await start({ ...options, editor, studio, edition, onTrouble })
  const watcher = await watchPublication(context.root, () => server.repaint(), onTrouble)
  const { url } = server
  if (context.json) printJson(context, { url, edition })
  else context.stdout.write(`Preview of ${edition} on ${url} (Ctrl-C stops it)\n`)
  if (options.open) openBrowser(url)
  // MJML takes a third of a second to load, during which nothing is answered. A browser that comes at once gets the page
  // first, and the first rendering loads it; for one that comes later everything is warm.
  const warmUp = setTimeout(
    () => void studio.editions.readOnce(edition, { kind: 'everyone' }).catch(onTrouble),
    WARM_UP_AFTER_MILLISECONDS,
  )
  if (!context.signal.aborted) await once(context.signal, 'abort')
  clearTimeout(warmUp)
  await Promise.all([watcher.close(), server.close()])
  return exitCodes.fine
}

/** A page may open an editor by its own scheme, but nothing that would run in the page or leave for the web. */
function editorPattern(pattern: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(pattern)?.[1]?.toLowerCase()
  const harmful = ['javascript', 'data', 'vbscript', 'blob', 'http', 'https', 'file', 'about']
  if (scheme !== undefined && !harmful.includes(scheme) && pattern.includes('{file}')) return pattern
  throw new UserError(
    'bad-editor',
    `"${pattern}" is not the address of a line in an editor.`,
    `Write one as in  ${VS_CODE}  or  idea://open?file={file}&line={line}.`,
  )
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

async function start(options: Parameters<typeof serveStudio>[0]): Promise<StudioServer> {
  try {
    return await serveStudio(options)
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
