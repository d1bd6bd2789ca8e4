// @ts-check
// Fills the table of actions: everything a button, a key or the palette can do.
import { define } from './actions.js'
import { openCalendar, turnMonth } from './calendar-dialog.js'
import { closeDialog } from './dialog.js'
import { takeBack } from './edits.js'
import { keepMine, moveEntry, takeTheirs } from './entry-form.js'
import { drawFindings, findingsInOrder } from './findings.js'
import { find } from './make.js'
import { changeView, entriesInOrder, page } from './page.js'
import { openKeys, openPalette } from './palette.js'
import { paneLabel, togglePane } from './panes.js'
import { openPhone } from './phone-dialog.js'
import { openProof, sendProofs } from './proof-dialog.js'
import { openReader } from './reader-dialog.js'
import { tell } from './told.js'
import { PANE_KINDS, SOURCES } from './view.js'

/** @param {number} entry */
export function showEntry(entry) {
  changeView({ entry, tab: 'entry' })
}

export function defineActions() {
  define([
    ...PANE_KINDS.map((kind, index) => ({
      id: `pane.${kind}`,
      label: `Pane: ${paneLabel(kind)}`,
      key: String(index + 1),
      run: () => togglePane(kind),
    })),
    { id: 'edition.previous', label: 'Earlier edition', key: '[', run: () => stepEdition(1) },
    { id: 'edition.next', label: 'Later edition', key: ']', run: () => stepEdition(-1) },
    { id: 'calendar.open', label: 'Calendar of editions', key: 'c', run: openCalendar },
    { id: 'reader.open', label: 'As a subscriber…', key: 'r', run: openReader },
    { id: 'entry.next', label: 'Next entry', key: 'j', run: () => stepEntry(1) },
    { id: 'entry.previous', label: 'Previous entry', key: 'k', run: () => stepEntry(-1) },
    { id: 'entry.edit', label: 'Edit the entry', key: 'e', run: editEntry },
    { id: 'entry.up', label: 'Move the entry earlier', key: 'Alt+ArrowUp', run: () => move(-1) },
    { id: 'entry.down', label: 'Move the entry later', key: 'Alt+ArrowDown', run: () => move(1) },
    { id: 'entry.picture', label: 'Choose a picture for the entry', key: 'i', run: choosePicture },
    { id: 'edit.undo', label: 'Undo the last edit', key: 'u', run: () => takeBack('undo') },
    { id: 'edit.redo', label: 'Redo', key: 'U', run: () => takeBack('redo') },
    { id: 'tab.findings', label: 'Findings', key: 'f', run: () => changeView({ tab: 'findings' }) },
    { id: 'tab.entry', label: 'Entry and its YAML', key: 'y', run: () => changeView({ tab: 'entry' }) },
    { id: 'tab.weight', label: 'Weight and topic sets', key: 'w', run: () => changeView({ tab: 'weight' }) },
    { id: 'finding.next', label: 'Next finding', key: 'n', run: () => stepFinding(1) },
    { id: 'finding.previous', label: 'Previous finding', key: 'p', run: () => stepFinding(-1) },
    { id: 'line.open', label: 'Open the line in the editor', key: 'o', run: openLine },
    { id: 'proof.open', label: 'Send a proof…', key: 's', run: openProof },
    { id: 'source.next', label: 'Next source: HTML, MJML, headers, parts, raw', key: 'v', run: nextSource },
    { id: 'changes.other', label: 'Changes since HEAD or the last edition', key: 'b', run: otherChanges },
    { id: 'link.copy', label: 'Copy a link to this view', key: 'l', run: copyLink },
    {
      id: 'review.download',
      label: 'Download the review (one HTML file)',
      key: 'd',
      run: () => download('/review.html'),
    },
    { id: 'message.download', label: 'Download the message (.eml)', key: 'm', run: () => download('/message.eml') },
    { id: 'phone.open', label: 'On your phone', key: 'q', run: openPhone },
    { id: 'palette.open', label: 'Command palette', key: 'Mod+k', run: () => openPalette(showEntry) },
    { id: 'keys.open', label: 'Keys', key: '?', run: openKeys },
    // What only a button with a value can do.
    ...hidden({
      'edition.show': ({ value }) => {
        closeDialog()
        changeView({ edition: value, entry: null })
      },
      'entry.show': ({ value }) => showEntry(Number(value)),
      'finding.show': ({ value }) => showFinding(Number(value)),
      'change.show': ({ value }) => showEntry(Number(value)),
      'source.show': ({ value }) => changeView({ source: value }),
      'changes.against': ({ value }) => changeView({ against: value === 'previous' ? 'previous' : 'head' }),
      'calendar.previous': () => turnMonth(-1),
      'calendar.next': () => turnMonth(1),
      'reader.everyone': () => chooseReader({}),
      'reader.choose': ({ value }) => chooseReader({ as: value }),
      'weight.read': ({ dataset }) => chooseReader({ topics: dataset['topics'] ?? '', lang: dataset['lang'] ?? '' }),
      'conflict.keep': keepMine,
      'conflict.drop': takeTheirs,
      'proof.send': sendProofs,
      'dialog.close': closeDialog,
    }),
  ])
}

/** @param {Record<string, (button: HTMLButtonElement) => void>} table @returns {import('./actions.js').Action[]} */
function hidden(table) {
  return Object.entries(table).map(([id, act]) => ({
    id,
    label: id,
    hidden: true,
    run: (button) => {
      if (button !== null) act(button)
    },
  }))
}

/** @param {number} step in the list, which has the newest first */
function stepEdition(step) {
  const { state } = page
  const next = state?.editions[state.editions.indexOf(state.edition) + step]
  if (next === undefined) tell(step > 0 ? 'This is the earliest edition.' : 'This is the latest edition.')
  else changeView({ edition: next, entry: null })
}

/** @param {number} step */
function stepEntry(step) {
  const all = entriesInOrder()
  if (all.length === 0) return
  const at = all.findIndex((one) => one.number === page.view.entry)
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]
  if (next !== undefined) changeView({ entry: next.number })
}

/** Opens the form of the chosen entry, or of the first, with the cursor in its headline. */
function editEntry() {
  showEntry(page.view.entry ?? entriesInOrder()[0]?.number ?? 1)
  const headline = document.getElementById('field-headline')
  if (headline instanceof HTMLTextAreaElement) {
    headline.focus()
    headline.select()
  }
}

/** @param {-1 | 1} step */
async function move(step) {
  const to = await moveEntry(step)
  if (to !== undefined) changeView({ entry: to })
}

function choosePicture() {
  showEntry(page.view.entry ?? entriesInOrder()[0]?.number ?? 1)
  document.getElementById('field-picture')?.click()
}

/** @param {number} index in `state.findings` */
function showFinding(index) {
  page.finding = index
  drawFindings()
  const entry = page.state?.findings[index]?.entry ?? null
  changeView({ tab: 'findings', ...(entry === null ? {} : { entry }) })
  document.querySelector('.finding.chosen')?.scrollIntoView({ block: 'nearest' })
}

/** @param {number} step */
function stepFinding(step) {
  const all = findingsInOrder()
  if (all.length === 0) {
    tell('There is nothing to report.')
    return
  }
  const at = all.findIndex((one) => one.index === page.finding)
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]
  if (next !== undefined) showFinding(next.index)
}

/** Of the finding that is chosen, else of the entry. */
function openLine() {
  const place =
    (page.view.tab === 'findings' ? document.querySelector('.finding.chosen') : null) ??
    find(page.view.tab === 'entry' ? 'panel-entry' : 'panel-findings')
  const link = place.querySelector('[data-link="line"]')
  if (link instanceof HTMLAnchorElement) link.click()
  else tell('There is no line to open.')
}

function nextSource() {
  if (!page.view.panes.some(({ kind }) => kind === 'source')) togglePane('source')
  else changeView({ source: SOURCES[(SOURCES.indexOf(page.view.source) + 1) % SOURCES.length] ?? 'html' })
}

function otherChanges() {
  if (!page.view.panes.some(({ kind }) => kind === 'changes')) togglePane('changes')
  else changeView({ against: page.view.against === 'head' ? 'previous' : 'head' })
}

/** @param {import('./view.js').View['reader']} reader */
function chooseReader(reader) {
  closeDialog()
  changeView({ reader })
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href)
    tell('The link to this view is copied.')
  } catch {
    tell(`The browser does not let us copy; the link is in the address bar.`, { wrong: true })
  }
}

/** @param {string} path */
function download(path) {
  const link = document.createElement('a')
  link.href = `${path}?${new URLSearchParams({ edition: page.state?.edition ?? '' })}`
  link.download = ''
  link.click()
  tell('Downloading…')
}
