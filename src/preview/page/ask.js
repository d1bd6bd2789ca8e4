// @ts-check
// What the page asks of the server it came from, and of nobody else.

/** @type {import('../page-files.ts').Given} */
export const given = JSON.parse(document.querySelector('meta[name="studio"]')?.getAttribute('content') ?? '{}')

/** False on another device, which may only look. */
export const mayWrite = given.token !== null

/**
 * @template Answer
 * @param {string} path
 * @param {Record<string, string>} [query]
 * @returns {Promise<Answer>}
 */
export async function getJson(path, query = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`)
  if (!response.ok) throw new Error((await response.text()).trim())
  return response.json()
}

/**
 * @template Answer
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>} rejects with what the server said when it refused to listen
 */
export async function postJson(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Studio-Token': given.token ?? '' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error((await response.text()).trim())
  return response.json()
}

/**
 * The address that opens a line in the editor; null on another device.
 * @param {string} file relative to the publication's folder
 * @param {number | null} line
 * @param {number | null} [column]
 */
export function editorLink(file, line, column) {
  if (given.editor === null) return null
  const full = `${given.editor.root.replace(/\\/g, '/').replace(/^(?!\/)/, '/')}/${file}`
  return given.editor.pattern
    .replaceAll('{file}', encodeURI(full))
    .replaceAll('{line}', String(line ?? 1))
    .replaceAll('{column}', String(column ?? 1))
}
