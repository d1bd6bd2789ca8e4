/** What a spreadsheet takes for the beginning of a formula (OWASP ASVS 1.2.10), full-width signs included. */
const FORMULA = /^'*[=+\-@\t\n\r\0＝＋－＠]/u

/** A cell as a spreadsheet shows it and does not run it: an apostrophe stands before what looks like a formula. */
export const guardedCell = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** The cell as it was before it was guarded. */
export const unguardedCell = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
