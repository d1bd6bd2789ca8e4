import type { Context } from './command.ts'

/** A line of JSON on stderr for whoever collects logs. No address and no token of a reader's stands in it. */
export function logLine(
  { stderr }: Pick<Context, 'stderr'>,
  at: number,
  event: string,
  fields: Readonly<Record<string, string | number | boolean | null>> = {},
): void {
  const told = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? masked(value) : value])
  stderr.write(`${JSON.stringify({ at: new Date(at).toISOString(), event, ...Object.fromEntries(told) })}\n`)
}

/** What a mail server or a database says may name a reader. */
export const masked = (text: string): string =>
  text.replace(/[^\s<>"'(),;:=]+@[^\s<>"'(),;:]+/g, '…@…').replace(/\/u\/[^\s"'<>]+/g, '/u/…')
