// @ts-check
import { given, postJson } from './ask.js'
import { dialogNamed } from './dialog.js'
import { actionButton, find, make } from './make.js'
import { page } from './page.js'

/** @typedef {import('../studio.ts').ShownProofs} ShownProofs */

const KEPT = 'broadsheet-proof-to'

export function openProof() {
  const { dialog, inside } = dialogNamed('proof', 'Send a proof')
  if (inside.childElementCount === 0) inside.append(form())
  find('proof-result').replaceChildren()
  if (!dialog.open) dialog.showModal()
  find('proof-to').focus()
}

function form() {
  const to = make('input')
  to.id = 'proof-to'
  to.type = 'text'
  to.inputMode = 'email'
  to.autocomplete = 'off'
  to.placeholder = 'you@example.org, colleague@example.org'
  to.value = sessionStorage.getItem(KEPT) ?? ''
  to.dataset['change'] = 'proof.to'
  to.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    sendProofs()
  })
  const label = make('label', '', 'To')
  label.htmlFor = to.id
  const threadless = make('input')
  threadless.type = 'checkbox'
  threadless.id = 'proof-threadless'
  threadless.checked = true
  threadless.dataset['change'] = 'proof.threadless'
  const result = make('ul', 'proofs')
  result.id = 'proof-result'
  result.setAttribute('aria-live', 'polite')
  return make(
    'form',
    '',
    make('div', 'field', label, to),
    make(
      'label',
      'check',
      threadless,
      ' Prevent threading: the time stands in the subject, so that a mail program shows each proof on its own',
    ),
    make('p', 'more', `Goes ${given.proofsGo}. The copy is everybody’s, with all topics, and its way out is inert.`),
    actionButton('proof.send', 'Send', { className: 'primary' }),
    result,
  )
}

export async function sendProofs() {
  const input = /** @type {HTMLInputElement} */ (find('proof-to'))
  const to = input.value.split(/[\s,;]+/).filter((one) => one !== '')
  const list = find('proof-result')
  if (to.length === 0) {
    list.replaceChildren(make('li', 'wrong', 'Name at least one address.'))
    input.focus()
    return
  }
  sessionStorage.setItem(KEPT, input.value)
  list.replaceChildren(make('li', '', 'Sending…'))
  const threadless = /** @type {HTMLInputElement} */ (find('proof-threadless')).checked
  /** @type {ShownProofs} */
  const { proofs, refused } = await postJson('/proof', { edition: page.state?.edition, to, threadless }).catch(
    (/** @type {Error} */ caught) => ({ proofs: [], refused: caught.message }),
  )
  list.replaceChildren(
    ...proofs.map((one) =>
      make(
        'li',
        one.state === 'accepted' ? 'fine' : 'wrong',
        make('b', '', one.address),
        ` ${one.state} `,
        make('small', '', one.reply),
      ),
    ),
    ...(refused === null ? [] : [make('li', 'wrong', refused)]),
  )
}
