import { CommanderError } from 'commander'
import { exitCodes, UserError } from '../problems/user-error.ts'

/** Prints what went wrong and returns the exit code: a line and a hint for operators, a stack for bugs. */
export function complain(caught: unknown, json: boolean): number {
  if (caught instanceof CommanderError) {
    if (caught.exitCode === 0) return exitCodes.fine
    const [message = '', ...rest] = caught.message.replace(/^error: /, '').split('\n')
    return print(
      'usage',
      message,
      rest.join(' ').trim() || 'broadsheet --help lists commands and options.',
      exitCodes.usage,
      json,
    )
  }
  if (caught instanceof UserError) return print(caught.code, caught.message, caught.hint, caught.exitCode, json)
  const error = caught instanceof Error ? caught : new Error(String(caught))
  process.stderr.write(`This is a bug in Broadsheet; nothing you wrote should do this.\n${error.stack}\n`)
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'bug', message: error.message, hint: 'Please report it with the stack on stderr.' } })}\n`,
    )
  return exitCodes.bug
}

function print(code: string, message: string, hint: string, exitCode: number, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`)
  else process.stderr.write(`${message}\n${hint}\n`)
  return exitCode
}
