import type { Entry } from '../src/edition/edition.ts'
import { escapeHtml } from '../src/render/escape.ts'
import { mjmlToHtml } from '../src/render/mjml.ts'

/** The same entries as MJML's own documentation would set them: a section each, a picture, a title, a text, a button. */
export async function stockMjml(entries: readonly Entry[]): Promise<string> {
  const sections = entries.map(
    (entry) => `<mj-section><mj-column>
      ${entry.image === undefined ? '' : `<mj-image src="https://news.example.org/${escapeHtml(entry.image.src)}" /><mj-text color="#999999">${escapeHtml(`${entry.image.caption ?? ''} © ${entry.image.credit ?? ''}`)}</mj-text>`}
      <mj-text font-size="20px">${escapeHtml(entry.headline)}</mj-text>
      <mj-text>${escapeHtml(entry.summary)}</mj-text>
      <mj-button href="${escapeHtml(entry.url)}">Read more</mj-button>
    </mj-column></mj-section>`,
  )
  const { html, problems } = await mjmlToHtml(
    `<mjml><mj-head><mj-preview>Today</mj-preview></mj-head><mj-body>${sections.join('\n')}</mj-body></mjml>`,
    'ltr',
  )
  if (problems.length > 0) throw new Error(problems.join(' '))
  return html
}
