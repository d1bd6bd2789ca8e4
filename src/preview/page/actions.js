// @ts-check
// The one table of what can be done: buttons name an action, keys name an action, and the palette lists them all.

/**
 * @typedef {object} Action
 * @property {string} id
 * @property {string} label as the palette and the list of keys say it
 * @property {string} [key] 'j', '?', 'Mod+k', 'Alt+ArrowUp'
 * @property {boolean} [hidden] only meant for buttons that carry a value
 * @property {(button: HTMLButtonElement | null) => void} run
 */

/** @type {Map<string, Action>} */
export const actions = new Map()

/** @param {Action[]} list */
export function define(list) {
  for (const action of list) {
    if (actions.has(action.id)) throw new Error(`two actions are called ${action.id}`)
    actions.set(action.id, action)
  }
}

/** @param {string} id @param {HTMLButtonElement | null} [button] */
export function run(id, button = null) {
  actions.get(id)?.run(button)
}

/** One listener for all buttons, now and later. */
addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-action]') : null
  if (button instanceof HTMLButtonElement && !button.disabled) run(button.dataset['action'] ?? '', button)
})

addEventListener('keydown', onKey)
// A key pressed while an email has the focus counts as well; its document is another.
addEventListener('pane-key', (event) => onKey(/** @type {CustomEvent<KeyboardEvent>} */ (event).detail))

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return
  const name = keyName(event)
  const withModifier = name.startsWith('Mod+') || name.startsWith('Alt+')
  if (!withModifier && isTyping(event.target)) return
  if (document.querySelector('dialog[open]') !== null && name !== 'Mod+k') return
  for (const action of actions.values()) {
    if (action.key !== name) continue
    event.preventDefault()
    action.run(null)
    return
  }
}

/** @param {KeyboardEvent} event */
function keyName({ key, ctrlKey, metaKey, altKey }) {
  return `${ctrlKey || metaKey ? 'Mod+' : ''}${altKey ? 'Alt+' : ''}${key.length === 1 && (ctrlKey || metaKey) ? key.toLowerCase() : key}`
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof Element)) return false
  // A field of a dialog that has just been closed keeps the focus until the next frame.
  return target.closest('input,textarea,select')?.checkVisibility() === true
}

/** How a key is written for people, on this machine. @param {string} key */
export function keyLabel(key) {
  const apple = /Mac|iPhone|iPad/.test(navigator.platform)
  return key
    .replace('Mod+', apple ? '⌘' : 'Ctrl ')
    .replace('Alt+', apple ? '⌥' : 'Alt ')
    .replace('ArrowUp', '↑')
    .replace('ArrowDown', '↓')
    .replace(/k$/, apple || key.startsWith('Mod') ? 'K' : 'k')
}
