// @ts-check
// Elements, made in one line. Text is always text: nothing an editor or a server says becomes markup here.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(string | Node)} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = '', ...inside) {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...inside)
  return element
}

/**
 * A button that does what the table of actions says.
 * @param {string} action
 * @param {string} label
 * @param {{ className?: string, title?: string, value?: string }} [more]
 */
export function actionButton(action, label, { className = '', title, value } = {}) {
  const button = make('button', className, label)
  button.type = 'button'
  button.dataset['action'] = action
  if (title !== undefined) button.title = title
  if (value !== undefined) button.value = value
  return button
}

/** @param {string} id */
export const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** @param {string | HTMLElement} where @param {string} text */
export function setText(where, text) {
  const element = typeof where === 'string' ? find(where) : where
  if (element.textContent !== text) element.textContent = text
}

/** @param {number} many @param {string} word @param {string} [words] */
export const count = (many, word, words = `${word}s`) => `${many.toLocaleString('en')} ${many === 1 ? word : words}`

/** As mail programs count: 1 KB is 1,000 bytes. @param {number} bytes */
export const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`

/** @param {string} date YYYY-MM-DD @param {Intl.DateTimeFormatOptions} [options] */
export function longDate(date, options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }) {
  const parsed = new Date(`${date}T12:00:00Z`)
  if (Number.isNaN(parsed.getTime())) return date
  return parsed.toLocaleDateString('en-GB', { ...options, timeZone: 'UTC' }).replace(',', '')
}
