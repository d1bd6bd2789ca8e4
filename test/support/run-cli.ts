import { spawn } from 'node:child_process'
import path from 'node:path'

export const repository = path.resolve(import.meta.dirname, '../..')
const bin = path.join(repository, 'src/bin.js')

export interface CliResult {
  exitCode: number
  stdout: string
  stderr: string
  milliseconds: number
}

/** Runs the command line as a process of its own, without any Broadsheet setting of this machine's environment. */
export function runCli(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; bin?: string; input?: string | Uint8Array } = {},
): Promise<CliResult> {
  const started = performance.now()
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NO_COLOR: '1', ...options.env }
  const child = spawn(process.execPath, [options.bin ?? bin, ...args], {
    cwd: options.cwd ?? repository,
    env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(options.input)
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ exitCode: code ?? -1, stdout, stderr, milliseconds: performance.now() - started }),
    )
  })
}
