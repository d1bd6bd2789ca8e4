import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { repository } from './run-cli.ts'

/**
 * A process of its own that has `ledger` open, a SQLite file or a postgres:// URL; resolves with what it printed, and
 * how it ended. `key` is the edition of 2026-11-20 of the publication post.
 */
export async function ledgerProcess(
  where: string,
  script: string,
): Promise<{ out: string; code: number | null; signal: string | null }> {
  const [file, open] = where.startsWith('postgres:')
    ? ['src/ledger/open-postgres.ts', 'openPostgresLedger']
    : ['src/ledger/open.ts', 'openLedger']
  const whole = `import { ${open} as open } from ${JSON.stringify(path.join(repository, file))}
    const key = { publication: 'post', edition: '2026-11-20' }
    const ledger = await open(${JSON.stringify(where)})
    ${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', whole], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const [code, signal] = await once(child, 'close')
  return { out, code, signal }
}
