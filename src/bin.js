#!/usr/bin/env node
// Plain JavaScript, so that an old Node gets as far as the sentence below. Never moves (design, section 4).
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `Broadsheet needs Node 24.15 or newer; this is ${process.versions.node}. (npm install --save-dev node@24 brings one along.)`,
  )
  process.exit(2)
}
// Keeps V8's compiled code between runs; a folder that cannot be written to is no reason to stop.
nodeModule.enableCompileCache?.()
const built = new URL('../build/cli.js', import.meta.url)
const inPackage = import.meta.url.includes('/node_modules/')
const { main } = await import(inPackage && existsSync(built) ? built.href : './cli.ts')
await main(process.argv.slice(2))
