// @ts-check
// The whole view, and the address that holds it: reload it, keep it, hand it on.

/** @typedef {{ kind: string, width: number | null }} PaneChoice */
/**
 * @typedef {object} View
 * @property {string | null} edition the server's choice when null
 * @property {PaneChoice[]} panes in the order they stand
 * @property {{ as?: string, topics?: string, zone?: string, lang?: string }} reader
 * @property {string} tab
 * @property {number | null} entry
 * @property {string} source
 * @property {'head' | 'previous'} against
 */

export const PANE_KINDS = ['light', 'dark', 'inverted', 'images-off', 'phone', 'text', 'source', 'inbox', 'changes']
export const TABS = ['findings', 'entry', 'weight']
export const SOURCES = ['html', 'mjml', 'headers', 'parts', 'message']
export const MOST_PANES = 4

const READER_KEYS = /** @type {const} */ (['as', 'topics', 'zone', 'lang'])

/**
 * What stands in an address; what makes no sense there is as if it were not.
 * @param {string} search
 * @returns {View}
 */
export function parseView(search) {
  const query = new URLSearchParams(search)
  const panes = (query.get('panes') ?? 'light,phone')
    .split(',')
    .map((one) => one.split(':'))
    .map(([kind = '', width]) => ({ kind, width: width === undefined ? null : clampWidth(Number(width)) }))
    .filter(
      (one, index, all) => PANE_KINDS.includes(one.kind) && all.findIndex(({ kind }) => kind === one.kind) === index,
    )
  const entry = Number(query.get('entry'))
  return {
    edition: query.get('edition'),
    panes: panes.slice(0, MOST_PANES),
    reader: Object.fromEntries(
      READER_KEYS.flatMap((key) => (query.get(key) === null ? [] : [[key, query.get(key) ?? '']])),
    ),
    tab: oneOf(TABS, query.get('tab')),
    entry: Number.isInteger(entry) && entry > 0 ? entry : null,
    source: oneOf(SOURCES, query.get('source')),
    against: query.get('against') === 'previous' ? 'previous' : 'head',
  }
}

/** @param {View} view */
export function addressOf(view) {
  const query = new URLSearchParams()
  if (view.edition !== null) query.set('edition', view.edition)
  query.set('panes', view.panes.map(({ kind, width }) => (width === null ? kind : `${kind}:${width}`)).join(','))
  for (const key of READER_KEYS) if (view.reader[key] !== undefined) query.set(key, view.reader[key] ?? '')
  if (view.tab !== 'findings') query.set('tab', view.tab)
  if (view.entry !== null) query.set('entry', String(view.entry))
  if (view.source !== 'html') query.set('source', view.source)
  if (view.against !== 'head') query.set('against', view.against)
  return `?${query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')}`
}

/** @param {number} width */
export const clampWidth = (width) => (Number.isFinite(width) ? Math.round(Math.min(1200, Math.max(280, width))) : null)

/** @param {string[]} known @param {string | null} wanted */
const oneOf = (known, wanted) => (wanted !== null && known.includes(wanted) ? wanted : (known[0] ?? ''))
