// @ts-check
import { make } from './make.js'

/**
 * A dialog with a title and a way to close it, made when it is first wanted. Escape closes it, as browsers do.
 * @param {string} id
 * @param {string} title
 * @returns {{ dialog: HTMLDialogElement, inside: HTMLElement }}
 */
export function dialogNamed(id, title) {
  const known = document.getElementById(id)
  if (known instanceof HTMLDialogElement)
    return { dialog: known, inside: /** @type {HTMLElement} */ (known.querySelector('.inside')) }
  const dialog = make('dialog')
  dialog.id = id
  dialog.setAttribute('aria-labelledby', `${id}-title`)
  const heading = make('h2', '', title)
  heading.id = `${id}-title`
  const close = make('button', 'close', '×')
  close.type = 'button'
  close.setAttribute('aria-label', 'Close')
  close.dataset['action'] = 'dialog.close'
  const inside = make('div', 'inside')
  dialog.append(make('div', 'title', heading, close), inside)
  // A press beside it closes it as well.
  dialog.addEventListener('pointerdown', (event) => {
    if (event.target === dialog) dialog.close()
  })
  document.body.append(dialog)
  return { dialog, inside }
}

export function closeDialog() {
  const open = document.querySelector('dialog[open]')
  if (open instanceof HTMLDialogElement) open.close()
}
