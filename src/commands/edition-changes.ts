import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { listEditions } from '../edition/calendar.ts'
import { compareEditions, type EditionChanges } from '../edition/compare-editions.ts'
import type { Edition } from '../edition/edition.ts'
import type { Publication } from '../edition/publication.ts'
import { readEdition } from '../edition/read.ts'
import { type Finding, isError } from '../problems/finding.ts'

const run = promisify(execFile)

export type Changes =
  | (EditionChanges & {
      /** What it was compared with: an earlier date, or the commit's short name. Null when it is new there. */
      against: string | null
      /** Entries too broken to be compared, on either side. */
      unread: number
    })
  | { unavailable: string }

/** What changed in an edition since the last commit, or since the edition before it. */
export async function changesOf(
  root: string,
  date: string,
  publication: Publication,
  against: 'head' | 'previous',
): Promise<Changes> {
  const now = await readEdition(root, date, publication)
  if (now.edition === null) return { unavailable: 'Nothing of the edition can be read; the findings say why.' }
  const then = await (against === 'head' ? atHead(root, date, publication) : before(root, date, publication))
  if ('unavailable' in then) return then
  const changes = compareEditions(then.edition, now.edition)
  const unread = unreadIn(now.findings, now.edition) + unreadIn(then.findings, then.edition)
  return { against: then.name, unread, ...changes }
}

type Then = { name: string | null; edition: Edition | null; findings: Finding[] } | { unavailable: string }

async function before(root: string, date: string, publication: Publication): Promise<Then> {
  const earlier = (await listEditions(root)).dates.filter((one) => one < date).at(-1)
  if (earlier === undefined) return { unavailable: 'There is no earlier edition.' }
  const { edition, findings } = await readEdition(root, earlier, publication)
  return edition === null
    ? { unavailable: `Nothing of the edition before, of ${earlier}, can be read.` }
    : { name: earlier, edition, findings }
}

/** The edition as it was committed, read as ever from a folder that holds nothing else. */
async function atHead(root: string, date: string, publication: Publication): Promise<Then> {
  const git = async (...args: string[]): Promise<Buffer> =>
    (await run('git', ['-C', root, ...args], { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 })).stdout
  const absent = await git('rev-parse', '--show-toplevel').then(
    () => null,
    (caught: NodeJS.ErrnoException) =>
      caught.code === 'ENOENT' ? 'git is not installed here.' : 'This folder is not in a git repository.',
  )
  if (absent !== null) return { unavailable: absent }
  const commit = await git('rev-parse', '--verify', '--quiet', '--short', 'HEAD^{commit}').catch(() => null)
  if (commit === null) return { unavailable: 'Nothing has been committed yet.' }
  const own = [`digests/${date}.yaml`, `digests/${date}.yml`, `digests/${date}/`]
  const listed = await git('ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', ...own)
  const names = listed
    .toString()
    .split('\0')
    .filter((name) => /\.ya?ml$/.test(name))
  if (names.length === 0) return { name: null, edition: null, findings: [] }
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-head-'))
  try {
    for (const name of names) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
      await writeFile(path.join(folder, name), await git('cat-file', 'blob', `HEAD:./${name}`))
    }
    const { edition, findings } = await readEdition(folder, date, publication)
    const name = commit.toString().trim()
    return edition === null
      ? { unavailable: `Nothing of it can be read as committed in ${name}.` }
      : { name, edition, findings }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function unreadIn(findings: readonly Finding[], edition: Edition | null): number {
  const known = new Set(edition?.entries.map((entry) => entry.position))
  const broken = findings.filter(isError).flatMap(({ entry }) => (entry === null || known.has(entry) ? [] : [entry]))
  return new Set(broken).size
}
