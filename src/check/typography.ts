import type { FindingCode } from '../problems/codes.ts'

/** What one field of an entry is told: the code, what, and what to do. */
export type Say = (code: FindingCode, field: string, message: string, hint: string) => void

/** What is left in a text that was meant to be changed or removed. `prose` has had its Markdown read already. */
export function typographyOf(
  text: string,
  kind: 'plain' | 'prose',
  say: (code: FindingCode, message: string, hint: string) => void,
): void {
  const placeholder =
    /\b(?:TODO|FIXME|TK TK|TKTK|XXX)\b|\blorem ipsum\b|\[(?:headline|summary|caption|credit|link|name)\]/iu.exec(
      text,
    )?.[0]
  if (placeholder !== undefined) say('placeholder', `"${placeholder}" was left in.`, 'Write what belongs there.')
  const markdown = (kind === 'plain' ? /\*\*[^*]+\*\*|\]\(https?:|^#{1,6} / : /\*\*|\]\(|^#{1,6} /).exec(text)?.[0]
  if (markdown !== undefined)
    say(
      'markdown-left',
      `"${markdown}" will be shown as it is.`,
      kind === 'plain'
        ? 'Markdown works in intro and summary only; remove the signs.'
        : 'Close what is opened, or remove the signs.',
    )
  const html =
    /<\/?(?:a|b|i|p|br|em|strong|span|div|img|u|ul|ol|li|h[1-6]|font|table|tr|td|blockquote|sup|sub)(?:\s[^<>]*)?\/?>|&(?:amp|nbsp|lt|gt|quot|#\d+|#x[0-9a-f]+);/i.exec(
      text,
    )?.[0]
  if (html !== undefined)
    say(
      'html-left',
      `"${html}" will be shown as it is.`,
      'Remove it; **bold**, *italic* and [links](…) work in summaries.',
    )
  if (/[“”„«»]/.test(text) && /(^|[\s(])"\p{L}|\p{L}[.,!?]?"/u.test(text))
    say('quotes-mixed', 'Straight and curly quotation marks stand in one text.', 'Use one kind.')
  const dashes = /[^\s-]\s?(?:--+|[—–]{2,})\s?[^\s-]/.exec(text)?.[0]
  if (dashes !== undefined && !/\s--?[a-z]/i.test(text))
    say('dash-run', `"${dashes}" holds more than one dash in a row.`, 'Use one dash: – or —.')
}

/** All letters capital, and enough of them that it is no abbreviation. */
export function isShouting(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? []
  return letters.length >= 10 && /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text) && /\s/.test(text)
}
