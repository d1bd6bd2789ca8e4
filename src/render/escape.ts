import Handlebars from 'handlebars'

/** Text for HTML, in element content as well as in quoted attributes. The shortest forms, because bytes are rationed. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** How a view's strings reach their template: escaped once for HTML, or as they are for plain text. */
export interface Encoding {
  kind: 'html' | 'text'
  encode(text: string): unknown
}

/** Handlebars would write `&#x3D;` for every `=` of a link (inbox rules W14); a SafeString carries our own escaping. */
export const htmlEncoding: Encoding = { kind: 'html', encode: (text) => new Handlebars.SafeString(escapeHtml(text)) }
export const textEncoding: Encoding = { kind: 'text', encode: (text) => text }
