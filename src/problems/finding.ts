import { codes, type FindingCode } from './codes.ts'

/** Where something stands: 1-based line and column (in UTF-16 units), and the line itself for the frame. */
export interface Place {
  /** Relative to the publication's root, with forward slashes. */
  file: string
  line: number
  column: number
  /** The whole source line, without its line break; empty when there is none to show. */
  text: string
  /** How many characters the caret run covers, at least 1. */
  width: number
}

/** One thing a check has to say. The eight plain fields are what `check --json` prints (design, section 3). */
export interface Finding {
  code: FindingCode
  severity: 'error' | 'warning'
  message: string
  hint: string
  file: string
  line: number | null
  column: number | null
  /** 1-based number of the entry it concerns, or null. */
  entry: number | null
  place: Place | null
}

/** A finding at a place. Severity comes from the table of codes, never from the caller. */
export function finding(
  code: FindingCode,
  at: Place | string,
  message: string,
  hint: string,
  entry: number | null = null,
): Finding {
  const place = typeof at === 'string' ? null : at
  const file = typeof at === 'string' ? at : at.file
  return {
    code,
    severity: codes[code].severity,
    message,
    hint,
    file,
    line: place?.line ?? null,
    column: place?.column ?? null,
    entry,
    place,
  }
}

export const isError = (one: Finding): boolean => one.severity === 'error'

/** In the order an editor walks through the files: file, line, column, then code. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      a.file.localeCompare(b.file, 'en') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      a.code.localeCompare(b.code, 'en'),
  )
}
