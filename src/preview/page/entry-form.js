// @ts-check
// The chosen entry: a form whose fields are written back to the YAML, and the YAML itself.
import { mayWrite } from './ask.js'
import { placePicture, sendEdit, tellAnswer } from './edits.js'
import { lineLink } from './findings.js'
import { actionButton, find, make } from './make.js'
import { page, shownEntry } from './page.js'
import { tell } from './told.js'

/** @typedef {import('../shown-entries.ts').ShownEntry} ShownEntry */

/** @type {{ name: string, label: string, of: (entry: ShownEntry) => string, rows?: number, needed?: true, image?: true }[]} */
const FIELDS = [
  { name: 'kicker', label: 'Kicker', of: (entry) => entry.kicker },
  { name: 'headline', label: 'Headline', of: (entry) => entry.headline, rows: 2, needed: true },
  { name: 'summary', label: 'Summary', of: (entry) => entry.summary, rows: 2, needed: true },
  { name: 'caption', label: 'Caption', of: (entry) => entry.image?.caption ?? '', rows: 2, image: true },
  { name: 'credit', label: 'Credit', of: (entry) => entry.image?.credit ?? '', image: true },
  { name: 'alt', label: 'Alt', of: (entry) => entry.image?.alt ?? '', rows: 2, image: true },
]

/** What is typed and not written yet, and the fingerprint of the files it was typed over. @type {Map<string, string>} */
const typedOver = new Map()
/** What was sent last of a field: leaving the field after Enter must not send the same again. @type {Map<string, string>} */
const sentLast = new Map()
/** @type {{ field: string, value: string } | null} */
let conflict = null
/** Which entry the form stands for; an edition's name is part of it. */
let formOf = ''

export function drawEntry() {
  const entry = shownEntry()
  const panel = find('panel-entry')
  if (entry === null) {
    formOf = ''
    panel.replaceChildren(make('p', 'nothing', 'Press an entry in the email, or choose one at the left.'))
    return
  }
  const wanted = `${page.state?.edition} ${entry.number} ${entry.image === null ? '' : 'with picture'}`
  if (formOf !== wanted || panel.querySelector('form') === null) {
    formOf = wanted
    typedOver.clear()
    sentLast.clear()
    conflict = null
    panel.replaceChildren(formFor(entry))
  }
  fill(entry)
}

/** @param {ShownEntry} entry */
function formFor(entry) {
  const form = make('form', 'entry-form')
  form.addEventListener('submit', (event) => event.preventDefault())
  const topic = make('select')
  topic.dataset['change'] = 'entry.topic'
  for (const { id, name } of page.state?.topics ?? []) topic.append(new Option(name, id))
  topic.addEventListener('change', () => commit('topic', topic))
  const order = make('span', 'joined small')
  order.setAttribute('role', 'group')
  order.setAttribute('aria-label', 'Order')
  order.append(
    actionButton('entry.up', '↑', { title: 'Earlier  Alt ↑' }),
    actionButton('entry.down', '↓', { title: 'Later  Alt ↓' }),
  )
  for (const [index, label] of ['Move earlier', 'Move later'].entries())
    order.children[index]?.setAttribute('aria-label', label)
  form.append(make('div', 'pair', labelled('Topic', 'topic', topic), order))
  for (const field of FIELDS) {
    if (field.image && entry.image === null) continue
    const input = field.rows === undefined ? make('input') : make('textarea')
    if (input instanceof HTMLTextAreaElement) input.rows = field.rows ?? 2
    input.dataset['change'] = `entry.${field.name}`
    input.addEventListener('input', () => {
      sentLast.delete(field.name)
      if (!typedOver.has(field.name)) typedOver.set(field.name, page.state?.fingerprint ?? '')
      grow(input)
    })
    input.addEventListener('change', () => commit(field.name, input))
    input.addEventListener('keydown', (event) => onFieldKey(/** @type {KeyboardEvent} */ (event), field.name, input))
    form.append(labelled(field.label, field.name, input))
  }
  form.append(
    pictureField(entry),
    make('div', 'conflict'),
    make('h3', '', 'YAML'),
    make('pre', 'yaml'),
    make('p', 'where'),
  )
  const yaml = /** @type {HTMLElement} */ (form.querySelector('.yaml'))
  yaml.tabIndex = 0
  for (const control of form.elements) control.toggleAttribute('disabled', !mayWrite)
  return form
}

/** @param {string} label @param {string} name @param {HTMLElement} control */
function labelled(label, name, control) {
  control.id = `field-${name}`
  const words = make('label', '', label)
  words.htmlFor = control.id
  return make('div', 'field', words, control)
}

/** @param {ShownEntry} entry */
function pictureField(entry) {
  const input = make('input')
  input.type = 'file'
  input.accept = 'image/*'
  input.dataset['change'] = 'entry.picture'
  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    const number = page.view.entry
    if (file !== undefined && number !== null) placePicture(number, file)
    input.value = ''
  })
  const field = labelled(entry.image === null ? 'Picture (none yet)' : 'Picture', 'picture', input)
  field.classList.add('picture')
  field.append(make('small', '', 'Or drop one here, or on the entry in the email.'))
  return field
}

/** What is on disk, in every field nobody is typing in. @param {ShownEntry} entry */
function fill(entry) {
  /** @param {string} name @param {string} value */
  const set = (name, value) => {
    const control = /** @type {HTMLInputElement | null} */ (document.getElementById(`field-${name}`))
    if (control === null || typedOver.has(name) || control.value === value) return
    control.value = value
    grow(control)
  }
  set('topic', entry.topic)
  for (const { name, of } of FIELDS) set(name, of(entry))
  const form = /** @type {HTMLElement} */ (find('panel-entry').querySelector('form'))
  const yaml = /** @type {HTMLElement} */ (form.querySelector('.yaml'))
  if (yaml.textContent !== entry.yaml) yaml.textContent = entry.yaml
  const link = lineLink(entry.file, entry.line)
  form.querySelector('.where')?.replaceChildren(`${entry.file}:${entry.line}`, ...(link === null ? [] : [' · ', link]))
  drawConflict(/** @type {HTMLElement} */ (form.querySelector('.conflict')))
}

/** As tall as its words. @param {HTMLElement} control */
function grow(control) {
  if (!(control instanceof HTMLTextAreaElement) || control.offsetParent === null) return
  control.style.height = 'auto'
  control.style.height = `${control.scrollHeight + 2}px`
}

/** Once more, when the form comes into sight. */
export function growFields() {
  for (const control of find('panel-entry').querySelectorAll('textarea')) grow(control)
}

/** Enter writes a line, Ctrl-Enter a text; Escape gives up. @param {KeyboardEvent} event @param {string} name @param {HTMLInputElement | HTMLTextAreaElement} input */
function onFieldKey(event, name, input) {
  const paragraphs = name === 'summary'
  if (event.key === 'Enter' && (!paragraphs || event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    sentLast.delete(name)
    commit(name, input)
  } else if (event.key === 'Escape') {
    event.preventDefault()
    typedOver.delete(name)
    conflict = null
    const entry = shownEntry()
    if (entry !== null) fill(entry)
    input.blur()
  }
}

/** @param {string} name @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} control */
async function commit(name, control) {
  const entry = shownEntry()
  if (entry === null) return
  const field = FIELDS.find((one) => one.name === name)
  const onDisk = field === undefined ? entry.topic : field.of(entry)
  if (control.value === onDisk) {
    typedOver.delete(name)
    return
  }
  if (field?.needed && control.value.trim() === '') {
    tell(`An entry needs its ${name}. Nothing was written; Escape brings the old one back.`, { wrong: true })
    return
  }
  if (sentLast.get(name) === control.value) return
  sentLast.set(name, control.value)
  await write(entry.number, name, control.value)
}

/** @param {number} entry @param {string} field @param {string} value */
async function write(entry, field, value) {
  const seen = () => typedOver.get(field) ?? page.state?.fingerprint ?? ''
  let sent = ''
  const answer = await sendEdit({ kind: 'field', entry, field, value: value.trim() === '' ? null : value }, () => {
    sent = seen()
    return sent
  })
  if (answer === null) return
  if (answer.done) {
    typedOver.delete(field)
    sentLast.delete(field)
    conflict = null
    // What else is being typed was typed over what we have just changed ourselves, and over nothing else.
    for (const [other, over] of typedOver) if (over === sent) typedOver.set(other, answer.seen)
    if (page.state !== null && page.state.fingerprint === sent) page.state.fingerprint = answer.seen
  } else if (answer.refused === 'changed') conflict = { field, value }
  tellAnswer(answer)
  const now = shownEntry()
  if (now !== null && page.view.entry === entry) fill(now)
}

/** @param {HTMLElement} place */
function drawConflict(place) {
  const entry = shownEntry()
  const key = conflict === null || entry === null ? '' : `${conflict.field} ${conflict.value}`
  if (place.dataset['key'] === key) return
  place.dataset['key'] = key
  place.setAttribute('role', 'alert')
  if (conflict === null || entry === null) {
    place.replaceChildren()
    return
  }
  const { field } = conflict
  place.replaceChildren(
    make('p', '', `The file changed on disk while you wrote the ${field}. Nothing was written over it.`),
    actionButton('conflict.keep', 'Write mine'),
    ' ',
    actionButton('conflict.drop', 'Take the file’s'),
  )
}

/** After reading what is there now, the editor's own words all the same. */
export function keepMine() {
  if (conflict === null || page.view.entry === null) return
  const { field, value } = conflict
  typedOver.set(field, page.state?.fingerprint ?? '')
  write(page.view.entry, field, value)
}

export function takeTheirs() {
  if (conflict === null) return
  typedOver.delete(conflict.field)
  conflict = null
  const entry = shownEntry()
  if (entry !== null) fill(entry)
}

/** @param {-1 | 1} step within its topic; the first of a topic goes to the head of the file, where it leads */
export async function moveEntry(step) {
  const { state } = page
  const entry = shownEntry()
  if (state === null || entry === null) return
  const same = state.entries.filter((one) => one.topic === entry.topic)
  const neighbour = same[same.indexOf(entry) + step]
  const first = state.entries[0]
  const to = neighbour?.number ?? (step < 0 ? first?.number : undefined)
  if (to === undefined || to === entry.number) {
    tell(`It is the ${step < 0 ? 'first of the edition' : 'last of its topic'} already.`)
    return
  }
  const answer = await sendEdit({ kind: 'move', entry: entry.number, to }, () => page.state?.fingerprint ?? '')
  if (answer === null) return
  tellAnswer(answer)
  return answer.done ? to : undefined
}
