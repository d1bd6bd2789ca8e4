// @ts-check
import { dialogNamed } from './dialog.js'
import { actionButton, longDate, make } from './make.js'
import { editionStates, stateWords } from './outline.js'
import { page } from './page.js'

/** YYYY-MM of the month that is shown. */
let month = ''

export function openCalendar() {
  month = page.state?.edition.slice(0, 7) ?? ''
  if (!/^\d{4}-\d{2}$/.test(month)) month = page.state?.editions[0]?.slice(0, 7) ?? ''
  const { dialog } = dialogNamed('calendar', 'Calendar of editions')
  drawCalendar()
  if (!dialog.open) dialog.showModal()
  const day = dialog.querySelector('[aria-current]') ?? dialog.querySelector('.day button')
  if (day instanceof HTMLElement) day.focus()
}

/** @param {-1 | 1} step */
export function turnMonth(step) {
  const [year = 0, number = 0] = month.split('-').map(Number)
  month = new Date(Date.UTC(year, number - 1 + step, 1)).toISOString().slice(0, 7)
  drawCalendar()
}

/** Six weeks at most, from Monday; days with an edition are buttons. */
export function drawCalendar() {
  const { inside } = dialogNamed('calendar', 'Calendar of editions')
  if (month === '') {
    inside.replaceChildren(make('p', 'nothing', 'There is no edition in digests/ yet.'))
    return
  }
  const known = new Set(page.state?.editions ?? [])
  const first = new Date(`${month}-01T00:00Z`)
  const before = (first.getUTCDay() + 6) % 7
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  const table = make('table', 'month')
  const weekdays = make('tr')
  for (const name of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']) {
    const head = make('th', '', name)
    head.scope = 'col'
    weekdays.append(head)
  }
  table.append(make('thead', '', weekdays))
  const body = make('tbody')
  for (let cell = 0; cell < before + days; ) {
    const week = make('tr')
    for (let day = 0; day < 7; day++, cell++) {
      const number = cell - before + 1
      const date = `${month}-${String(number).padStart(2, '0')}`
      week.append(number < 1 || number > days ? make('td') : make('td', 'day', dayOf(date, number, known.has(date))))
    }
    body.append(week)
  }
  table.append(body)
  const turn = make(
    'div',
    'turn',
    actionButton('calendar.previous', '‹', { title: 'Month before' }),
    make('h3', '', longDate(`${month}-01`, { month: 'long', year: 'numeric' })),
    actionButton('calendar.next', '›', { title: 'Month after' }),
  )
  for (const button of turn.querySelectorAll('button')) button.setAttribute('aria-label', button.title)
  const legend = make('p', 'legend')
  for (const [state, words] of [
    ['draft', 'draft'],
    ['ready', 'ready'],
    ['sending', 'sending'],
    ['done', 'done'],
    ['broken', 'cannot be read'],
  ])
    legend.append(make('span', '', make('span', `dot ${state}`), words ?? ''))
  inside.replaceChildren(turn, table, legend)
}

/** @param {string} date @param {number} number @param {boolean} has */
function dayOf(date, number, has) {
  if (!has) return make('span', 'number', String(number))
  const one = editionStates.get(date)
  const button = actionButton('edition.show', '', { value: date })
  button.append(
    make('span', 'number', String(number)),
    make('span', 'unseen', ` ${longDate(date, { month: 'long', year: 'numeric' })}, `),
    make('span', `dot ${one?.state ?? ''}`),
    make('small', '', stateWords(one)),
  )
  if (date === page.state?.edition) button.setAttribute('aria-current', 'date')
  return button
}
