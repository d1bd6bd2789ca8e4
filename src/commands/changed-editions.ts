import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { isCalendarDate } from '../edition/publication.ts'
import { UserError } from '../problems/user-error.ts'

const run = promisify(execFile)

/** What a pull request touches, as far as editions are concerned. */
export interface Changed {
  /** Dates whose own files are new or different. */
  dates: Set<string>
  /** Pictures that are new, different or gone, relative to digests/. */
  pictures: Set<string>
  /** True when broadsheet.yaml or a template is different, which concerns every edition. */
  shared: boolean
}

/** Against the point where the branch left `ref`, with what is not committed or not even added yet. */
export async function changedSince(root: string, ref: string): Promise<Changed> {
  if (ref.startsWith('-') || ref === '') throw badRef(ref, 'A ref is a branch, a tag or a commit, as in origin/main.')
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-C', root, '-c', 'core.quotepath=off', ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout
  const top = await git('rev-parse', '--show-toplevel').catch(() => null)
  if (top === null)
    throw new UserError('no-git', `${root} is not in a git repository.`, 'Leave --since out, or run it in a clone.')
  const commit = await git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).catch(() => null)
  if (commit === null) throw badRef(ref, 'In a shallow clone, fetch it first:  git fetch --depth=50 origin main.')
  const base = await git('merge-base', commit.trim(), 'HEAD').catch(() => null)
  if (base === null) throw badRef(ref, 'It shares no history with this branch; in CI, check out with fetch-depth: 0.')
  // Renames are told as one file gone and one come: both concern their editions.
  const names = [
    ...(await git('diff', '-z', '--no-renames', '--name-only', '--relative', base.trim(), '--', '.')).split('\0'),
    ...(await git('ls-files', '-z', '--others', '--exclude-standard', '--', '.')).split('\0'),
  ]
  return sorted(names.filter((name) => name !== ''))
}

function sorted(names: readonly string[]): Changed {
  const changed: Changed = { dates: new Set(), pictures: new Set(), shared: false }
  for (const name of names) {
    const parts = name.split('/')
    const date = (parts[1] ?? '').replace(/\.ya?ml$/, '')
    if (parts[0] === 'digests' && isCalendarDate(date)) changed.dates.add(date)
    else if (parts[0] === 'digests') changed.pictures.add(path.posix.relative('digests', name))
    else if (name === 'broadsheet.yaml' || parts[0] === 'templates') changed.shared = true
  }
  return changed
}

function badRef(ref: string, hint: string): UserError {
  return new UserError('unknown-ref', `"${ref}" is not known to git here.`, hint)
}
