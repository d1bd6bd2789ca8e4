import { nearest } from '../edition/nearest.ts'
import { codes, type FindingCode } from '../problems/codes.ts'
import { exitCodes, UserError } from '../problems/user-error.ts'
import { type Context, printJson } from './command.ts'

/** `check --explain CODE`: what a code means, from the table the checks themselves use. */
export function explain(context: Context, asked: string): number {
  if (!Object.hasOwn(codes, asked)) {
    const near = nearest(asked, Object.keys(codes))
    throw new UserError(
      'unknown-code',
      `There is no finding called "${asked}".`,
      near === undefined ? 'docs/checks.md lists them all.' : `Did you mean "${near}"?`,
    )
  }
  const code = asked as FindingCode
  const { severity, about, waivable, security } = codes[code]
  if (context.json) printJson(context, { code, severity, about, waivable, security })
  else
    context.stdout.write(
      [
        `${code} (${severity})`,
        '',
        `  ${about}`,
        '',
        severity === 'error' ? '  It stops `send --live`.' : '  It stops nothing; --max-warnings can make it count.',
        waivable
          ? `  To waive it, with the reason, in the entry or the edition:\n\n      ignore: { ${code}: why it does not matter here }`
          : security
            ? '  It protects readers and cannot be waived or forced.'
            : '  It cannot be waived.',
        '',
      ].join('\n'),
    )
  return exitCodes.fine
}
