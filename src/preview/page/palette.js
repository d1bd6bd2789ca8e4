// @ts-check
// The command palette and the list of keys: both read the table of actions, so that neither can forget one.
import { actions, keyLabel, run } from './actions.js'
import { closeDialog, dialogNamed } from './dialog.js'
import { find, longDate, make } from './make.js'
import { changeView, page, topicName } from './page.js'

/** @typedef {{ label: string, more: string, do: () => void }} Choice */

/** @type {Choice[]} */
let shown = []
let at = 0

/** @param {(entry: number) => void} showEntry */
export function openPalette(showEntry) {
  const { dialog, inside } = dialogNamed('palette', 'Commands')
  if (dialog.open) {
    dialog.close()
    return
  }
  closeDialog()
  const input = make('input')
  input.id = 'palette-words'
  input.autocomplete = 'off'
  input.placeholder = 'Command, edition or headline'
  input.dataset['change'] = 'palette.words'
  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-label', 'Command, edition or headline')
  input.setAttribute('aria-expanded', 'true')
  input.setAttribute('aria-controls', 'palette-list')
  input.setAttribute('aria-autocomplete', 'list')
  const list = make('div')
  list.id = 'palette-list'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'Commands')
  const all = choices(showEntry)
  input.addEventListener('input', () => draw(all, input.value))
  input.addEventListener('keydown', onKey)
  inside.replaceChildren(input, list)
  dialog.showModal()
  input.focus()
  draw(all, '')
}

/** @param {(entry: number) => void} showEntry @returns {Choice[]} */
function choices(showEntry) {
  return [
    ...[...actions.values()]
      .filter((one) => !one.hidden)
      .map((one) => ({
        label: one.label,
        more: one.key === undefined ? '' : keyLabel(one.key),
        do: () => run(one.id),
      })),
    ...(page.state?.entries ?? []).map((one) => ({
      label: one.headline,
      more: topicName(one.topic),
      do: () => showEntry(one.number),
    })),
    ...(page.state?.editions ?? []).map((date) => ({
      label: `${date} · ${longDate(date)}`,
      more: 'edition',
      do: () => changeView({ edition: date, entry: null }),
    })),
  ]
}

/** @param {Choice[]} all @param {string} words */
function draw(all, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  shown = all
    .filter(({ label, more }) => wanted.every((word) => `${label} ${more}`.toLowerCase().includes(word)))
    .slice(0, 60)
  at = 0
  const options = shown.map((one, index) => {
    const option = make('div', 'option', make('span', 'name', one.label), make('kbd', '', one.more))
    option.id = `palette-${index}`
    option.setAttribute('role', 'option')
    option.dataset['option'] = String(index)
    option.addEventListener('click', () => choose(index))
    return option
  })
  find('palette-list').replaceChildren(
    ...(options.length > 0 ? options : [make('p', 'nothing', 'Nothing of that name.')]),
  )
  mark()
}

function mark() {
  for (const [index, option] of [...find('palette-list').querySelectorAll('.option')].entries()) {
    option.setAttribute('aria-selected', String(index === at))
    if (index === at) option.scrollIntoView({ block: 'nearest' })
  }
  find('palette-words').setAttribute('aria-activedescendant', shown.length > 0 ? `palette-${at}` : '')
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step !== undefined && shown.length > 0) {
    at = (at + step + shown.length) % shown.length
    mark()
  } else if (event.key === 'Enter') choose(at)
  else return
  event.preventDefault()
}

/** @param {number} index */
function choose(index) {
  const choice = shown[index]
  if (choice === undefined) return
  closeDialog()
  choice.do()
}

export function openKeys() {
  const { dialog, inside } = dialogNamed('keys', 'Keys')
  const list = make('dl')
  for (const action of actions.values()) {
    if (action.key === undefined) continue
    const key = make('dt', '', make('kbd', '', keyLabel(action.key)))
    key.dataset['key'] = action.key
    list.append(make('div', '', key, make('dd', '', action.label)))
  }
  inside.replaceChildren(
    list,
    make(
      'p',
      'more',
      'In the form, Enter writes a field (Ctrl Enter in the summary) and Escape gives it up. On the edge of a pane the arrows change its width. In the email, a press chooses an entry; with Ctrl or ⌘ it follows the link.',
    ),
  )
  if (!dialog.open) dialog.showModal()
}
