// @ts-check
// The row of panes: which stand there, how wide each is, and how they share the room.
import { ChangesPane } from './changes-pane.js'
import { EmailPane, LOOKS } from './email-pane.js'
import { InboxPane } from './inbox-pane.js'
import { actionButton, find, make } from './make.js'
import { changeView, page } from './page.js'
import { SourcePane, TextPane } from './text-panes.js'
import { tell } from './told.js'
import { MOST_PANES, PANE_KINDS } from './view.js'

/** @typedef {import('./pane.js').Pane} Pane */
/** @typedef {import('./email-pane.js').Listener} Listener */

/** Below that an email is a picture of itself, and the row scrolls instead. */
const LEAST_SCALE = 0.4
/** Toggles in two groups: the email, and what else there is to read. */
const LABELS = /** @type {Record<string, string>} */ ({
  text: 'Text',
  source: 'Source',
  inbox: 'Inbox',
  changes: 'Changes',
  ...Object.fromEntries(Object.entries(LOOKS).map(([kind, { label }]) => [kind, label])),
})

/** Made when they are first wanted; later they only hide, and keep their scroll. @type {Map<string, Pane>} */
const panes = new Map()
/** @type {Pick<Listener, 'chose' | 'dropped'>} */
let listeners = { chose() {}, dropped() {} }

/** @param {string} kind */
export const paneLabel = (kind) => LABELS[kind] ?? kind

/** @param {Pick<Listener, 'chose' | 'dropped'>} told */
export function makePanes(told) {
  listeners = told
  for (const [index, kind] of PANE_KINDS.entries())
    find('toggles').append(actionButton(`pane.${kind}`, paneLabel(kind), { title: `${paneLabel(kind)}  ${index + 1}` }))
  find('panes').append(make('p', 'none', 'No pane is chosen. Press 1 for the light one.'))
  new ResizeObserver(fitPanes).observe(find('panes'))
  layOutPanes()
}

/** @param {string} kind */
function create(kind) {
  const look = LOOKS[kind]
  /** @type {Listener} */
  const listener = { ...listeners, resized: setWidth }
  if (look !== undefined) return new EmailPane(kind, look, listener)
  if (kind === 'text') return new TextPane()
  if (kind === 'source') return new SourcePane(page.view.source)
  return kind === 'inbox' ? new InboxPane() : new ChangesPane(page.view.against)
}

/** @param {string} kind @returns {Pane | undefined} */
export const paneOf = (kind) => panes.get(kind)

export const shownPanes = () => page.view.panes.map(({ kind }) => panes.get(kind)).filter((pane) => pane !== undefined)

/** Puts the panes of the view where they belong, and paints those that were not there. */
export function layOutPanes() {
  const place = find('panes')
  const chosen = page.view.panes
  for (const { kind, width } of chosen) {
    const pane = panes.get(kind) ?? create(kind)
    panes.set(kind, pane)
    pane.setWidth(width)
  }
  for (const [kind, pane] of panes) pane.element.hidden = !chosen.some((one) => one.kind === kind)
  // A frame that is moved loads again and loses its scroll: only what stands wrongly is moved.
  const wanted = PANE_KINDS.flatMap((kind) => panes.get(kind)?.element ?? [])
  for (const [index, element] of wanted.entries())
    if (!element.isConnected)
      place.insertBefore(element, wanted.slice(index + 1).find((one) => one.isConnected) ?? null)
  for (const button of find('toggles').children)
    button.setAttribute(
      'aria-pressed',
      String(chosen.some(({ kind }) => /** @type {HTMLElement} */ (button).dataset['action'] === `pane.${kind}`)),
    )
  place.classList.toggle('empty', chosen.length === 0)
  fitPanes()
}

/** @param {string} kind */
export function togglePane(kind) {
  const chosen = page.view.panes
  if (chosen.some((one) => one.kind === kind)) changeView({ panes: chosen.filter((one) => one.kind !== kind) })
  else {
    const [first] = chosen
    if (chosen.length === MOST_PANES && first !== undefined)
      tell(`Four panes at most: ${paneLabel(first.kind)} made room.`)
    const kept = chosen.length === MOST_PANES ? chosen.slice(1) : chosen
    changeView({ panes: [...kept, { kind, width: null }] })
    const { state } = page
    const pane = panes.get(kind)
    if (state !== null && pane !== undefined) pane.paint(state).then(() => pane.choose(page.view.entry, true))
  }
}

/** @param {string} kind @param {number | null} width */
function setWidth(kind, width) {
  const own = LOOKS[kind]?.width === width ? null : width
  changeView({ panes: page.view.panes.map((one) => (one.kind === kind ? { kind, width: own } : one)) })
}

/** The wide panes shrink until all fit, as far as they stay legible; then the row scrolls. */
function fitPanes() {
  const place = find('panes')
  const shown = shownPanes()
  const style = getComputedStyle(place)
  const gaps = Number.parseFloat(style.columnGap) * Math.max(0, shown.length - 1)
  const room = place.clientWidth - Number.parseFloat(style.paddingLeft) * 2 - gaps - shown.length * 2
  const wide = shown.filter((pane) => pane.shrinks)
  const rest = shown.filter((pane) => !wide.includes(pane)).reduce((sum, pane) => sum + pane.width, 0)
  const all = wide.reduce((sum, pane) => sum + pane.width, 0)
  const scale = Math.min(1, Math.max(LEAST_SCALE, (room - rest) / all))
  // On a phone the one pane is the screen.
  const whole = shown.reduce((sum, pane) => sum + pane.width, 0)
  for (const pane of shown)
    pane.fit(shown.length === 1 && whole > room ? Math.max(LEAST_SCALE, room / whole) : wide.includes(pane) ? scale : 1)
}
