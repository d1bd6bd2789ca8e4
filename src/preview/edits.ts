import { type EntrySource, entrySource } from '../edition/entry-source.ts'
import { replaceFiles } from '../edition/replace-file.ts'
import { lineOfField } from '../edition/write-entry.ts'
import { UserError } from '../problems/user-error.ts'
import { type Edit, fingerprint, placeOfEntry, planStep, readFiles, type Spot, type Step, textOf } from './edit-step.ts'

export type EditResult =
  | {
      done: true
      /** Relative to the root, and the line (1-based) where the change stands. */
      file: string
      line: number
      /** The fingerprint of the edition as it is now. */
      seen: string
      /** What Undo and Redo would do next, in words that follow the verb; null when there is nothing. */
      undo: string | null
      redo: string | null
    }
  | { done: false; refused: string; message: string; hint: string }

/** SHA-256 over the names and bytes of all files of an edition. Take it before reading what is shown with it. */
export async function fingerprintOf(root: string, date: string): Promise<string> {
  return fingerprint(await readFiles(root, date))
}

/**
 * The edits of a sitting, with undo: each edition has its own. One after the other, however many are asked for at once; never over a file
 * that is another than the page last saw, and undone only while the files still hold what was written.
 */
export class Edits {
  readonly #root: string
  readonly #done = new Map<string, Step[]>()
  readonly #undone = new Map<string, Step[]>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(root: string) {
    this.#root = root
  }

  /** `seen` is the fingerprint of the edition the page shows. */
  apply(date: string, edit: Edit, seen: string): Promise<EditResult> {
    return this.#inTurn(async () => {
      const files = await readFiles(this.#root, date)
      if (fingerprint(files) !== seen) throw changed('written')
      const step = await planStep(this.#root, date, edit, files)
      if (step.replacements.length === 0) return this.#result(date, step.after)
      if (!(await replaceFiles(this.#root, step.replacements))) throw changed('written')
      this.#stack(this.#done, date).push(step)
      this.#undone.delete(date)
      return this.#result(date, step.after)
    })
  }

  undo(date: string): Promise<EditResult> {
    return this.#inTurn(() => this.#step(date, this.#done, this.#undone))
  }

  redo(date: string): Promise<EditResult> {
    return this.#inTurn(() => this.#step(date, this.#undone, this.#done))
  }

  /** What Undo and Redo would do next, for a page that comes anew. */
  next(date: string): { undo: string | null; redo: string | null } {
    const next = (steps: Map<string, Step[]>): string | null => steps.get(date)?.at(-1)?.what ?? null
    return { undo: next(this.#done), redo: next(this.#undone) }
  }

  /** An entry's own lines and fields, to be changed, with the fingerprint they go with. Throws a UserError. */
  async source(date: string, entry: number): Promise<EntrySource & { file: string; seen: string }> {
    const files = await readFiles(this.#root, date)
    const { file, index } = await placeOfEntry(this.#root, date, entry)
    return { ...entrySource(textOf(files, file), index), file, seen: fingerprint(files) }
  }

  async #step(date: string, from: Map<string, Step[]>, to: Map<string, Step[]>): Promise<EditResult> {
    const step = from.get(date)?.at(-1)
    const back = from === this.#done
    if (step === undefined)
      throw new UserError(
        back ? 'nothing-to-undo' : 'nothing-to-redo',
        `There is nothing to ${back ? 'undo' : 'redo'}.`,
        'Only what was changed here since the preview began can be taken back.',
      )
    const replacements = back
      ? step.replacements.map(({ file, before, after }) => ({ file, before: after, after: before })).reverse()
      : step.replacements
    if (!(await replaceFiles(this.#root, replacements))) throw changed(back ? 'undone' : 'done again')
    from.get(date)?.pop()
    this.#stack(to, date).push(step)
    return this.#result(date, back ? step.before : step.after)
  }

  async #result(date: string, { file, entry, field }: Spot): Promise<EditResult> {
    const files = await readFiles(this.#root, date)
    const line = lineOfField(files.get(file)?.toString() ?? '', entry, field)
    return { done: true, file, line, seen: fingerprint(files), ...this.next(date) }
  }

  #stack(steps: Map<string, Step[]>, date: string): Step[] {
    const own = steps.get(date) ?? []
    steps.set(date, own)
    return own
  }

  #inTurn(work: () => Promise<EditResult>): Promise<EditResult> {
    const result = this.#last.then(work).catch(asRefusal)
    this.#last = result.catch(() => {})
    return result
  }
}

const changed = (done: string): UserError =>
  new UserError(
    'changed',
    `The edition was changed elsewhere in the meantime. Nothing was ${done}.`,
    'Look at it as it is now, and make the change again if it is still wanted.',
  )

/** What the editor is told. A disk that does not let itself be written is the operator's, everything else a bug. */
function asRefusal(caught: unknown): EditResult {
  const { code } = caught as NodeJS.ErrnoException
  if (caught instanceof UserError)
    return { done: false, refused: caught.code, message: caught.message, hint: caught.hint }
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(code ?? '')) throw caught
  return {
    done: false,
    refused: 'cannot-save',
    message: `The file cannot be saved (${code}).`,
    hint: 'Look at its permissions and at the room on the disk.',
  }
}
