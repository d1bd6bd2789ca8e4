// Compiles src/ into build/ for the npm package: Node runs our TypeScript as it stands, but not under node_modules.
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
await rm(path.join(root, 'build'), { recursive: true, force: true })
execFileSync(
  path.join(root, 'node_modules/.bin/tsc'),
  ['--project', path.join(import.meta.dirname, 'tsconfig.package.json')],
  { stdio: 'inherit' },
)
