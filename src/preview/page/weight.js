// @ts-check
// How heavy the email is: this reader's copy, and every set of topics the audience has, the heaviest first.
import { getJson } from './ask.js'
import { actionButton, count, find, kilobytes, make } from './make.js'
import { page, topicName } from './page.js'

/** @typedef {import('../studio.ts').ShownMatrix} ShownMatrix */

const CLIP = 102_400
const HEAVY = 80_000

/** @type {{ edition: string, version: number, matrix: ShownMatrix | string } | null} */
let known = null
let asked = 0

/** @param {number} bytes */
const levelOf = (bytes) => (bytes >= CLIP ? 'error' : bytes >= HEAVY ? 'warning' : 'fine')

/** Asks for the matrix only while it is looked at. */
export async function drawWeight() {
  const { state, view } = page
  if (state === null) return
  draw()
  if (view.tab !== 'weight' || (known?.edition === state.edition && known.version === state.version)) return
  const mine = ++asked
  /** @type {ShownMatrix | string} */
  const matrix = await getJson('/matrix', { edition: state.edition }).catch(
    (/** @type {Error} */ caught) => caught.message,
  )
  if (mine !== asked) return
  known = { edition: state.edition, version: state.version, matrix }
  draw()
}

function draw() {
  const { state } = page
  if (state === null) return
  const { email } = state
  const own =
    email === null
      ? []
      : [
          make('h3', '', 'This copy'),
          bar(email.bytes.html),
          make(
            'p',
            'more',
            `${kilobytes(email.bytes.html)} of 102.4 KB of HTML, where Gmail cuts; text ${kilobytes(email.bytes.text)}, whole message ${kilobytes(email.bytes.message)}`,
          ),
        ]
  const matrix = known?.edition === state.edition ? known.matrix : null
  const sets =
    matrix === null
      ? [make('p', 'nothing', 'Measuring…')]
      : typeof matrix === 'string'
        ? [make('p', 'nothing', matrix)]
        : table(matrix)
  find('panel-weight').replaceChildren(...own, make('h3', '', 'Every set of topics in this audience'), ...sets)
}

/** @param {ShownMatrix} matrix */
function table({ sets, left, skipped }) {
  const rows = sets.map((one) => {
    const row = make('tr')
    const names = one.topics.map(topicName).join(', ')
    const read = actionButton('weight.read', names, { className: 'link', title: 'Read it as one of them' })
    read.dataset['topics'] = one.topics.join(',')
    read.dataset['lang'] = one.language
    row.append(
      make('td', '', read, ' ', make('small', '', one.language)),
      make('td', 'number', one.readers.toLocaleString('en')),
      make('td', 'number', make('span', levelOf(one.bytes.html), kilobytes(one.bytes.html)), bar(one.bytes.html)),
    )
    return row
  })
  const head = make('tr', '', heading('Topics'), heading('Readers', 'number'), heading('HTML', 'number'))
  const body = make('table', 'matrix', make('thead', '', head), make('tbody', '', ...rows))
  const notes = [
    ...(left > 0 ? [`${count(left, 'more set')} not measured.`] : []),
    ...Object.entries(skipped).map(([reason, many]) => `${count(many, 'row')} skipped: ${reason}.`),
  ]
  return [
    sets.length === 0 ? make('p', 'nothing', 'Nobody in the audience gets this edition.') : body,
    ...(notes.length > 0 ? [make('p', 'more', notes.join(' '))] : []),
  ]
}

/** @param {string} words */
function heading(words, className = '') {
  const cell = make('th', className, words)
  cell.scope = 'col'
  return cell
}

/** @param {number} bytes */
function bar(bytes) {
  const meter = make('span', `bar-of ${levelOf(bytes)}`, make('span'))
  const filled = /** @type {HTMLElement} */ (meter.firstElementChild)
  filled.style.width = `${Math.min(100, (bytes / CLIP) * 100)}%`
  return meter
}
