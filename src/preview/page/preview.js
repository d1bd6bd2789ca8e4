// @ts-check
// The page of `broadsheet preview`: listens to the server, and draws each state it is told. Served as it stands.
import { findingCards, make } from './findings.js'
import { EmailPane, SourcePane, TextPane } from './panes.js'

/** @typedef {import('../state.ts').PreviewState} PreviewState */

/** @type {Record<string, { label: string, make: () => EmailPane | SourcePane | TextPane }>} */
const PANES = {
  desktop: { label: 'Desktop', make: () => new EmailPane('Desktop', 680, 'light') },
  phone: { label: 'Phone', make: () => new EmailPane('Phone', 375, 'light') },
  dark: { label: 'Dark', make: () => new EmailPane('Dark', 680, 'dark') },
  text: { label: 'Text', make: () => new TextPane() },
  source: { label: 'Source', make: () => new SourcePane() },
}
const CLIP_BYTES = 102_400
const HEAVY_BYTES = 80_000

const address = new URLSearchParams(location.search)
const chosen = new Set((address.get('panes') ?? 'desktop,phone').split(',').filter((name) => name in PANES))
/** @type {Map<string, EmailPane | SourcePane | TextPane>} */
const panes = new Map()
/** @type {PreviewState | null} */
let state = null
/** @type {EventSource | null} */
let events = null

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const select = /** @type {HTMLSelectElement} */ (find('edition'))
const keys = /** @type {HTMLDialogElement} */ (find('keys'))

/** @param {string | null} edition the server's choice when null */
function connect(edition) {
  events?.close()
  const source = new EventSource(edition === null ? '/events' : `/events?edition=${encodeURIComponent(edition)}`)
  events = source
  let newest = 0
  source.onopen = () => {
    // A preview started anew counts from the beginning.
    newest = 0
    showConnection(true)
  }
  source.onerror = () => showConnection(false)
  source.onmessage = (event) => {
    const received = performance.now()
    const told = /** @type {PreviewState} */ (JSON.parse(event.data))
    if (told.version < newest) return
    newest = told.version
    state = told
    draw(received)
  }
}

/** @param {number} received */
async function draw(received) {
  if (state === null) return
  const shown = state
  writeAddress()
  // The email first: it is what the editor waits for.
  await Promise.all([...chosen].map((name) => panes.get(name)?.paint(shown)))
  drawFrame(shown)
  find('findings').replaceChildren(...findingCards(shown))
  requestAnimationFrame(() => {
    if (shown !== state) return
    const milliseconds = Math.max(1, Math.round(shown.milliseconds + performance.now() - received))
    const painted = find('painted')
    painted.textContent = `${milliseconds} ms`
    painted.parentElement?.removeAttribute('hidden')
    document.documentElement.dataset['version'] = String(shown.version)
  })
}

/** @param {PreviewState} shown */
function drawFrame(shown) {
  const { publication, edition, bytes, note } = shown
  const errors = shown.findings.filter((one) => one.severity === 'error').length
  setText('publication', publication)
  document.title = `${errors > 0 ? `(${errors}) ` : ''}${edition} · ${publication}`
  drawEditions(shown)
  find('draft').hidden = shown.status !== 'draft'
  setText('from', shown.from ?? '')
  setText('subject', shown.subject ?? '')
  setText('preheader', shown.preheader ?? '')
  setText('note', note ?? '')
  find('note').hidden = note === null
  document.body.classList.toggle('stale', shown.stale)
  find('weight').hidden = bytes === null
  if (bytes !== null) {
    const level = bytes.html > CLIP_BYTES ? 'error' : bytes.html > HEAVY_BYTES ? 'warning' : 'fine'
    find('weight').dataset['level'] = level
    find('weight-fill').style.width = `${Math.min(100, (bytes.html / CLIP_BYTES) * 100)}%`
    setText('weight-text', `${(bytes.html / 1000).toFixed(1)} of 102.4 KB`)
  }
}

/** @param {PreviewState} shown */
function drawEditions({ edition, editions }) {
  const all = editions.includes(edition) ? editions : [edition, ...editions]
  const key = all.join(' ')
  if (select.dataset['editions'] !== key) {
    select.replaceChildren(...all.map((date) => new Option(longDate(date), date)))
    select.dataset['editions'] = key
  }
  select.value = edition
}

/** @param {string} date */
function longDate(date) {
  const parsed = new Date(`${date}T12:00:00Z`)
  if (Number.isNaN(parsed.getTime())) return date
  return parsed.toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

/** @param {boolean} connected */
function showConnection(connected) {
  const dot = find('connection')
  dot.classList.toggle('lost', !connected)
  dot.textContent = connected ? '' : 'Not connected'
  dot.title = connected ? 'Connected: the page repaints on save' : 'The preview command has stopped or restarts'
}

/** Which panes and which edition, so that a view can be kept, reloaded and handed on. */
function writeAddress() {
  const edition = state?.edition ?? address.get('edition')
  const shown = Object.keys(PANES).filter((name) => chosen.has(name))
  const query = `?${edition === null ? '' : `edition=${edition}&`}panes=${shown.join(',')}`
  if (query !== location.search) history.replaceState(null, '', query)
}

/** Creates panes when they are first wanted; later they only hide, and keep their scroll. */
function layOutPanes() {
  const place = find('panes')
  for (const [name, { make: create }] of Object.entries(PANES)) {
    const pane = panes.get(name) ?? (chosen.has(name) ? create() : null)
    if (pane === null) continue
    if (!panes.has(name)) {
      panes.set(name, pane)
      pane.element.dataset['pane'] = name
      const order = Object.keys(PANES)
      const next = order.slice(order.indexOf(name) + 1).find((one) => panes.has(one))
      place.insertBefore(pane.element, next === undefined ? null : (panes.get(next)?.element ?? null))
    }
    pane.element.hidden = !chosen.has(name)
  }
  for (const button of find('toggles').children)
    button.setAttribute('aria-pressed', String(chosen.has(/** @type {HTMLElement} */ (button).dataset['pane'] ?? '')))
  place.classList.toggle('none', chosen.size === 0)
  fitPanes()
}

/** The wide emails shrink until all panes fit, as far as they stay legible; then the row scrolls. */
function fitPanes() {
  const place = find('panes')
  const shown = [...panes.values()].filter((pane) => !pane.element.hidden)
  const style = getComputedStyle(place)
  const gaps = Number.parseFloat(style.columnGap) * Math.max(0, shown.length - 1)
  const room = place.clientWidth - Number.parseFloat(style.paddingLeft) * 2 - gaps - shown.length * 2
  const wide = shown.filter((pane) => pane.shrinks)
  const rest = shown.filter((pane) => !wide.includes(pane)).reduce((sum, pane) => sum + pane.width, 0)
  const scale = Math.min(1, Math.max(0.5, (room - rest) / wide.reduce((sum, pane) => sum + pane.width, 0)))
  for (const pane of shown) pane.fit(wide.includes(pane) ? scale : 1)
}

/** @param {string} name */
function toggle(name) {
  if (!chosen.delete(name)) chosen.add(name)
  layOutPanes()
  writeAddress()
  if (state !== null && chosen.has(name)) panes.get(name)?.paint(state)
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === select) return
  const name = Object.keys(PANES)[Number(event.key) - 1]
  if (name !== undefined && !keys.open) toggle(name)
  else if (event.key === '?') keys.open ? keys.close() : keys.showModal()
  else return
  event.preventDefault()
}

/** @param {string} id @param {string} text */
function setText(id, text) {
  const element = find(id)
  if (element.textContent !== text) element.textContent = text
}

for (const [index, [name, { label }]] of Object.entries(PANES).entries()) {
  const button = make('button', '', label)
  button.dataset['pane'] = name
  button.title = `${label} (${index + 1})`
  button.addEventListener('click', () => toggle(name))
  find('toggles').append(button)
  find('keys-list').append(make('dt', '', String(index + 1)), make('dd', '', label))
}
find('keys-list').append(make('dt', '', '?'), make('dd', '', 'This list'))
find('keys-button').addEventListener('click', () => keys.showModal())
select.addEventListener('change', () => connect(select.value))
addEventListener('keydown', onKey)
// A key pressed while an email has the focus counts as well; its document is another.
addEventListener('pane-key', (event) => onKey(/** @type {CustomEvent<KeyboardEvent>} */ (event).detail))
new ResizeObserver(fitPanes).observe(find('panes'))
layOutPanes()
connect(address.get('edition'))
