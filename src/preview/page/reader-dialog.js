// @ts-check
// As a subscriber: one of the audience, found by name, or one thought up.
import { getJson } from './ask.js'
import { dialogNamed } from './dialog.js'
import { actionButton, find, make, setText } from './make.js'
import { changeView, page, topicName } from './page.js'

/** @typedef {import('../../audience/find-subscribers.ts').FoundSubscriber} FoundSubscriber */

let asked = 0

export function openReader() {
  const { dialog, inside } = dialogNamed('reader-dialog', 'As a subscriber')
  inside.replaceChildren(everyone(), search(), invented())
  if (!dialog.open) dialog.showModal()
  find('reader-search').focus()
  look('')
}

function everyone() {
  return make(
    'p',
    '',
    actionButton('reader.everyone', 'Everyone', { className: 'wide' }),
    ' ',
    make('small', '', 'all topics, in the publication’s language'),
  )
}

function search() {
  const input = make('input')
  input.type = 'search'
  input.id = 'reader-search'
  input.autocomplete = 'off'
  input.placeholder = 'Name, address or id'
  input.dataset['change'] = 'reader.search'
  let timer = 0
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => look(input.value), 120)
  })
  const label = make('label', '', 'One of the audience')
  label.htmlFor = input.id
  const list = make('div', 'found')
  list.id = 'reader-found'
  list.setAttribute('role', 'group')
  list.setAttribute('aria-label', 'Found')
  return make('div', 'field', label, input, list)
}

/** @param {string} text */
async function look(text) {
  const mine = ++asked
  /** @type {FoundSubscriber[] | string} */
  const found = await getJson('/subscribers', { text }).catch((/** @type {Error} */ caught) => caught.message)
  if (mine !== asked) return
  const list = find('reader-found')
  if (typeof found === 'string' || found.length === 0) {
    list.replaceChildren(make('p', 'nothing', typeof found === 'string' ? found : 'Nobody of that name.'))
    return
  }
  list.replaceChildren(
    ...found.map((one) => {
      const button = actionButton('reader.choose', '', { value: one.handle, className: 'line' })
      button.append(
        make('span', 'name', one.name || one.email),
        make(
          'span',
          'more',
          [
            one.topics.map(topicName).join(' + ') || 'all topics',
            one.timezone === null ? '' : placeOf(one.timezone),
            one.language ?? '',
          ]
            .filter(Boolean)
            .join(' · '),
        ),
      )
      return button
    }),
  )
}

function invented() {
  const { state, view } = page
  const chosen = (view.reader.topics ?? '').split(',')
  const topics = make('fieldset', 'topics', make('legend', '', 'Topics (none means all)'))
  for (const { id, name } of state?.topics ?? []) {
    const box = make('input')
    box.type = 'checkbox'
    box.value = id
    box.checked = chosen.includes(id)
    box.dataset['change'] = 'reader.topics'
    box.addEventListener('change', readInvented)
    topics.append(make('label', '', box, ` ${name}`))
  }
  const zone = make('select')
  zone.id = 'reader-zone'
  zone.dataset['change'] = 'reader.zone'
  zone.append(
    new Option('The publication’s', ''),
    ...Intl.supportedValuesOf('timeZone').map((name) => new Option(name.replaceAll('_', ' '), name)),
  )
  zone.value = view.reader.zone ?? ''
  zone.addEventListener('change', readInvented)
  const language = make('select')
  language.id = 'reader-language'
  language.dataset['change'] = 'reader.language'
  for (const tag of state?.languages ?? []) language.append(new Option(languageName(tag), tag))
  language.value = view.reader.lang ?? state?.languages[0] ?? ''
  language.addEventListener('change', readInvented)
  const due = make('p', 'due')
  due.id = 'reader-due'
  const box = make(
    'section',
    'invented',
    make('h3', '', 'Or one thought up'),
    topics,
    labelled('Time zone', zone),
    labelled('Language', language),
    due,
  )
  return box
}

/** Shown at once, while the dialog stays open. */
function readInvented() {
  const topics = [...document.querySelectorAll('#reader-dialog .topics input')]
    .map((box) => /** @type {HTMLInputElement} */ (box))
    .filter((box) => box.checked)
    .map((box) => box.value)
  const zone = /** @type {HTMLSelectElement} */ (find('reader-zone')).value
  const lang = /** @type {HTMLSelectElement} */ (find('reader-language')).value
  changeView({
    reader: {
      ...(topics.length === 0 ? {} : { topics: topics.join(',') }),
      ...(zone === '' ? {} : { zone }),
      ...(lang === '' || lang === page.state?.languages[0] ? {} : { lang }),
    },
  })
}

/** @param {string} label @param {HTMLElement} control */
function labelled(label, control) {
  const words = make('label', '', label)
  words.htmlFor = control.id
  return make('div', 'field', words, control)
}

/** The button in the bar, and when the copy leaves. */
export function drawReader() {
  const { state } = page
  if (state === null) return
  const { kind, name, topics, timezone, due } = state.reader
  const parts = [
    kind === 'subscriber' ? name : kind === 'invented' ? 'a reader' : 'everyone',
    ...(kind === 'everyone' ? [] : [placeOf(timezone), topics.map(topicName).join(' + ') || 'all topics']),
  ]
  setText('reader', `As ${parts.join(', ')}`)
  const utc = due === null ? '' : `${due.at.slice(11, 16)} UTC`
  const note = due?.note ? ` · ${due.note}` : ''
  const where = due === null ? '' : `${due.local} in ${placeOf(due.zone)} = ${utc}${note}`
  // The button beside it names the place already, unless it is everyone's.
  setText('due', due === null || kind === 'everyone' ? where : `${due.local} there = ${utc}${note}`)
  find('due').title = where
  if (document.getElementById('reader-due') !== null) setText('reader-due', `Due at ${where}`)
}

/** "Kathmandu". @param {string} zone */
const placeOf = (zone) => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')

/** @param {string} tag */
function languageName(tag) {
  try {
    return `${new Intl.DisplayNames(['en'], { type: 'language' }).of(tag)} (${tag})`
  } catch {
    return tag
  }
}
