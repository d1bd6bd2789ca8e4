import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { escapeHtml } from '../render/escape.ts'

/** What the page is given with its own words: nothing that is secret, and to other devices nothing of this machine. */
export interface Given {
  /** Lets the page write; null where it may only look. */
  token: string | null
  /** The publication's folder and the address of a line in the editor; null on other devices. */
  editor: { root: string; pattern: string } | null
  /** Where proofs go, in words. */
  proofsGo: string
}

export interface PageFile {
  body: string | Buffer
  type: string
  policy: string
}

/** The same folder from src/ and from build/: browser code is served as it stands. */
const FOLDER = path.join(import.meta.dirname, '..', '..', 'src', 'preview', 'page')

const PAGE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * The empty sheet each pane draws the email on. Pictures come from this server, styles from the email itself, and nothing
 * else from anywhere: no script (once by the sandbox of the frame, once by its own, once by `default-src`), no frame, no
 * request that leaves this machine.
 */
const SHEET =
  "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' }

/** A file of the page by its path in the address; null when there is none of that name. */
export async function pageFile(name: string, given: Given): Promise<PageFile | null> {
  const file =
    name === '/' ? 'index.html' : name === '/sheet' ? 'sheet.html' : /^\/([a-z-]+\.(?:js|css))$/.exec(name)?.[1]
  if (file === undefined) return null
  const body = await readFile(path.join(FOLDER, file)).catch(() => null)
  if (body === null) return null
  return {
    body: file === 'index.html' ? body.toString().replace('{{given}}', escapeHtml(JSON.stringify(given))) : body,
    type: `${TYPES[path.extname(file)]}; charset=utf-8`,
    policy: file === 'sheet.html' ? SHEET : file === 'index.html' ? PAGE : "default-src 'none'",
  }
}
