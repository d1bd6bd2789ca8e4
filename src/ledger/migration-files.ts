import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../problems/user-error.ts'

export interface Migration {
  /** From 1; the version of the tables after it. */
  number: number
  read(): Promise<string>
}

/** An engine's migrations, `NNNN-what.sql` in the order of their numbers. A number, once given, keeps its meaning. */
export async function migrationsOf(engine: 'sqlite' | 'postgres'): Promise<Migration[]> {
  const folder = path.join(import.meta.dirname, 'migrations', engine)
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort()
  return names.map((name) => ({
    number: Number(name.slice(0, 4)),
    read: () => readFile(path.join(folder, name), 'utf8'),
  }))
}

/** Tables of a later Broadsheet are left alone: what it wrote there this one would not understand. */
export function refuseNewer(name: string, version: number, migrations: readonly Migration[]): void {
  const latest = migrations.at(-1)?.number ?? 0
  if (version > latest)
    throw new UserError(
      'ledger-newer',
      `${name} was written by a newer Broadsheet (version ${version} of its tables; this one knows ${latest}). Nothing was sent.`,
      'Update Broadsheet, or use the one that wrote it.',
    )
}
