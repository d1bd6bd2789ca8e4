import { type Finding, finding, type Place } from '../problems/finding.ts'

/** A text file as read: its name relative to the publication's root, and its lines. Line breaks are LF. */
export interface Source {
  file: string
  text: string
  /** Offset of the first character of each line. */
  lineStarts: number[]
}

/** 256 KB. A long edition of 40 entries has 40 KB; past this the parser's time would be felt (4.6 s for 1 MB of `[`). */
export const LARGEST_FILE_BYTES = 256 * 1024

/** Bytes of a file as a Source. Anything but UTF-8 text (with or without a byte-order mark) is a finding. */
export function decodeSource(bytes: Uint8Array, file: string): { source: Source | null; findings: Finding[] } {
  const refuse = (code: 'file-too-large' | 'file-not-text' | 'file-empty', message: string, hint: string) => ({
    source: null,
    findings: [finding(code, file, message, hint)],
  })
  if (bytes.length > LARGEST_FILE_BYTES) {
    return refuse(
      'file-too-large',
      `The file has ${Math.round(bytes.length / 1024)} KB; an edition may have 256.`,
      'Look for something pasted in by accident.',
    )
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refuse(
      'file-not-text',
      'The file is not UTF-8 text.',
      'Save it again as plain text in UTF-8 (in most editors: Save with encoding).',
    )
  }
  if (text.includes('\0')) {
    return refuse('file-not-text', 'The file holds binary data, not text.', 'Restore the text file from git.')
  }
  const source = sourceFrom(text, file)
  if (source.text.replace(/#.*/g, '').trim() === '') {
    return refuse('file-empty', 'There is nothing in the file yet.', 'Write at least one entry, or remove the file.')
  }
  return { source, findings: [] }
}

export function sourceFrom(raw: string, file: string): Source {
  const text = raw.replace(/\r\n?/g, '\n')
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { file, text, lineStarts }
}

/** 0-based line number of an offset. */
export function lineOf(source: Source, offset: number): number {
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Offset of the last character; parsers put some errors behind it. */
export const lastOf = (source: Source): number => Math.max(0, source.text.length - 1)

export function lineText(source: Source, line: number): string {
  const from = source.lineStarts[line] ?? source.text.length
  const to = source.lineStarts[line + 1]
  return source.text.slice(from, to === undefined ? source.text.length : to - 1)
}

/** The place of an offset; the caret run never leaves the line. */
export function placeAt(source: Source, offset: number, end = offset + 1): Place {
  const line = lineOf(source, offset)
  const text = lineText(source, line)
  const column = offset - (source.lineStarts[line] ?? 0) + 1
  return {
    file: source.file,
    line: line + 1,
    column,
    text,
    width: Math.max(1, Math.min(end - offset, text.length - column + 1)),
  }
}

/** The same place in what the editor wrote, for an offset in a text whose lines may have been mended. */
export function originalPlace(original: Source, mended: Source, offset: number, end = offset + 1): Place {
  const place = placeAt(mended, offset, end)
  const text = lineText(original, place.line - 1)
  const shift = text.length - place.text.length
  return { ...place, text, column: Math.max(1, place.column + shift) }
}
