// @ts-check
// The page of `broadsheet preview`: listens to the server, and draws each state it is told. Served as it stands.
import { keyLabel } from './actions.js'
import { getJson, mayWrite } from './ask.js'
import { drawCalendar } from './calendar-dialog.js'
import { defineActions, showEntry } from './commands.js'
import { placePicture } from './edits.js'
import { drawEntry, growFields } from './entry-form.js'
import { drawFindings } from './findings.js'
import { find, setText } from './make.js'
import { drawEditions, drawOutline, editionStates } from './outline.js'
import { lookedAt, onView, page, writeAddress } from './page.js'
import { layOutPanes, makePanes, paneOf, shownPanes } from './panes.js'
import { drawReader } from './reader-dialog.js'
import { changedEntries } from './sheet-marks.js'
import { tell } from './told.js'
import { TABS } from './view.js'
import { drawWeight } from './weight.js'

/** @typedef {import('../state.ts').StudioState} StudioState */

/** @type {EventSource | null} */
let events = null
/** What the pane last showed, to tell which entries a save changed. @type {{ of: string, html: string | null }} */
let before = { of: '', html: null }

function connect() {
  events?.close()
  const source = new EventSource(`/events?${new URLSearchParams(lookedAt())}`)
  events = source
  let newest = 0
  source.onopen = () => {
    // A studio started anew counts from the beginning.
    newest = 0
    showConnection(true)
  }
  source.onerror = () => showConnection(false)
  source.onmessage = (event) => {
    const received = performance.now()
    const told = /** @type {StudioState} */ (JSON.parse(event.data))
    if (source !== events || told.version < newest) return
    newest = told.version
    page.state = told
    draw(told, received)
  }
}

/** @param {StudioState} state @param {number} received */
async function draw(state, received) {
  const { edition, email } = state
  // The email first: it is what the editor waits for.
  await Promise.all(shownPanes().map((pane) => pane.paint(state)))
  if (state !== page.state) return
  const of = `${edition} ${JSON.stringify(page.view.reader)}`
  const fresh = before.of !== of
  const changed = fresh ? [] : changedEntries(before.html, email?.html ?? null)
  before = { of, html: email?.html ?? before.html }
  if (changed.length > 0) for (const pane of shownPanes()) pane.flash(changed)
  if (fresh) choose(page.view.entry !== null)
  requestAnimationFrame(() => {
    const milliseconds = Math.max(1, Math.round(state.milliseconds + performance.now() - received))
    // What stands around the email, and what is asked of the server, does not keep it from the screen.
    setTimeout(() => {
      if (state !== page.state) return
      drawAround(state)
      setText('painted', `${fresh ? 'read' : 'saved'} ${clock()} · painted in ${milliseconds} ms`)
      document.documentElement.dataset['version'] = String(state.version)
      loadEditions()
    })
  })
}

/** @param {StudioState} state */
function drawAround(state) {
  const { publication, edition, note, email } = state
  const errors = state.findings.filter((one) => one.severity === 'error').length
  writeAddress()
  setText('publication', publication)
  document.title = `${errors > 0 ? `(${errors}) ` : ''}${edition} · ${publication}`
  setText('note', note ?? '')
  find('note').hidden = note === null
  const clip = email?.clip ?? null
  find('clip').hidden = clip === null
  find('clip').classList.toggle('error', clip?.wayOutBelow === true)
  setText(
    'clip',
    clip === null
      ? ''
      : clip.wayOutBelow
        ? 'Error: Gmail cuts this copy at 102,400 bytes, and the way out lies below the cut. Leave out an entry.'
        : 'Gmail cuts this copy at 102,400 bytes; the line shows where.',
  )
  document.body.classList.toggle('stale', state.stale)
  if (!state.entries.some((one) => one.number === page.view.entry)) page.view.entry = null
  drawEditions()
  drawOutline()
  drawReader()
  drawFindings()
  drawEntry()
  drawWeight()
}

async function loadEditions() {
  /** @type {{ editions: import('../studio.ts').ShownEditionState[], note: string | null }} */
  const { editions, note } = await getJson('/editions').catch(() => ({ editions: [], note: null }))
  if (note !== null) tell(note, { wrong: true })
  editionStates.clear()
  for (const one of editions) editionStates.set(one.date, one)
  drawEditions()
  if (document.querySelector('#calendar[open]') !== null) drawCalendar()
}

/** @param {boolean} scroll */
function choose(scroll) {
  for (const pane of shownPanes()) pane.choose(page.view.entry, scroll)
}

function drawTabs() {
  for (const name of TABS) {
    const chosen = page.view.tab === name
    find(`tab-${name}`).setAttribute('aria-selected', String(chosen))
    find(`tab-${name}`).tabIndex = chosen ? 0 : -1
    find(`panel-${name}`).hidden = !chosen
  }
}

/** @param {boolean} connected */
function showConnection(connected) {
  const line = find('connection')
  line.classList.toggle('lost', !connected)
  line.textContent = connected ? '' : `Not connected since ${clock()}: the command has stopped`
  line.title = connected ? 'Connected: the page repaints on save' : ''
}

const clock = () => new Date().toLocaleTimeString('en-GB')

onView((changed) => {
  if (changed.has('edition') || changed.has('reader')) connect()
  if (changed.has('panes')) layOutPanes()
  if (changed.has('source')) /** @type {any} */ (paneOf('source'))?.show(page.view.source)
  if (changed.has('against')) /** @type {any} */ (paneOf('changes'))?.show(page.view.against)
  if (changed.has('tab')) drawTabs()
  if (changed.has('entry')) choose(true)
  if (changed.has('entry') || changed.has('tab')) {
    drawOutline()
    drawEntry()
    growFields()
    drawWeight()
  }
})

// Between the tabs with the arrows, as in any list of tabs.
find('tab-findings').parentElement?.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (step === undefined) return
  const next = TABS[(TABS.indexOf(page.view.tab) + step + TABS.length) % TABS.length] ?? ''
  find(`tab-${next}`).click()
  find(`tab-${next}`).focus()
})

// A picture dropped on an entry is for that one, anywhere else for the chosen one; the browser would leave the page for it.
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  const [file] = event.dataTransfer?.files ?? []
  if (file !== undefined) dropped(null, file)
})

/** @param {number | null} on @param {File} file */
function dropped(on, file) {
  const entry = on ?? page.view.entry
  if (entry === null) tell('Drop it on an entry, or choose one first.', { wrong: true })
  else {
    showEntry(entry)
    placePicture(entry, file)
  }
}

setText('palette-key', keyLabel('Mod+k'))
document.body.classList.toggle('only-looks', !mayWrite)
find('proof-button').hidden = !mayWrite
defineActions()
for (const name of TABS) find(`panel-${name}`).tabIndex = 0
makePanes({ chose: showEntry, dropped })
drawTabs()
connect()
