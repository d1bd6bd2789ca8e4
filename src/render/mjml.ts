import { createRequire } from 'node:module'
import path from 'node:path'

interface MjmlError {
  line?: number
  message: string
  tagName?: string
}

type Mjml2Html = (source: string, options: object) => Promise<{ html: string; errors: MjmlError[] }>

let loaded: Mjml2Html | null = null

/**
 * MJML 5.4.1, loaded on first use (330 to 400 ms on the machine of 2026-11). On import it executes the packages named
 * in a `.mjmlconfig` of the current folder; since a pull request could bring one, it is loaded from our own folder.
 */
function load(): Mjml2Html {
  if (loaded === null) {
    const before = process.cwd()
    process.chdir(path.join(import.meta.dirname, '..', '..'))
    try {
      loaded = createRequire(import.meta.url)('mjml') as Mjml2Html
    } finally {
      process.chdir(before)
    }
  }
  return loaded
}

/** MJML to HTML. Includes stay off (MJML drops them silently), comments stay in: the marks of entries are comments. */
export async function mjmlToHtml(source: string, dir: 'ltr' | 'rtl'): Promise<{ html: string; problems: string[] }> {
  try {
    const { html, errors } = await load()(source, { keepComments: true, ignoreIncludes: true, validationLevel: 'soft' })
    return {
      html: (dir === 'rtl' ? mirrored(html) : html).trim(),
      problems: errors.map(
        (one) => `${one.message}${one.line === undefined ? '' : ` (line ${one.line} of email.mjml)`}`,
      ),
    }
  } catch (caught) {
    return { html: '', problems: [caught instanceof Error ? (caught.message.split('\n')[0] ?? '') : String(caught)] }
  }
}

/**
 * MJML writes left-to-right into the styles and attributes of its own wrappers whatever the document says (36 times in a
 * digest of twelve; inbox rules W8). The built-in templates say sides by `align` and `dir` only, which stay; the `align`
 * of MJML's text cells is known by the font size of zero beside it. Content is escaped and cannot look like a tag.
 */
function mirrored(html: string): string {
  return html.replace(/<(?:div|td|table|body)\b[^<>]*>/g, (tag) => {
    const turned = tag
      .replace(/\bdirection:\s*ltr\b/g, 'direction:rtl')
      .replace(/\btext-align:\s*left\b/g, 'text-align:right')
    return /font-size:0px/.test(turned) ? turned.replace(/\balign="left"/g, 'align="right"') : turned
  })
}

/** Starts loading MJML before it is needed, so that a first render does not wait for it. */
export function preloadMjml(): void {
  setImmediate(load)
}
