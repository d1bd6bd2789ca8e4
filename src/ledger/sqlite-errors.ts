import { UserError } from '../problems/user-error.ts'

/** What SQLite says, in an operator's words; everything else as it is. */
export function explainedSqlite(caught: unknown, file: string): unknown {
  const { errcode, message } = caught as { errcode?: number; message?: string }
  if (errcode === undefined) return caught
  const say = (code: string, what: string, hint: string): UserError =>
    new UserError(code, what, hint, { cause: caught })
  switch (errcode & 0xff) {
    case 5:
    case 6:
      return say(
        'ledger-busy',
        `The ledger ${file} is held by another process.`,
        'What was accepted is recorded. Run `send` again when the other is done.',
      )
    case 13:
      return say(
        'ledger-full',
        `The disk of the ledger ${file} is full.`,
        'Make room and run `send` again; copies under way when it happened are shown as unknown.',
      )
    case 11:
    case 26:
      return say(
        'ledger-corrupt',
        `The ledger ${file} is damaged or no ledger (${message}).`,
        'Restore it from a backup. Without it nobody knows who was served.',
      )
    case 8:
    case 14:
    case 3:
      return say(
        'ledger-unwritable',
        `The ledger ${file} cannot be opened for writing.`,
        'Check the folder and its permissions. Nothing was sent.',
      )
    default:
      return caught
  }
}
