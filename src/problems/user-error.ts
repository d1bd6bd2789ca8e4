/** Exit codes of every command (design, section 3); the same table stands in `--help`. */
export const exitCodes = {
  fine: 0,
  findings: 1,
  usage: 2,
  notAccepted: 3,
  bug: 70,
} as const

/**
 * A mistake of the operator's: wrong usage, wrong configuration, a server that refuses everybody. Printed as one
 * line and a hint, without a stack. The message says what state things were left in.
 */
export class UserError extends Error {
  readonly code: string
  readonly hint: string
  readonly exitCode: number

  constructor(code: string, message: string, hint: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.hint = hint
    this.exitCode = options.exitCode ?? exitCodes.usage
  }
}
