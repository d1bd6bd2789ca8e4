import { createHash } from 'node:crypto'

/**
 * Marks in rendered output that are ours and nobody else's: where a slot stands, where an entry begins and ends, what
 * differs from variant to variant. They hold a hash of the content itself, so no content can contain one, and consist
 * of letters and digits, so no template engine, MJML or mail encoding changes them.
 */
export interface Marks {
  slot(index: number): string
  begin(position: number): string
  end(position: number): string
  /** A value known only when a variant is cut. */
  late(index: number): string
  /** A region that some variants have, and what the others have instead. */
  region(part: 'open' | 'other' | 'close', index: number): string
  /** Matches any mark: groups kind (s, b, z, v, o, e or c) and number. */
  pattern: RegExp
}

export function marksFor(...content: unknown[]): Marks {
  const nonce = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 20)
  const mark = (kind: string, number: number) => `q${nonce}${kind}${number}q`
  return {
    slot: (index) => mark('s', index),
    begin: (position) => mark('b', position),
    end: (position) => mark('z', position),
    late: (index) => mark('v', index),
    region: (part, index) => mark({ open: 'o', other: 'e', close: 'c' }[part], index),
    pattern: new RegExp(`q${nonce}([sbzvoec])(\\d+)q`, 'g'),
  }
}

/** HTML with begin and end marks standing as comments; slots stay as they are. */
export function withoutEntryMarks(output: string, marks: Marks, kind: 'html' | 'text'): string {
  const source = marks.pattern.source.replace('[sbzvoec]', '[bz]')
  return output.replace(new RegExp(kind === 'html' ? `<!--${source}-->` : source, 'g'), '')
}
