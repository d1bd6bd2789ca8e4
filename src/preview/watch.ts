import path from 'node:path'
import { watch } from 'chokidar'

/**
 * Enough for the several events of one save. A file just emptied to be written anew is held back by chokidar itself, and
 * whatever comes later is one more change.
 */
const GATHER_MILLISECONDS = 5

export interface Watcher {
  close(): Promise<void>
}

/**
 * Calls `onChange` after every change to broadsheet.yaml, digests/ and templates/, whether they are written in place or
 * replaced by renaming, and whether they exist yet. Never two calls at once; a change during one makes one more.
 */
export async function watchPublication(
  root: string,
  onChange: () => Promise<void>,
  onTrouble: (caught: unknown) => void,
): Promise<Watcher> {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  let again = false
  let closed = false

  const run = async (): Promise<void> => {
    do {
      again = false
      await onChange().catch(onTrouble)
    } while (again && !closed)
    running = null
  }
  const changed = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      if (running === null) running = run()
      else again = true
    }, GATHER_MILLISECONDS)
  }

  // The root itself is watched, so that a templates/ made tomorrow counts; `ignored` keeps it from going anywhere else.
  const watcher = watch(root, { ignoreInitial: true, ignored: (file) => !concernsUs(path.relative(root, file)) })
  watcher.on('all', changed).on('error', onTrouble)
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  return {
    async close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      await watcher.close()
      await running
    },
  }
}

/** By path from the root. Files editors keep for themselves (hidden, or ending in ~) are none of ours. */
function concernsUs(relative: string): boolean {
  if (relative === '' || relative === 'broadsheet.yaml') return true
  const [top = '', ...rest] = relative.split(path.sep)
  return (top === 'digests' || top === 'templates') && !rest.some((name) => name.startsWith('.') || name.endsWith('~'))
}
