// Compiles src/ into build/ for the npm package: Node runs our TypeScript as it stands, but not under node_modules.
import { execFileSync } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
await rm(path.join(root, 'build'), { recursive: true, force: true })
execFileSync(
  path.join(root, 'node_modules/.bin/tsc'),
  ['--project', path.join(import.meta.dirname, 'tsconfig.package.json')],
  { stdio: 'inherit' },
)
// Migrations are read from beside the module that runs them.
await cp(path.join(root, 'src/ledger/migrations'), path.join(root, 'build/ledger/migrations'), { recursive: true })
