/**
 * `npm run bench`: every figure of sending, one table after the other: rates beside those of others, the ledger, an
 * edition's compilation, and memory from a thousand to a million subscribers. Takes twenty minutes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

for (const [what, file] of [
  ['Messages a second', 'send.ts'],
  ['The ledger', 'ledger.ts'],
  ['An edition', 'compile.ts'],
  ['Memory against audience', 'million.ts'],
] as const) {
  console.log(`\n${what}\n`)
  const child = spawn(process.execPath, [path.join(import.meta.dirname, file)], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}
