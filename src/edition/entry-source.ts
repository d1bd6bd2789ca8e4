import { TypedText } from '../yaml/tree.ts'
import { entryList } from './entry-nodes.ts'
import { blocksOf } from './move-entry.ts'
import { ENTRY_FIELDS, type EntryField, lineOfField, pathOfField, readable, valueAt } from './write-entry.ts'

/** An entry as it stands in its file, for a form beside the email. */
export interface EntrySource {
  /** 1-based, of its first line. */
  line: number
  /** Its lines, with the comments above them; line breaks are LF. */
  yaml: string
  /** What can be written, as typed; what is not there is left out. */
  fields: Partial<Record<EntryField, string>>
}

/** `entry` counts from 0, and is null when the file is one entry. Throws a UserError when the file cannot be read. */
export function entrySource(text: string, entry: number | null): EntrySource {
  const page = readable(text)
  const fields: EntrySource['fields'] = {}
  for (const field of ENTRY_FIELDS) {
    const path = [...(entry === null ? [] : ['entries', entry]), ...pathOfField(field)]
    const value = valueAt(page.tree.root, path)
    if (value instanceof TypedText && value.text.trim() !== '') fields[field] = value.text.replace(/\n$/, '')
  }
  const block =
    entry === null ? { start: 0, end: page.source.text.length } : blocksOf(page.source, entryList(page.document))[entry]
  return {
    line: lineOfField(text, entry, null),
    yaml: block === undefined ? '' : page.typed(block.start, block.end),
    fields,
  }
}
