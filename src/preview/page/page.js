// @ts-check
// What all parts of the page share: the state as the server last told it, and the view as the editor chose it.
import { addressOf, parseView } from './view.js'

/** @typedef {import('../state.ts').StudioState} StudioState */

/** @type {{ state: StudioState | null, view: import('./view.js').View, finding: number | null }} */
export const page = {
  state: null,
  view: parseView(location.search),
  /** The finding last chosen, by its place in `state.findings`. */
  finding: null,
}

/** @type {Set<(changed: Set<string>) => void>} */
const listeners = new Set()

/** Called with the names of what changed in the view, after each change. @param {(changed: Set<string>) => void} listener */
export function onView(listener) {
  listeners.add(listener)
}

/** Changes the view, and the address with it. @param {Partial<import('./view.js').View>} changes */
export function changeView(changes) {
  Object.assign(page.view, changes)
  writeAddress()
  for (const listener of listeners) listener(new Set(Object.keys(changes)))
}

export function writeAddress() {
  const address = addressOf({ ...page.view, edition: page.view.edition ?? page.state?.edition ?? null })
  if (address !== location.search) history.replaceState(null, '', address)
}

/** The part of the view the server needs. @returns {Record<string, string>} */
export function lookedAt() {
  const { edition, reader } = page.view
  return { ...(edition === null ? {} : { edition }), ...reader }
}

export const shownEntry = () => page.state?.entries.find((one) => one.number === page.view.entry) ?? null

/** Entries in the order they come out: by topic, each in the file's order. */
export function entriesInOrder() {
  const { state } = page
  if (state === null) return []
  return state.topics.flatMap((topic) => state.entries.filter((one) => one.topic === topic.id))
}

/** @param {string} id */
export const topicName = (id) => page.state?.topics.find((one) => one.id === id)?.name ?? id
